import { useRef } from 'react';
import type { PlacedNotice } from './api.ts';

/** A text with line numbers. Lines with an error or a warning are marked. */
export function TextEditor(props: {
  readonly label: string;
  readonly text: string;
  readonly readOnly: boolean;
  readonly problems: readonly PlacedNotice[];
  readonly warnings: readonly PlacedNotice[];
  readonly onChange: (text: string) => void;
}) {
  const { label, text, readOnly, problems, warnings, onChange } = props;
  const gutter = useRef<HTMLOListElement>(null);
  const lines = text.split('\n').length;
  const wrong = new Set(problems.map(({ line }) => line));
  const odd = new Set(warnings.map(({ line }) => line));
  const markOf = (line: number) => (wrong.has(line) ? 'line-wrong' : odd.has(line) ? 'line-odd' : undefined);
  return (
    <div className="editor">
      <ol ref={gutter} className="editor-lines" aria-hidden="true">
        {Array.from({ length: lines }, (_, index) => index + 1).map((line) => (
          <li key={line} className={markOf(line)}>
            {line}
          </li>
        ))}
      </ol>
      <textarea
        aria-label={label}
        value={text}
        readOnly={readOnly}
        spellCheck={false}
        autoComplete="off"
        wrap="off"
        onChange={(event) => onChange(event.target.value)}
        onScroll={(event) => gutter.current?.scrollTo({ top: event.currentTarget.scrollTop })}
      />
    </div>
  );
}
