import { useEffect, useRef, useState } from 'react';

const TYPING_PAUSE = 250;

/** Searches while the user types, after a pause; `/` moves the focus here. */
export function SearchField(props: {
  readonly q: string;
  readonly onSearch: (text: string) => void;
  /** The searchable numbers: full text for screen readers, short text as placeholder. */
  readonly label: string;
  readonly placeholder: string;
}) {
  const { q, onSearch, label, placeholder } = props;
  const [text, setText] = useState(q);
  const field = useRef<HTMLInputElement>(null);
  const sent = useRef(q);

  // Follow address changes by "back" or a link. Our own change must not overwrite newer typing.
  useEffect(() => {
    if (q !== sent.current) {
      sent.current = q;
      setText(q);
    }
  }, [q]);

  useEffect(() => {
    const wanted = text.trim();
    if (wanted === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = wanted;
      onSearch(wanted);
    }, TYPING_PAUSE);
    return () => clearTimeout(timer);
  });

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest('input, textarea, select') !== null;
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  return (
    <search className="search">
      <label className="visually-hidden" htmlFor="search">
        {label}
      </label>
      <input
        ref={field}
        id="search"
        type="search"
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        autoComplete="off"
        spellCheck={false}
        aria-keyshortcuts="/"
      />
      <span className="key" aria-hidden="true">
        /
      </span>
    </search>
  );
}
