import type { OrderDeadline } from '../api.ts';
import { formatInZone } from '../format.ts';
import { Deadline } from '../time.tsx';
import { Section, WideTable } from './section.tsx';

const KINDS: Readonly<Record<OrderDeadline['kind'], string>> = {
  acknowledge: 'Acknowledge',
  release: 'Release',
  ship: 'Ship',
  cancelAfter: 'Last day to ship',
  scan: 'Word of the carrier',
  shipNotice: 'Ship notice',
  invoice: 'Invoice',
  document: 'Send',
  answer: 'Answer of the partner',
  payment: 'Payment',
};

/** Every deadline that applies, in the time zone of the partner. */
export function DeadlinesSection(props: { readonly deadlines: readonly OrderDeadline[]; readonly timeZone: string }) {
  const { deadlines, timeZone } = props;
  if (deadlines.length === 0) return null;
  return (
    <Section title="Deadlines" id="deadlines" note={`times of ${timeZone}`}>
      <WideTable name="Deadlines">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">By</th>
            <th scope="col">State</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {deadlines.map((deadline) => (
            <tr key={`${deadline.kind} ${deadline.subject} ${deadline.at}`}>
              <th scope="row">
                {KINDS[deadline.kind]} {deadline.subject && <code>{deadline.subject}</code>}
              </th>
              <td>
                <time dateTime={deadline.at}>{formatInZone(deadline.at, timeZone)}</time>
              </td>
              <td>
                <State deadline={deadline} timeZone={timeZone} />
              </td>
              <td className="quiet wraps">{deadline.source}</td>
            </tr>
          ))}
        </tbody>
      </WideTable>
    </Section>
  );
}

function State({
  deadline: { at, state, doneAt },
  timeZone,
}: {
  readonly deadline: OrderDeadline;
  readonly timeZone: string;
}) {
  if (state === 'met' && doneAt !== null) return <>met {formatInZone(doneAt, timeZone)}</>;
  if (state === 'open') return <Deadline at={at} />;
  const late = doneAt === null ? '' : `, done ${formatInZone(doneAt, timeZone)}`;
  return <span className="deadline-passed">missed{late}</span>;
}
