import { type FormEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { Refusal } from './refusal.tsx';
import type { Sending } from './sending.ts';

interface Props {
  readonly title: string;
  readonly className?: string;
  readonly sending: Pick<Sending, 'busy' | 'problem'>;
  readonly onSubmit: () => Promise<void>;
  readonly onClose: () => void;
  /** The words of the button that sends, and while it sends. */
  readonly button: string;
  readonly busyButton: string;
  readonly disabled?: boolean;
  /** Further buttons. */
  readonly more?: ReactNode;
  readonly children: ReactNode;
}

/** A form in a dialog, with a button that sends it, the reason if that was refused, and a way back. */
export function FormDialog(props: Props) {
  const { title, className, sending, onSubmit, onClose, button, busyButton, disabled = false, more, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  function submit(event: FormEvent): void {
    event.preventDefault();
    void onSubmit();
  }

  return (
    <dialog ref={dialog} className={className} aria-labelledby={heading} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id={heading}>{title}</h2>
        {children}
        {sending.problem && <Refusal problem={sending.problem} />}
        <div className="actions">
          <button type="submit" className="primary" disabled={sending.busy || disabled}>
            {sending.busy ? busyButton : button}
          </button>
          {more}
          <button type="button" onClick={onClose}>
            Back
          </button>
        </div>
      </form>
    </dialog>
  );
}
