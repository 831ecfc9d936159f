/** Whether a return is authorized, by what was agreed with the partner. */

import type { ReturnRefusal } from './guards.ts';
import type { Disposition } from './quantities.ts';

/** Why goods come back. The words are ours; documents translate them. */
export const returnReasons = [
  'damaged',
  'defective',
  'wrong-item',
  'not-ordered',
  'overstock',
  'recalled',
  'other',
] as const;
export type ReturnReason = (typeof returnReasons)[number];

export interface ReturnPolicy {
  readonly reasons: readonly ReturnReason[];
  /** From the latest shipment of the returned goods, milliseconds. */
  readonly windowMs: number;
  readonly approval: 'automatic' | 'person';
  readonly restockingFee: { readonly percent: string; readonly notFor: readonly ReturnReason[] };
  readonly dispositions: readonly Disposition[];
}

export interface AskedReturn {
  readonly reason: ReturnReason;
  readonly askedAt: Date;
  /** Of the latest shipment of each returned line. */
  readonly shippedAt: readonly Date[];
}

/** Why the agreement does not allow the return; empty if it does. */
export function whyNotAllowed({ reason, askedAt, shippedAt }: AskedReturn, policy: ReturnPolicy): ReturnRefusal[] {
  const refusals: ReturnRefusal[] = [];
  if (!policy.reasons.includes(reason)) {
    const allowed = policy.reasons.join(', ') || 'none';
    refusals.push({ code: 'reason-not-allowed', reason: `goods are not taken back as ${reason}; allowed: ${allowed}` });
  }
  const late = shippedAt.filter((at) => askedAt.getTime() - at.getTime() > policy.windowMs);
  if (late.length > 0) {
    const days = Math.floor(policy.windowMs / (24 * 60 * 60 * 1000));
    const [first] = late.toSorted((one, other) => one.getTime() - other.getTime());
    const shipped = first?.toISOString().slice(0, 10);
    refusals.push({
      code: 'window-passed',
      reason: `goods are taken back within ${days} days of their shipment; they shipped on ${shipped}`,
    });
  }
  return refusals;
}

/** Percent of the goods that is kept from the credit. */
export function feePercent(reason: ReturnReason, { restockingFee }: Pick<ReturnPolicy, 'restockingFee'>): string {
  return restockingFee.notFor.includes(reason) ? '0' : restockingFee.percent;
}
