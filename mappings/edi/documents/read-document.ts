/** Reads an admitted set with its mapping, and names what the mapping did not use of it. */
import type { OrderChange, Payment, ReturnNoticeEvent, ReturnRequest, SalesOrder } from '../../canonical/v1/index.ts';
import type { Guide, Tree, X12Error } from '../../x12/types.ts';
import type { Agreement } from '../agreement.ts';
import { type NotUsed, notUsedOf } from '../not-used.ts';
import { harmful, NOTHING_TOLERATED, type Tolerated } from '../tolerance.ts';
import { notingUse } from '../tree.ts';
import type {
  Advice,
  OrderContext,
  ReadsChange,
  TakesAdvice,
  TakesOrder,
  TakesPayment,
  TakesReturn,
  TakesReturnReceipt,
} from './definition.ts';

interface Parsed {
  readonly tree: Tree;
  readonly guide: Guide;
  /** Nothing, if absent. */
  readonly tolerated?: Tolerated;
}

type Refused = { readonly errors: X12Error[]; readonly ours?: true };

export function readOrders(
  { map, poNumber, silent = {} }: TakesOrder,
  { tree, guide, tolerated = NOTHING_TOLERATED }: Parsed,
  agreement: Agreement,
  context: OrderContext,
): { readonly orders: readonly SalesOrder[]; readonly notUsed: NotUsed[] } | Refused {
  const mapped = notingUse(() => map(tree, agreement, context));
  const refusing = harmful(tolerated, tree, guide, poNumber);
  if ('errors' in mapped) return mapped.ours ? mapped : { errors: together(refusing, mapped.errors) };
  if (refusing.length > 0) return { errors: refusing };
  const doubts = [...mapped.doubts, ...tolerated.unread];
  return { orders: mapped.orders, notUsed: notUsedOf(tree, guide, silent, doubts, agreement.ignores[guide.set]) };
}

export function readChange(
  { map, poNumber, silent = {} }: ReadsChange,
  { tree, guide, tolerated = NOTHING_TOLERATED }: Parsed,
  agreement: Agreement,
  context: OrderContext,
): { readonly change: OrderChange; readonly notUsed: NotUsed[] } | Refused {
  const mapped = notingUse(() => map(tree, agreement, context));
  const refusing = harmful(tolerated, tree, guide, poNumber);
  if ('errors' in mapped) return mapped.ours ? mapped : { errors: together(refusing, mapped.errors) };
  if (refusing.length > 0) return { errors: refusing };
  const doubts = [...mapped.doubts, ...tolerated.unread];
  return { change: mapped.change, notUsed: notUsedOf(tree, guide, silent, doubts, agreement.ignores[guide.set]) };
}

export function readPayment(
  { map, reference, silent = {} }: TakesPayment,
  { tree, guide, tolerated = NOTHING_TOLERATED }: Parsed,
  agreement: Agreement,
): { readonly payment: Payment; readonly notUsed: NotUsed[] } | Refused {
  const mapped = notingUse(() => map(tree, agreement));
  const refusing = harmful(tolerated, tree, guide, reference);
  if ('errors' in mapped) return { errors: together(refusing, mapped.errors) };
  if (refusing.length > 0) return { errors: refusing };
  return {
    payment: mapped.payment,
    notUsed: notUsedOf(tree, guide, silent, tolerated.unread, agreement.ignores[guide.set]),
  };
}

export function readReturn(
  { map, requestNumber, silent = {} }: TakesReturn,
  { tree, guide, tolerated = NOTHING_TOLERATED }: Parsed,
  agreement: Agreement,
): { readonly request: ReturnRequest; readonly notUsed: NotUsed[] } | Refused {
  const mapped = notingUse(() => map(tree, agreement));
  const refusing = harmful(tolerated, tree, guide, requestNumber);
  if ('errors' in mapped) return { errors: together(refusing, mapped.errors) };
  if (refusing.length > 0) return { errors: refusing };
  const notUsed = notUsedOf(tree, guide, silent, tolerated.unread, agreement.ignores[guide.set]);
  return { request: mapped.request, notUsed };
}

export function readReturnReceipt(
  { map, receiptNumber, silent = {} }: TakesReturnReceipt,
  { tree, guide, tolerated = NOTHING_TOLERATED }: Parsed,
  agreement: Agreement,
  context: Pick<OrderContext, 'receivedAt'>,
): { readonly notice: ReturnNoticeEvent; readonly notUsed: NotUsed[] } | Refused {
  const mapped = notingUse(() => map(tree, agreement, context));
  const refusing = harmful(tolerated, tree, guide, receiptNumber);
  if ('errors' in mapped) return { errors: together(refusing, mapped.errors) };
  if (refusing.length > 0) return { errors: refusing };
  const notUsed = notUsedOf(tree, guide, silent, tolerated.unread, agreement.ignores[guide.set]);
  return { notice: mapped.notice, notUsed };
}

export function readAdvice(
  { map, silent = {} }: TakesAdvice,
  { tree, guide, tolerated = NOTHING_TOLERATED }: Parsed,
  agreement: Agreement,
): { readonly advices: readonly Advice[]; readonly notUsed: NotUsed[] } {
  const advices = notingUse(() => map(tree));
  return { advices, notUsed: notUsedOf(tree, guide, silent, tolerated.unread, agreement.ignores[guide.set]) };
}

/** What the mapping says of a place that the guide found at fault already would be said twice. */
function together(refusing: readonly X12Error[], found: readonly X12Error[]): X12Error[] {
  const isSame = ({ place: one }: X12Error, { place: other }: X12Error) =>
    one.position === other.position && one.element === other.element;
  return [...refusing, ...found.filter((error) => !refusing.some((known) => isSame(known, error)))];
}
