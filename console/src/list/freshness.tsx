import { formatClock } from '../format.ts';

/** Shows whether the data is current. */
export function Freshness({ live }: { readonly live: { receivedAt: number | undefined; problem: unknown } }) {
  if (live.receivedAt === undefined) return null;
  return (
    <p className="freshness">
      <span className={live.problem ? 'pulse pulse-off' : 'pulse'} aria-hidden="true" />
      {live.problem ? 'Not current since' : 'Live, updated'} {formatClock(live.receivedAt)}
    </p>
  );
}
