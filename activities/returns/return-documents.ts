/** What the partner is told of a return: the 180 that answers it, and its credits. */
import type { ReturnReason } from '../../domain/returns/policy.ts';
import type { ReturnTerms } from '../../domain/returns/state.ts';
import type { CreditDocument, ReturnAnswerDocument } from '../../mappings/edi/document-content.ts';
import { creditAdjustment, invoice, returnAuthorization } from '../../mappings/edi/documents/all.ts';
import { writeCreditMemo, writeDocument, writeReturnAnswer } from '../../mappings/edi/documents/write-document.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { nodeAddress } from '../../runtime/systems.ts';
import { documentRow, insertDocuments, type OutboundDocument } from '../documents/queue.ts';
import { type HandOffRow, handOffRows } from '../handoff/hand-off.ts';
import type { Transaction } from '../lib/records.ts';
import type { RecordDependencies } from '../orders/dependencies.ts';
import { documentLine, documentOrder, rendered } from '../orders/order-documents.ts';
import { loadOrder, type OrderRecord } from '../orders/order-record.ts';
import type { ReturnRecord } from './return-record.ts';

type Answer = { outcome: 'authorized'; terms: ReturnTerms } | { outcome: 'refused' | 'cancelled'; reason: string };

/** The 180; undefined if the profile sends none, or nobody asked. */
export async function answerOf(
  deps: Pick<RecordDependencies, 'profiles' | 'wms'>,
  records: Transaction,
  profile: PartnerProfile,
  rma: ReturnRecord,
  answer: Answer,
): Promise<OutboundDocument | undefined> {
  if (profile.documents.outbound[returnAuthorization.set]?.send !== true) return undefined;
  const order = rma.orderId === null ? undefined : await loadOrder(records, rma.orderId);
  const content: ReturnAnswerDocument = {
    outcome: answer.outcome,
    rmaNumber: rma.rmaNumber,
    ...(rma.requestNumber !== null && rma.source === 'edi' && { requestNumber: rma.requestNumber }),
    answeredAt: new Date().toISOString(),
    ...(rma.poNumber !== null && { poNumber: rma.poNumber }),
    ...(order !== undefined && { orderedOn: order.orderedOn }),
    ...('terms' in answer
      ? {
          arriveBy: answer.terms.arriveBy.slice(0, 10),
          node: { code: answer.terms.node, address: nodeAddress(deps.wms, answer.terms.node) },
        }
      : { reason: answer.reason }),
    lines: rma.lines.map((line) => {
      const ordered = order?.lines.find(({ lineNumber }) => lineNumber === line.orderLineNumber);
      return {
        ...(order !== undefined && ordered !== undefined && { line: documentLine(ordered, order.canonical) }),
        named: line.lineId ?? line.sku,
        quantity: line.requested,
        unit: line.baseUnit,
      };
    }),
  };
  const { set, tree } = rendered(deps, profile, (by) => writeReturnAnswer(returnAuthorization, content, by));
  const key = `${set}/${rma.id}`;
  return {
    ...{ set, tree, returnId: rma.id, correlationId: rma.correlationId },
    businessKey: answer.outcome === 'cancelled' ? `${key}/cancelled` : key,
    since: { returnAsked: rma.askedAt, returnDecided: new Date() },
  };
}

export interface CreditToTell
  extends Pick<CreditDocument, 'creditMemoNumber' | 'creditedOn' | 'invoiceNumber' | 'invoicedOn' | 'credited'> {
  allowances: number;
  tax: number;
  restockingFee: number;
  total: number;
}

/** The 812, or the 810 that is a credit memo, or nothing, as the profile says. */
export function creditDocumentOf(
  deps: Pick<RecordDependencies, 'profiles'>,
  profile: PartnerProfile,
  order: OrderRecord,
  rma: ReturnRecord,
  { creditMemoNumber, ...credit }: CreditToTell,
): OutboundDocument | undefined {
  const { credit: by } = profile.returns;
  if (by === 'none') return undefined;
  const content: CreditDocument = {
    order: documentOrder(order),
    lines: order.lines.map((line) => documentLine(line, order.canonical)),
    rmaNumber: rma.rmaNumber,
    ...(rma.requestNumber !== null && rma.source === 'edi' && { requestNumber: rma.requestNumber }),
    reason: rma.reason as ReturnReason,
    creditMemoNumber,
    ...credit,
  };
  const { set, tree } = rendered(deps, profile, (agreement) =>
    by === creditAdjustment.set
      ? writeDocument(creditAdjustment, content, agreement, evaluateAll)
      : writeCreditMemo(invoice, content, agreement),
  );
  const now = new Date();
  return {
    ...{ set, tree, returnId: rma.id, correlationId: rma.correlationId },
    businessKey: `${set}/credit/${rma.id}/${creditMemoNumber}`,
    since: { credited: now, invoiced: now, shipped: now },
  };
}

/** Queues it, and wakes the outbox of the partner. */
export async function queueDocuments(
  records: Transaction,
  profile: PartnerProfile,
  document: OutboundDocument | undefined,
): Promise<HandOffRow[]> {
  const row = document && documentRow(profile, document);
  if (row === undefined) return [];
  const handOffs = handOffRows([{ kind: 'wake-outbox', partnerId: profile.id }]);
  await records.$executeRaw`${insertDocuments([row])}`;
  await records.handOff.createMany({ data: handOffs });
  return handOffs;
}
