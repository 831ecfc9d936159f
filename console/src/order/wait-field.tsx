import { useId } from 'react';

/** The resolution that lets the order wait. */
export const WAIT = 'wait';

/** The clock of the page, as the field shows it. */
export function instantOf(local: string): string {
  return new Date(local).toISOString();
}

/** Until when; a time of the person who decides. */
export function WaitField({ until, onChange }: { until: string; onChange: (until: string) => void }) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>Wait until (your time)</label>
      <input id={id} type="datetime-local" value={until} required onChange={({ target }) => onChange(target.value)} />
      <p className="quiet">
        This decides how the order goes on. To snooze only hides the question: nothing is tried again, and no deadline
        moves.
      </p>
    </>
  );
}
