import type { TimelineEvent } from '../api.ts';
import { formatDayAndClock, formatExact } from '../format.ts';
import { Loading, ProblemBanner } from '../notices.tsx';
import type { Live } from '../use-live.ts';
import { Section } from './section.tsx';

/** Events with actor and time. Newest first, because the newest explains the current state. */
export function TimelineSection({ timeline }: { readonly timeline: Live<{ items: TimelineEvent[] }> }) {
  const { data, problem } = timeline;
  // Events in the same millisecond stay in recorded order.
  const events = data && [...data.items].reverse().sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return (
    <Section title="Timeline" note={events && `${events.length} events, newest first`}>
      {problem && problem.code !== 'unreachable' && <ProblemBanner problem={problem} what="the timeline" />}
      {events === undefined && !problem && <Loading what="the timeline" />}
      {events?.length === 0 && <p className="quiet">Nothing has happened yet.</p>}
      <ol className="timeline">
        {events?.map((event) => (
          <li key={event.id} className={/exception|failed|refused|rejected/i.test(event.type) ? 'event-alert' : ''}>
            <time dateTime={event.at} title={formatExact(event.at)}>
              {formatDayAndClock(event.at)}
            </time>
            <p>{event.summary}</p>
            <p className="quiet">{event.actor}</p>
            {hasDetail(event.detail) && (
              <details>
                <summary>Details</summary>
                <pre>{JSON.stringify(event.detail, null, 2)}</pre>
              </details>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function hasDetail(detail: unknown): boolean {
  return typeof detail === 'object' && detail !== null && Object.keys(detail).length > 0;
}
