import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';

interface Page {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

/** A view of a list, with its count if known. */
export function Tab(props: {
  readonly to: string;
  readonly current: boolean;
  readonly page: Page | undefined;
  readonly always?: boolean;
  readonly children: ReactNode;
}) {
  const { to, current, page, always = false, children } = props;
  const count = page?.items.length ?? 0;
  // The API returns no counts: a single page gives the count, a full first page only a lower bound.
  const shown = page && (current || (always && count > 0)) ? `${count}${page.nextCursor ? '+' : ''}` : undefined;
  return (
    <Link to={to} aria-current={current ? 'page' : undefined}>
      {children}
      {shown && (
        <>
          {' '}
          <span className={always ? 'count count-alert' : 'count'}>{shown}</span>
        </>
      )}
    </Link>
  );
}
