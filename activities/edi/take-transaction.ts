import { withAcknowledgmentCodes } from '../../mappings/edi/acknowledgment-codes.ts';
import { admitTransaction } from '../../mappings/edi/admission.ts';
import { type OrderMapping, orderMappingOf } from '../../mappings/edi/orders.ts';
import { paymentFrom820 } from '../../mappings/edi/payment-from-820.ts';
import type { ReadTransaction, Tree, X12Error } from '../../mappings/x12/types.ts';
import { acceptOrder } from '../intake/accept-order.ts';
import { acceptPayment } from '../intake/accept-payment.ts';
import type { InboundDocument } from '../intake/inbound-document.ts';
import { searchForm } from '../lib/records.ts';

import { type Judgement, type ReadingDependencies, rejection, type Source } from './judgement.ts';
import { takeAcknowledgment } from './take-acknowledgment.ts';

export async function judge(
  deps: ReadingDependencies,
  source: Source,
  read: ReadTransaction,
  document: InboundDocument,
): Promise<Judgement | { held: X12Error[] }> {
  const admitted = admitTransaction(read, source.profile);
  if ('errors' in admitted) return rejection(...admitted.errors);
  const { tree, guide } = admitted;
  const orders = orderMappingOf(read.set);
  if (orders === undefined && read.set !== '820') return takeAcknowledgment(deps, source, guide, tree, document.id);
  const judged =
    orders === undefined
      ? await takePayment(deps, source, tree)
      : await takeOrder(deps, source, orders, tree, document);
  return 'held' in judged ? judged : { ...judged, errors: withAcknowledgmentCodes(judged.errors, read, guide) };
}

async function takeOrder(
  deps: ReadingDependencies,
  source: Source,
  { read, header }: OrderMapping,
  tree: Tree,
  document: InboundDocument,
): Promise<Judgement | { held: X12Error[] }> {
  const mapped = read(tree, source.profile, { receivedAt: source.receivedAt.toISOString() });
  if ('errors' in mapped) return mapped.ours ? { held: mapped.errors } : rejection(...mapped.errors);
  const { order } = mapped;
  const receipt = await acceptOrder(deps, {
    order,
    correlationId: source.correlationId,
    source: { kind: 'edi', document, controlNumber: source.controlNumber },
  });
  if (receipt.outcome === 'refused') {
    return rejection({
      code: 'po-number-known',
      message: `${header}03: ${receipt.reason}; ${source.profile.name} has agreed that such a repetition is refused`,
      place: { segment: header, position: 2, element: 3 },
      value: order.poNumber,
    });
  }
  const { orderId } = receipt;
  if (receipt.outcome !== 'duplicate') return { state: 'accepted', errors: [], orderId, stored: true };
  // A repetition is found by the number of the file that repeated it, too.
  const [kind, value] = ['interchange', source.controlNumber];
  await deps.prisma.orderReference.createMany({
    data: [{ orderId, kind, value, search: searchForm(value) }],
    skipDuplicates: true,
  });
  return { state: 'duplicate', errors: [], orderId };
}

async function takePayment(deps: ReadingDependencies, source: Source, tree: Tree): Promise<Judgement> {
  const mapped = paymentFrom820(tree, source.profile);
  if ('errors' in mapped) return rejection(...mapped.errors);
  const { payment } = mapped;
  const { outcome } = await acceptPayment(deps, { payment, source: '820', correlationId: source.correlationId });
  if (outcome !== 'conflict') return { state: outcome, errors: [] };
  return rejection({
    code: 'payment-reference-known',
    message: `TRN02: payment ${payment.reference} is known with other content`,
    place: { segment: 'TRN', position: 3, element: 2 },
    value: payment.reference,
  });
}
