import { useState } from 'react';

/** The way through pages whose cursors only go forward. */
export interface Pages {
  readonly cursor: string;
  readonly number: number;
  readonly next: (cursor: string) => void;
  readonly previous: () => void;
  readonly restart: () => void;
}

export function usePages(): Pages {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return {
    cursor: cursors.at(-1) ?? '',
    number: cursors.length + 1,
    next: (cursor) => setCursors([...cursors, cursor]),
    previous: () => setCursors(cursors.slice(0, -1)),
    restart: () => setCursors([]),
  };
}

/** Buttons between the pages of a part of a page; none if there is one page only. */
export function PageButtons(props: {
  readonly pages: Pages;
  readonly nextCursor: string | null;
  /** What is paged, for screen readers. */
  readonly what: string;
}) {
  const { pages, nextCursor, what } = props;
  if (pages.number === 1 && nextCursor === null) return null;
  return (
    <nav className="paging" aria-label={`Pages of ${what}`}>
      <button type="button" disabled={pages.number === 1} onClick={pages.previous}>
        Previous page
      </button>
      <span>Page {pages.number}</span>
      <button
        type="button"
        disabled={nextCursor === null}
        onClick={() => nextCursor !== null && pages.next(nextCursor)}
      >
        Next page
      </button>
    </nav>
  );
}
