/** The answer to a request: authorized or refused, with the 180 that tells it. */
import { feePercent, type ReturnReason } from '../../domain/returns/policy.ts';
import { authorize, concede, type ReturnCount } from '../../domain/returns/quantities.ts';
import type { ReturnEnd, ReturnTerms } from '../../domain/returns/state.ts';
import { returnAuthorization } from '../../mappings/edi/documents/all.ts';
import type { RecordDependencies } from '../orders/dependencies.ts';
import { profileOfReturn, whyRefused } from './check-return.ts';
import { answerOf, queueDocuments } from './return-documents.ts';
import { policyOf } from './return-policy.ts';
import { loadReturn, lockOrder, saveLines, tellOfReturn } from './return-record.ts';

/** Authorizes the return, unless other returns of the order have taken its quantities meanwhile. */
export async function authorizeReturn(
  deps: RecordDependencies,
  {
    returnId,
    terms,
    by,
    withoutGoods = false,
  }: { returnId: string; terms: ReturnTerms; by: string; withoutGoods?: boolean },
): Promise<{ count: ReturnCount } | { refusals: string[] }> {
  const { prisma, wms } = deps;
  const { handOffs, outcome } = await prisma.$transaction(async (records) => {
    const { orderId } = await records.return.findUniqueOrThrow({ where: { id: returnId }, select: { orderId: true } });
    await lockOrder(records, orderId);
    const rma = await loadReturn(records, returnId, 'locked');
    const profile = await profileOfReturn(deps, rma);
    const refusals = await whyRefused(deps, records, rma);
    if (refusals.length > 0) return { handOffs: [], outcome: { refusals } };
    const authorized = rma.lines.map(authorize);
    const count = await saveLines(records, returnId, withoutGoods ? authorized.map(concede) : authorized);
    const wmsSystem = wms.find(({ taskQueue }) => taskQueue === terms.wmsTaskQueue)?.id ?? null;
    await records.return.update({
      where: { id: returnId },
      data: {
        node: terms.node,
        wmsSystem,
        // The buyer is not charged for what the carrier did.
        restockingFee: rma.source === 'carrier' ? '0' : feePercent(rma.reason as ReturnReason, policyOf(profile)),
        authorizedAt: new Date(),
        arriveBy: withoutGoods ? null : new Date(terms.arriveBy),
      },
    });
    await tellOfReturn(records, rma, [
      {
        key: 'authorized',
        type: 'return.authorized',
        summary: withoutGoods
          ? 'to be credited; the goods do not come back'
          : `authorized; the goods come to ${terms.node} by ${terms.arriveBy.slice(0, 10)}`,
        actor: by,
      },
    ]);
    // Nobody asked for a return of what was not delivered.
    if (rma.source === 'carrier') return { handOffs: [], outcome: { count } };
    const document = await answerOf(deps, records, profile, rma, { outcome: 'authorized', terms });
    return { handOffs: await queueDocuments(records, profile, document), outcome: { count } };
  });
  deps.handOff.committed(handOffs);
  return outcome;
}

/** The partner is told that nothing comes of its request, or of what we had authorized. */
export async function tellOfEnd(
  deps: RecordDependencies,
  { returnId, end, reason, by }: { returnId: string; end: Exclude<ReturnEnd, 'closed'>; reason: string; by: string },
): Promise<void> {
  const handOffs = await deps.prisma.$transaction(async (records) => {
    const rma = await loadReturn(records, returnId, 'locked');
    await records.return.update({ where: { id: returnId }, data: { endReason: reason } });
    const key = `end/${end}`;
    await tellOfReturn(records, rma, [{ key, type: `return.${end}`, summary: `${end}: ${reason}`, actor: by }]);
    const answered = await records.document.count({ where: { returnId, transactionSet: returnAuthorization.set } });
    // Nobody was told of an authorization that is cancelled, and what expires was told with its day.
    const unasked = rma.source === 'warehouse' || rma.source === 'carrier';
    const silent = unasked || end === 'expired' || (end === 'cancelled' && answered === 0);
    if (silent) return [];
    const profile = await profileOfReturn(deps, rma);
    const document = await answerOf(deps, records, profile, rma, { outcome: end, reason });
    return queueDocuments(records, profile, document);
  });
  deps.handOff.committed(handOffs);
}

/** Later arrival of an authorized return. */
export async function extendReturn(
  deps: RecordDependencies,
  { returnId, arriveBy, by }: { returnId: string; arriveBy: string; by: string },
): Promise<void> {
  await deps.prisma.$transaction(async (records) => {
    const rma = await loadReturn(records, returnId, 'locked');
    await records.return.update({ where: { id: returnId }, data: { arriveBy: new Date(arriveBy) } });
    const day = arriveBy.slice(0, 10);
    const key = `extended/${day}`;
    await tellOfReturn(records, rma, [
      { key, type: 'return.extended', summary: `the goods may come until ${day}`, actor: by },
    ]);
  });
}
