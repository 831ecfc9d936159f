/** Reads an admitted set with its mapping, and names what the mapping did not use of it. */
import type { Payment, SalesOrder } from '../../canonical/v1/index.ts';
import type { Guide, Tree, X12Error } from '../../x12/types.ts';
import type { Agreement } from '../agreement.ts';
import { type NotUsed, notUsedOf } from '../not-used.ts';
import { notingUse } from '../tree.ts';
import type { OrderContext, TakesOrder, TakesPayment } from './definition.ts';

interface Parsed {
  readonly tree: Tree;
  readonly guide: Guide;
}

type Refused = { readonly errors: X12Error[]; readonly ours?: true };

export function readOrders(
  { map, silent = {} }: TakesOrder,
  { tree, guide }: Parsed,
  agreement: Agreement,
  context: OrderContext,
): { readonly orders: readonly SalesOrder[]; readonly notUsed: NotUsed[] } | Refused {
  const mapped = notingUse(() => map(tree, agreement, context));
  if ('errors' in mapped) return mapped;
  const { orders, doubts } = mapped;
  return { orders, notUsed: notUsedOf(tree, guide, silent, doubts, agreement.ignores[guide.set]) };
}

export function readPayment(
  { map, silent = {} }: TakesPayment,
  { tree, guide }: Parsed,
  agreement: Agreement,
): { readonly payment: Payment; readonly notUsed: NotUsed[] } | Refused {
  const mapped = notingUse(() => map(tree, agreement));
  if ('errors' in mapped) return mapped;
  return { payment: mapped.payment, notUsed: notUsedOf(tree, guide, silent, [], agreement.ignores[guide.set]) };
}
