import { withAcknowledgmentCodes } from '../../mappings/edi/acknowledgment-codes.ts';
import { admitTransaction } from '../../mappings/edi/admission.ts';
import { type OrderMapping, orderMappingOf } from '../../mappings/edi/orders.ts';
import { paymentFrom820 } from '../../mappings/edi/payment-from-820.ts';
import type { ReadTransaction, Tree, X12Error } from '../../mappings/x12/types.ts';
import { acceptOrder, acceptPayment, type IntakeDependencies } from '../intake/intake.ts';
import { searchForm } from '../lib/records.ts';

import { type Judgement, rejection, type Source } from './judgement.ts';
import { takeAcknowledgment } from './take-acknowledgment.ts';

export async function judge(
  deps: IntakeDependencies,
  source: Source,
  read: ReadTransaction,
  documentId: string,
): Promise<Judgement | { held: X12Error[] }> {
  const admitted = admitTransaction(read, source.profile);
  if ('errors' in admitted) return rejection(...admitted.errors);
  const { tree, guide } = admitted;
  const orders = orderMappingOf(read.set);
  if (orders === undefined && read.set !== '820') return takeAcknowledgment(deps, source, guide, tree, documentId);
  const judged =
    orders === undefined
      ? await takePayment(deps, source, tree)
      : await takeOrder(deps, source, orders, tree, documentId);
  return 'held' in judged ? judged : { ...judged, errors: withAcknowledgmentCodes(judged.errors, read, guide) };
}

async function takeOrder(
  deps: IntakeDependencies,
  source: Source,
  { read, header }: OrderMapping,
  tree: Tree,
  documentId: string,
): Promise<Judgement | { held: X12Error[] }> {
  const mapped = read(tree, source.profile, { receivedAt: source.receivedAt.toISOString() });
  if ('errors' in mapped) return mapped.ours ? { held: mapped.errors } : rejection(...mapped.errors);
  const { order } = mapped;
  const receipt = await acceptOrder(deps, {
    order,
    correlationId: source.correlationId,
    source: { kind: 'edi', documentId },
  });
  if (receipt.outcome === 'refused') {
    return rejection({
      code: 'po-number-known',
      message: `${header}03: ${receipt.reason}; ${source.profile.name} has agreed that such a repetition is refused`,
      place: { segment: header, position: 2, element: 3 },
      value: order.poNumber,
    });
  }
  await deps.prisma.orderReference.createMany({
    data: [
      {
        orderId: receipt.orderId,
        kind: 'interchange',
        value: source.controlNumber,
        search: searchForm(source.controlNumber),
      },
    ],
    skipDuplicates: true,
  });
  return { state: receipt.outcome === 'duplicate' ? 'duplicate' : 'accepted', errors: [], orderId: receipt.orderId };
}

async function takePayment(deps: IntakeDependencies, source: Source, tree: Tree): Promise<Judgement> {
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
