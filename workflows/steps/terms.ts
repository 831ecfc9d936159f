import type { OrderState, OrderTerms } from '../../domain/order/state.ts';

/** The terms of an order that has been checked; every later step runs under them. */
export function termsOf({ terms }: OrderState): OrderTerms {
  if (terms === undefined) throw new Error('the order has not been checked yet');
  return terms;
}
