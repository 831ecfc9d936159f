import { withAcknowledgmentCodes } from '../../mappings/edi/acknowledgment-codes.ts';
import { type Admitted, admitTransaction } from '../../mappings/edi/admission.ts';
import type {
  ElementPlace,
  TakesOrder,
  TakesPayment,
  TakesReturn,
  TakesReturnReceipt,
} from '../../mappings/edi/documents/definition.ts';
import {
  readAdvice,
  readOrders,
  readPayment,
  readReturn,
  readReturnReceipt,
} from '../../mappings/edi/documents/read-document.ts';
import type { ReadTransaction, X12Error } from '../../mappings/x12/types.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { acceptOrders } from '../intake/accept-order.ts';
import { acceptPayment } from '../intake/accept-payment.ts';
import type { IntakeDependencies } from '../intake/dependencies.ts';
import { type InboundDocument, storeDocument } from '../intake/inbound-document.ts';
import { IntakeRefusal } from '../intake/intake-refusal.ts';
import { searchForm } from '../lib/records.ts';
import { acceptReturnNotice } from '../returns/accept-notice.ts';
import { acceptReturn } from '../returns/accept-return.ts';
import { type Judgement, rejection, type Source } from './judgement.ts';
import { keepDocument, takeChange } from './keep-document.ts';
import { takeAcknowledgment } from './take-acknowledgment.ts';
import { takeAdvice } from './take-advice.ts';

/** Held: our own profile cannot read the set, so it waits until the profile is corrected. */
type Judged = Judgement | { held: X12Error[] };

/** Reads a transaction set and applies it. Its definition selects the effects below. */
export async function judge(
  deps: IntakeDependencies,
  source: Source,
  read: ReadTransaction,
  document: InboundDocument,
): Promise<Judged> {
  const admitted = admitTransaction(read, source.profile);
  if ('errors' in admitted) return rejection(...admitted.errors);
  if ('kept' in admitted) return keepDocument(deps, source, admitted, document, read);
  const judged = await apply(deps, source, admitted, document);
  // An acknowledgment is never acknowledged, so its errors need no AK codes.
  if ('held' in judged || admitted.inbound.apply === 'acknowledges') return judged;
  return { ...judged, errors: withAcknowledgmentCodes(judged.errors, read, admitted.guide) };
}

function apply(
  deps: IntakeDependencies,
  source: Source,
  { inbound, tree, guide, tolerated }: Admitted,
  document: InboundDocument,
): Promise<Judged> {
  switch (inbound.apply) {
    case 'takes-order':
      return takeOrder(deps, source, inbound, { tree, guide, tolerated }, document);
    case 'changes-order':
      return takeChange(deps, source, inbound, { tree, guide, tolerated }, document);
    case 'takes-payment':
      return takePayment(deps, source, inbound, { tree, guide, tolerated }, document.set);
    case 'takes-return':
      return takeReturn(deps, source, inbound, { tree, guide, tolerated }, document);
    case 'takes-return-receipt':
      return takeReturnReceipt(deps, source, inbound, { tree, guide, tolerated });
    case 'takes-advice':
      return takeAdvice(deps, source, readAdvice(inbound, { tree, guide, tolerated }, source.profile), document);
    case 'acknowledges':
      return takeAcknowledgment(deps, source, guide, tree, inbound.map(tree), document);
  }
}

async function takeOrder(
  deps: IntakeDependencies,
  source: Source,
  definition: TakesOrder,
  parsed: Pick<Admitted, 'tree' | 'guide' | 'tolerated'>,
  document: InboundDocument,
): Promise<Judged> {
  const mapped = readOrders(definition, parsed, source.profile, {
    receivedAt: source.receivedAt.toISOString(),
    evaluate: evaluateAll,
  });
  if ('errors' in mapped) return mapped.ours ? { held: mapped.errors } : rejection(...mapped.errors);
  const { orders, notUsed } = mapped;
  const errors = [...parsed.tolerated.errors];
  const poNumber = orders[0]?.poNumber ?? '';
  const receipt = await acceptOrders(deps, {
    orders,
    correlationId: source.correlationId,
    source: { kind: 'edi', document, notUsed, errors, controlNumber: source.controlNumber },
  }).catch((error: unknown) => {
    if (error instanceof IntakeRefusal) return error;
    throw error;
  });
  // What the document says has passed: only something on our side can be in the way.
  if (receipt instanceof IntakeRefusal) {
    return { held: [errorAt(definition.poNumber, receipt.code, receipt.message, poNumber)] };
  }
  if (receipt.outcome === 'refused') {
    const agreed = `${source.profile.name} has agreed that such a repetition is refused`;
    return rejection(errorAt(definition.poNumber, 'po-number-known', `${receipt.reason}; ${agreed}`, poNumber));
  }
  if (receipt.outcome !== 'duplicate') return { state: 'accepted', errors, stored: true };
  // A duplicate can be found by the control number of its own file as well.
  const [kind, value] = ['interchange', source.controlNumber];
  const orderIds = receipt.orders.map(({ orderId }) => orderId);
  await deps.prisma.orderReference.createMany({
    data: orderIds.map((orderId) => ({ orderId, kind, value, search: searchForm(value) })),
    skipDuplicates: true,
  });
  return { state: 'duplicate', errors, notUsed, orderIds };
}

async function takePayment(
  deps: IntakeDependencies,
  source: Source,
  definition: TakesPayment,
  parsed: Pick<Admitted, 'tree' | 'guide' | 'tolerated'>,
  set: string,
): Promise<Judgement> {
  const mapped = readPayment(definition, parsed, source.profile);
  if ('errors' in mapped) return rejection(...mapped.errors);
  const { payment, notUsed } = mapped;
  const { outcome } = await acceptPayment(deps, { payment, source: set, correlationId: source.correlationId });
  if (outcome !== 'conflict') return { state: outcome, errors: [...parsed.tolerated.errors], notUsed };
  const reason = `payment ${payment.reference} is known with other content`;
  return rejection(errorAt(definition.reference, 'payment-reference-known', reason, payment.reference));
}

/** Whether the return is authorized is told by a document of ours: this one is accepted either way. */
async function takeReturn(
  deps: IntakeDependencies,
  source: Source,
  definition: TakesReturn,
  parsed: Pick<Admitted, 'tree' | 'guide' | 'tolerated'>,
  document: InboundDocument,
): Promise<Judgement> {
  const mapped = readReturn(definition, parsed, source.profile);
  if ('errors' in mapped) return rejection(...mapped.errors);
  const { request, notUsed } = mapped;
  const receipt = await acceptReturn(deps, {
    request,
    source: 'edi',
    askedBy: source.profile.name,
    correlationId: source.correlationId,
    alongside: async (records, returnId) => {
      const { orderId } = await records.return.findUniqueOrThrow({
        where: { id: returnId },
        select: { orderId: true },
      });
      const orderIds = orderId === null ? [] : [orderId];
      const errors = [...parsed.tolerated.errors];
      await storeDocument(records, document, { state: 'accepted', errors, notUsed, orderIds });
    },
  });
  const errors = [...parsed.tolerated.errors];
  if (receipt.outcome === 'accepted') return { state: 'accepted', errors, stored: true };
  if (receipt.outcome === 'duplicate') return { state: 'duplicate', errors, notUsed };
  const number = request.requestNumber ?? '';
  const reason = `request ${number} is known with other content`;
  return rejection(errorAt(definition.requestNumber, 'return-number-known', reason, number));
}

async function takeReturnReceipt(
  deps: IntakeDependencies,
  source: Source,
  definition: TakesReturnReceipt,
  parsed: Pick<Admitted, 'tree' | 'guide' | 'tolerated'>,
): Promise<Judgement> {
  const mapped = readReturnReceipt(definition, parsed, source.profile, { receivedAt: source.receivedAt.toISOString() });
  if ('errors' in mapped) return rejection(...mapped.errors);
  const { notice, notUsed } = mapped;
  const { outcome } = await acceptReturnNotice(deps, {
    system: `edi.${source.profile.id}`,
    wmsSystem: '',
    event: notice,
    correlationId: source.correlationId,
  });
  const state = outcome === 'duplicate' ? 'duplicate' : 'accepted';
  return { state, errors: [...parsed.tolerated.errors], notUsed };
}

function errorAt(place: ElementPlace, code: string, reason: string, value: string): X12Error {
  const name = `${place.segment}${String(place.element).padStart(2, '0')}`;
  return { code, message: `${name}: ${reason}`, place, value };
}
