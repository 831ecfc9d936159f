import { item } from '../goods.ts';
import type { Scenario } from '../scenario.ts';
import { ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from '../sets.ts';
import {
  mailbox,
  perform,
  receives,
  rule,
  untilException,
  untilQuiet,
  untilStatus,
  wasRaised,
  withWarehouse,
} from '../steps.ts';
import { letDeadlinePass } from '../time.ts';
import { StepFailed, type Trade } from '../trade.ts';

const shipNotices = async (trade: Trade) =>
  (await trade.recorded()).flatMap(({ documents }) =>
    documents.filter(({ transactionSet, direction }) => transactionSet === SHIP_NOTICE && direction === 'outbound'),
  );

const scenario: Scenario = {
  name: 'late-ship-notice',
  purpose:
    'The partner’s mailbox is down until after the deadline of the 856: the order raises an exception, the 856 is delivered once ' +
    'when the mailbox is up, and the evidence against a chargeback is recorded.',
  cannot: ({ sends }) => (sends(SHIP_NOTICE) ? undefined : 'the profile sends no 856'),
  late: [SHIP_NOTICE],
  steps: [
    withWarehouse('the warehouse holds the goods back', { hold: true }, item(4)),
    perform('the order is released', async (trade) => {
      await trade.eventually('a release at the warehouse', async () => {
        const releases = await trade.prisma.fulfillment.findMany({
          where: { order: { partnerId: trade.profile.id, poNumber: { in: trade.poNumbers } } },
        });
        return releases.length > 0;
      });
      await trade.eventually('the 855 recorded if the profile sends one', async () => {
        const [order] = await trade.recorded();
        const wanted = trade.profile.documents.outbound[ORDER_ACKNOWLEDGMENT]?.send === true;
        return !wanted || order?.documents.some(({ transactionSet }) => transactionSet === ORDER_ACKNOWLEDGMENT);
      });
      await trade.quiet();
    }),
    mailbox('the mailbox goes down', { mailbox: 'down' }),
    perform('the goods ship', (trade) => trade.warehouseBehaves(undefined)),
    letDeadlinePass('the deadline of the 856 passes', SHIP_NOTICE),
    untilException('document-undelivered'),
    perform('the list of exceptions shows the late 856', async (trade) => {
      const seen = await trade.undelivered();
      if (seen.length === 0) throw new StepFailed('the list of exceptions does not show it');
      const [notice] = await shipNotices(trade);
      if (notice?.state !== 'late') throw new StepFailed(`the 856 is recorded as ${notice?.state}`);
      for (const { summary } of seen)
        trade.note(`document-undelivered: ${summary}; 856 due ${notice.deadline?.toISOString()}`);
    }),
    mailbox('the mailbox is up again', {}),
    perform('the 856 arrives', async (trade) => {
      await trade.eventually('the 856 sent', async () => {
        const notices = await shipNotices(trade);
        return notices.length > 0 && notices.every(({ transmittedAt }) => transmittedAt !== null);
      });
    }),
    perform('a person dismisses the exception', async (trade) => {
      for (const { id } of await trade.undelivered()) await trade.decide(id, 'dismiss');
    }),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    wasRaised('document-undelivered'),
    receives(SHIP_NOTICE, 1),
    rule('the exception is resolved', async (trade) =>
      (await trade.recorded()).flatMap(({ exceptions }) =>
        exceptions
          .filter(({ state }) => state === 'open')
          .map(({ type, summary }) => ({ place: type, reason: summary })),
      ),
    ),
    rule(
      'the record of the 856 states when it was due, when it was sent, and how the partner’s server answered',
      async (trade) => {
        const notices = await shipNotices(trade);
        const interchanges = await trade.prisma.interchange.findMany({
          where: { id: { in: notices.flatMap(({ interchangeId }) => interchangeId ?? []) } },
        });
        if (notices.length !== 1) return [{ place: SHIP_NOTICE, reason: `${notices.length} are recorded` }];
        return notices.flatMap(({ deadline, transmittedAt, interchangeId }) => [
          ...(deadline !== null && transmittedAt !== null && deadline < transmittedAt
            ? []
            : [{ place: SHIP_NOTICE, reason: `due ${deadline?.toISOString()}, sent ${transmittedAt?.toISOString()}` }]),
          ...(interchanges.find(({ id }) => id === interchangeId)?.evidence
            ? []
            : [{ place: SHIP_NOTICE, reason: 'its interchange has no evidence of delivery' }]),
        ]);
      },
    ),
    rule('the timeline of the order states that the 856 was late, with both times', async (trade) => {
      const [order] = await trade.recorded();
      const [notice] = await shipNotices(trade);
      const late = order?.timeline.filter(
        ({ type, summary }) => type === 'document.late' && summary.startsWith(SHIP_NOTICE),
      );
      const [event] = late ?? [];
      const [due, sent] = [notice?.deadline?.toISOString(), notice?.transmittedAt?.toISOString()];
      if (late?.length !== 1 || event === undefined) return [{ reason: `it states this ${late?.length ?? 0} times` }];
      return [due, sent]
        .filter((time) => time === undefined || !event.summary.includes(time))
        .map((time) => ({ place: 'document.late', reason: `${time} is not in "${event.summary}"` }));
    }),
  ],
};
export default scenario;
