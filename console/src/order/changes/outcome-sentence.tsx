import type { OrderChange } from './api.ts';

/** What became of a change that was just sent. */
export function OutcomeSentence({ change: { outcome } }: { readonly change: OrderChange }) {
  if (outcome === null) return <p role="status">Taken. The changes of the order show what becomes of it.</p>;
  if (outcome.result === 'accepted') return <p role="status">Done.</p>;
  const reasons = outcome.parts.flatMap(({ reason }) => reason ?? []);
  const words = outcome.result === 'rejected' ? 'Refused' : 'Done in part';
  return (
    <p role={outcome.result === 'rejected' ? 'alert' : 'status'}>
      {words}: {reasons.join('; ')}
    </p>
  );
}
