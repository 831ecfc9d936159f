import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';

interface Page {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

/** A way to look at a list, with how many there are where that is known. */
export function Tab(props: {
  readonly to: string;
  readonly current: boolean;
  readonly page: Page | undefined;
  readonly always?: boolean;
  readonly children: ReactNode;
}) {
  const { to, current, page, always = false, children } = props;
  const count = page?.items.length ?? 0;
  // The API pages without counting: a first page that is also the last one is a count, a full one only a lower bound.
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
