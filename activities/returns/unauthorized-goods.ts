/** Goods that nobody authorized: a person accepts them, sends them back, or says of which order they are. */
import { add, isPositive, subtract } from '../../domain/decimal.ts';
import { whyNotReturn } from '../../domain/returns/guards.ts';
import { feePercent, type ReturnReason } from '../../domain/returns/policy.ts';
import { acceptOver, acceptShipped, type ReturnCount, sendOverBack } from '../../domain/returns/quantities.ts';
import type { ReturnTerms } from '../../domain/returns/state.ts';
import type { RecordDependencies } from '../orders/dependencies.ts';
import { termsOfReturn } from './check-return.ts';
import { policyOf } from './return-policy.ts';
import {
  type Counted,
  counted,
  loadReturn,
  lockOrder,
  type ReturnLineRecord,
  referToReturn,
  saveLines,
  tellOfReturn,
} from './return-record.ts';
import { returnableLines } from './returnable.ts';

/**
 * A person decided about goods that nobody authorized. What is accepted is at most what has shipped of the order and is in
 * no other return; the rest waits for a decision of its own.
 */
export async function decideOver(
  deps: RecordDependencies,
  {
    returnId,
    accepted,
    beyondShipped = false,
    by,
  }: { returnId: string; accepted: boolean; beyondShipped?: boolean; by: string },
): Promise<Counted & { beyondShipped: string[] }> {
  return deps.prisma.$transaction(async (records) => {
    const { orderId } = await records.return.findUniqueOrThrow({ where: { id: returnId }, select: { orderId: true } });
    await lockOrder(records, orderId);
    const rma = await loadReturn(records, returnId, 'locked');
    const ordered = orderId === null ? [] : await returnableLines(records, orderId, returnId);
    const decided = accepted && !beyondShipped ? acceptShipped(rma.lines, ordered) : rma.lines.map(settle(accepted));
    const moved = rma.lines.flatMap(({ lineNumber, sku, over, received, overSentBack }, index) => {
      const quantity = subtract(over, decided[index]?.over ?? '0');
      return isPositive(quantity) ? [{ quantity, sku, key: `${lineNumber}:${received}:${overSentBack}` }] : [];
    });
    if (moved.length > 0) {
      const what = moved.map(({ quantity, sku }) => `${quantity} ${sku}`).join(', ');
      await tellOfReturn(records, rma, [
        {
          key: `over/${moved.map(({ key }) => key).join('/')}`,
          type: accepted ? 'return.accepted-over' : 'return.sent-back',
          summary: `${what} ${accepted ? 'accepted' : 'sent back'}${beyondShipped ? ', more than has shipped' : ''}`,
          actor: by,
        },
      ]);
    }
    const left = decided.filter(({ over }) => isPositive(over));
    return {
      ...(await counted(records, returnId, decided)),
      beyondShipped: left.map(({ over, baseUnit, sku, lineId, orderLineNumber }) => {
        const shipped = ordered.find(({ lineNumber }) => lineNumber === orderLineNumber)?.shipped ?? '0';
        return `line ${lineId}: ${over} ${baseUnit} of ${sku} are more than the ${shipped} that have shipped, less what other returns have`;
      }),
    };
  });
}

function settle(accepted: boolean): (line: ReturnLineRecord) => ReturnLineRecord {
  return (line) => (accepted ? acceptOver(line) : sendOverBack(line));
}

/** Goods that came by themselves are said to be of an order: they become a return of its lines. */
export async function linkReturn(
  deps: RecordDependencies,
  { returnId, orderId, by }: { returnId: string; orderId: string; by: string },
): Promise<{ terms: ReturnTerms; count: ReturnCount } | { refusals: string[] }> {
  return deps.prisma.$transaction(async (records) => {
    await lockOrder(records, orderId);
    const rma = await loadReturn(records, returnId, 'locked');
    const order = await records.order.findUniqueOrThrow({
      where: { id: orderId },
      select: { partnerId: true, poNumber: true },
    });
    const ordered = await returnableLines(records, orderId, returnId);
    const profile = deps.profiles.get(order.partnerId);
    const lines = rma.lines.map((line) => {
      const of = ordered.find(({ sku }) => sku === line.sku);
      return of === undefined
        ? line
        : { ...line, orderLineNumber: of.lineNumber, lineId: of.lineId, description: of.description };
    });
    const unknown = lines.filter(({ orderLineNumber }) => orderLineNumber === null);
    const refusals = [
      ...unknown.map(({ sku }) => `the order has no line of ${sku}`),
      ...whyNotReturn(
        ordered,
        lines.flatMap(({ orderLineNumber, lineId, over, received: came }) =>
          orderLineNumber === null ? [] : [{ lineId: lineId ?? '', quantity: add(over, came) }],
        ),
      ).map(({ reason }) => reason),
    ];
    if (refusals.length > 0) return { refusals };
    const fee = profile === undefined ? '0' : feePercent(rma.reason as ReturnReason, policyOf(profile));
    const { partnerId, poNumber } = order;
    await records.return.update({
      where: { id: returnId },
      data: { orderId, partnerId, poNumber, profileVersion: profile?.version ?? '', restockingFee: fee },
    });
    await records.$executeRaw(referToReturn(orderId, rma.rmaNumber));
    const linked = { ...rma, orderId, partnerId, poNumber, profileVersion: profile?.version ?? '', lines };
    await tellOfReturn(records, linked, [
      { key: 'linked', type: 'return.linked', summary: `the goods are of order ${poNumber}`, actor: by },
    ]);
    const count = await saveLines(records, returnId, lines.map(settle(true)));
    return { terms: await termsOfReturn(deps, records, linked, new Date()), count };
  });
}
