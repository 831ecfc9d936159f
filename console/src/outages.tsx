import { Link } from 'react-router-dom';
import type { HeldUp, Outage } from './api.ts';
import { useApi } from './session.tsx';
import { Ago, Deadline } from './time.tsx';
import { useLive } from './use-live.ts';

const REFRESH = 10_000;

/** Above every page: each system that does not answer, once, with the orders that wait for it. */
export function Outages() {
  const api = useApi();
  const outages = useLive('outages', api.outages, { every: REFRESH });
  const items = outages.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section className="outages" aria-label="Systems that do not answer">
      {items.map((outage) => (
        <OutageLine key={outage.system} outage={outage} />
      ))}
    </section>
  );
}

function OutageLine({ outage }: { readonly outage: Outage }) {
  const { system, since, nextAttemptAt, orders, reason } = outage;
  return (
    <div className="banner" role="status">
      <p>
        <strong>{system}</strong> does not answer; first noticed <Ago at={since} />. {waiting(orders)} Next attempt{' '}
        <Deadline at={nextAttemptAt} />.{reason && <span className="quiet"> {reason}</span>}
      </p>
      {orders > 0 && (
        <Link to={`/?heldUpBy=${encodeURIComponent(system)}`}>
          {orders === 1 ? 'Show the order' : `Show the ${orders.toLocaleString('en-US')} orders`}
        </Link>
      )}
    </div>
  );
}

function waiting(orders: number): string {
  if (orders === 0) return 'No order waits for it yet.';
  if (orders === 1) return 'One order waits for it and goes on by itself when it answers.';
  return `${orders.toLocaleString('en-US')} orders wait for it and go on by themselves when it answers.`;
}

/** On an order: what it waits for, how often that was tried, and what happens if it stays so. */
export function HeldUpNotice({ steps }: { readonly steps: readonly HeldUp[] }) {
  return steps.map(({ system, since, attempts, nextAttemptAt, triedUntil, reason }) => (
    <div className="banner" role="status" key={system}>
      <p>
        <strong>{system}</strong> does not answer; first noticed <Ago at={since} />. Tried {attempts}{' '}
        {attempts === 1 ? 'time' : 'times'}, next <Deadline at={nextAttemptAt} />. Nothing is lost: this is tried by
        itself until {system} answers. If it does not, a person is asked <Deadline at={triedUntil} />.
        {reason && <span className="quiet"> {reason}</span>}
      </p>
    </div>
  ));
}
