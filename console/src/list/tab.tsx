import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';

interface Page {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

/** A view of a list, with its count if a page of it tells. */
export function Tab(props: {
  readonly to: string;
  readonly current: boolean;
  readonly page: Page | undefined;
  readonly always?: boolean;
  readonly children: ReactNode;
}) {
  const { page, current, always = false, ...rest } = props;
  const count = page?.items.length ?? 0;
  // Most lists of the API have no counts: a single page gives the count, a full first page only a lower bound.
  const shown = page && (current || (always && count > 0)) ? `${count}${page.nextCursor ? '+' : ''}` : undefined;
  return <CountedTab {...rest} current={current} count={shown} alert={always} />;
}

export function CountedTab(props: {
  readonly to: string;
  readonly current: boolean;
  readonly count: string | undefined;
  readonly alert?: boolean;
  readonly children: ReactNode;
}) {
  const { to, current, count, alert = false, children } = props;
  return (
    <Link to={to} aria-current={current ? 'page' : undefined}>
      {children}
      {count && (
        <>
          {' '}
          <span className={alert ? 'count count-alert' : 'count'}>{count}</span>
        </>
      )}
    </Link>
  );
}
