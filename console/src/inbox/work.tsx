import type { OrderException } from '../api.ts';
import { formatDayAndClock } from '../format.ts';
import { useMay, useMe } from '../me.tsx';
import { Refusal } from '../refusal.tsx';
import { useSending } from '../sending.ts';
import { useApi } from '../session.tsx';
import { Deadline, isPast, useNow } from '../time.tsx';
import { Comments } from './comments.tsx';
import { SNOOZES } from './snooze.ts';

/** Who works on an open exception, until when it is snoozed, and what people say about it. */
export function ExceptionWork({ exception, onChanged }: { exception: OrderException; onChanged: () => void }) {
  const api = useApi();
  const me = useMe();
  const may = useMay('exceptions:resolve');
  const now = useNow();
  const { busy, problem, send } = useSending('It could not be changed');
  const { id, assignee, snoozedUntil, dueAt } = exception;
  const snoozed = snoozedUntil !== null && !isPast(snoozedUntil, now);

  const change = (act: () => Promise<void>) =>
    send(async () => {
      await act();
      onChanged();
    });

  return (
    <div className="work">
      <div className="actions">
        <span className="work-state">{assignee === null ? 'Nobody works on it' : <>Taken by {assignee}</>}</span>
        {may && me && assignee !== me.name && (
          <button type="button" disabled={busy} onClick={() => void change(() => api.assign(id, me.name))}>
            {assignee === null ? 'Take it' : 'Take it over'}
          </button>
        )}
        {may && assignee !== null && (
          <button type="button" disabled={busy} onClick={() => void change(() => api.assign(id, null))}>
            Free it
          </button>
        )}
      </div>
      <div className="actions">
        {snoozed ? (
          <>
            <span className="work-state">
              Snoozed until <time dateTime={snoozedUntil}>{formatDayAndClock(snoozedUntil)}</time>. It is escalated all
              the same, <Deadline at={dueAt} />.
            </span>
            {may && (
              <button type="button" disabled={busy} onClick={() => void change(() => api.snooze(id, null))}>
                Wake it
              </button>
            )}
          </>
        ) : (
          may && (
            <fieldset className="actions">
              <legend className="work-state">Snooze: only hides it; it is escalated all the same</legend>
              {SNOOZES.map(({ label, until }) => (
                <button
                  key={label}
                  type="button"
                  disabled={busy}
                  onClick={() => void change(() => api.snooze(id, until(new Date()).toISOString()))}
                >
                  {label}
                </button>
              ))}
            </fieldset>
          )
        )}
      </div>
      {problem && <Refusal problem={problem} />}
      <Comments exceptionId={id} onChanged={onChanged} />
    </div>
  );
}
