import { type ReactNode, useId } from 'react';

/** A page section labelled by its heading. */
export function Section(props: {
  readonly title: string;
  readonly id?: string;
  readonly note?: ReactNode;
  readonly children: ReactNode;
}) {
  const heading = useId();
  return (
    <section className="section" id={props.id} aria-labelledby={heading}>
      <h2 id={heading}>
        {props.title}
        {props.note && <span className="section-note">{props.note}</span>}
      </h2>
      {props.children}
    </section>
  );
}

/** A wide table scrolls in its own region, also by keyboard, without scrolling the page. */
export function WideTable({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1).
    <section className="wide" aria-label={name} tabIndex={0}>
      <table>
        <caption className="visually-hidden">{name}</caption>
        {children}
      </table>
    </section>
  );
}
