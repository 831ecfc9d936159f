import { item } from '../goods.ts';
import type { Scenario } from '../scenario.ts';
import { CREDIT_ADJUSTMENT, INVOICE, RETURN_AUTHORIZATION } from '../sets.ts';
import { partnerOrders, perform, receives, rule, saysInFirst, untilQuiet, untilStatus } from '../steps.ts';
import { StepFailed, type Trade } from '../trade.ts';

/** The return of the scenario's order, with what came of it. */
function returned(trade: Trade) {
  return trade.prisma.return.findFirst({
    where: { partnerId: trade.profile.id, poNumber: { in: trade.poNumbers } },
    include: { lines: true, credits: { include: { invoice: true } }, order: { include: { lines: true } } },
  });
}

const untilReturn =
  (...statuses: string[]) =>
  (trade: Trade) =>
    trade.eventually(`return ${statuses.join(' or ')}`, async () => {
      const rma = await returned(trade);
      return rma !== null && statuses.includes(rma.status) ? rma : undefined;
    });

const asks = perform('the partner asks by 180 to return the first line', async (one) => {
  const [order] = one.orders;
  const [line] = order?.lines ?? [];
  if (order === undefined || line === undefined) throw new StepFailed('nothing was ordered');
  const ordered = await one.prisma.orderLine.findFirstOrThrow({
    where: { order: { partnerId: one.profile.id, poNumber: order.poNumber }, lineNumber: 1 },
  });
  const [qualifier = 'VN'] = one.profile.items.seller;
  const segments = [
    ['BGN', '13', `R${order.poNumber}`.slice(0, 22), new Date().toISOString().slice(0, 10).replaceAll('-', '')],
    ['RDR', '', 'DM'],
    ['PRF', order.poNumber],
    ['BLI', qualifier, ordered.sku, ordered.shipped.toFixed(), ordered.baseUnit],
  ];
  const answer = await one.handIn(one.interchange('AN', [{ set: RETURN_AUTHORIZATION, segments }]));
  if (answer.status >= 300) throw new StepFailed(`the request was refused: ${JSON.stringify(answer.body)}`);
});

const approves = perform('a person approves it, where the profile wants that', async (one) => {
  const rma = await untilReturn('authorized', 'exception', 'refused')(one);
  if (rma.status !== 'exception') return;
  const open = await one.prisma.orderException.findFirstOrThrow({ where: { returnId: rma.id, state: 'open' } });
  await one.decide(open.id, 'accept');
});

const comesBack = perform('the goods come back, and go into stock', async (one) => {
  const rma = await untilReturn('authorized')(one);
  await one.sandbox('wms', '/_control/returns', 'POST', {
    type: 'return-received',
    eventId: `${rma.rmaNumber}-1`,
    occurredAt: new Date().toISOString(),
    rmaNumber: rma.rmaNumber,
    node: rma.node,
    lines: rma.lines.map(({ sku, authorized }) => ({ sku, quantity: authorized.toFixed(), disposition: 'restock' })),
  });
});

const scenario: Scenario = {
  name: 'return',
  purpose: 'The partner sends goods back: a return is authorised (180) and credited.',
  cannot: ({ processes, profile, sends }) => {
    if (!processes(RETURN_AUTHORIZATION)) return 'this release processes no 180';
    if (!profile.documents.inbound.includes(RETURN_AUTHORIZATION)) return 'the profile takes no 180';
    return sends(RETURN_AUTHORIZATION) ? undefined : 'the profile sends no 180';
  },
  steps: [
    partnerOrders(item(0), item(1)),
    untilStatus('closed'),
    asks,
    approves,
    comesBack,
    perform('the return is closed', async (one) => void (await untilReturn('closed')(one))),
    untilQuiet,
  ],
  expectations: (one) => {
    const { credit } = one.profile.returns;
    return [
      receives(RETURN_AUTHORIZATION, 1),
      saysInFirst(RETURN_AUTHORIZATION, 'RDR', 1, ['RA']),
      ...(credit === CREDIT_ADJUSTMENT ? [receives(credit, 1), saysInFirst(credit, 'BCD', 5, ['C'])] : []),
      ...(credit === INVOICE ? [receives(credit, 2)] : []),
      rule('all that came back is credited, and what was paid is refunded', async () => {
        const rma = await returned(one);
        if (rma === null) return [{ reason: 'there is no return' }];
        const open = rma.lines.filter((line) => !line.credited.equals(line.authorized));
        const unpaid = rma.credits.filter(
          ({ total, applied, refundNumber }) => applied !== total && refundNumber === null,
        );
        return [
          ...open.map(({ sku, credited }) => ({ place: sku, reason: `${credited.toFixed()} are credited` })),
          ...unpaid.map(({ creditMemoNumber }) => ({ place: creditMemoNumber ?? '', reason: 'is not refunded' })),
        ];
      }),
    ];
  },
};
export default scenario;
