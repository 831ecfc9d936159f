/**
 * Checks an order against master data: its ERP, buyer, ship-to, items, prices, currency and tax.
 * Each decision is stored with its inputs, so that it can be explained later.
 */

import { dayOf } from '../../domain/calendar/calendar.ts';
import type { ExceptionType } from '../../domain/exceptions.ts';
import type { OrderTerms } from '../../domain/order/state.ts';
import type { ErpRule } from '../../domain/policy/erp-routing.ts';
import { whyNotKept } from '../../domain/policy/requested-dates.ts';
import { accountsOf } from '../../mappings/profile/sides.ts';
import type { Database } from '../../prisma/client.ts';
import { type ErpSystem, systemsFor, type WmsSystem } from '../../runtime/systems.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import { checkOrder } from './prepare/check.ts';
import { soughtParty } from './prepare/customer.ts';
import { leftOutProblem, rememberLeftOut, undecidedContent } from './prepare/left-out.ts';
import { loadKnown, loadOrder, type OrderToCheck } from './prepare/load.ts';
import type { Problem } from './prepare/problem.ts';
import { recordCheck } from './prepare/record.ts';
import { termsOf } from './prepare/terms.ts';

export type PreparedOrder = { ready: true; terms: OrderTerms } | { ready: false; problem: Problem };

export interface PrepareDependencies {
  prisma: Database;
  profiles: PartnerProfiles;
  erp: readonly ErpSystem[];
  wms: readonly WmsSystem[];
  erpRules: readonly ErpRule[];
}

/**
 * Idempotent: a repeated check replaces the earlier findings. `waived` lists the problem types that
 * a person has accepted.
 *
 * @throws a retryable error while the master data of a relevant ERP was never read.
 */
export async function prepareOrder(
  { prisma, profiles, erp, wms, erpRules }: PrepareDependencies,
  { orderId, waived }: { orderId: string; waived: readonly ExceptionType[] },
): Promise<PreparedOrder> {
  const row = await loadOrder(prisma, orderId);
  const profile = await profiles.forOrder(row);
  if (profile === undefined) return stop('unknown-customer', `partner ${row.partnerId} has no profile any more`);
  const serving = systemsFor(erp, profile.usage);
  if (serving.length === 0) return stop('no-system-for-side', `no ERP is there for ${profile.usage} orders`);
  if (systemsFor(wms, profile.usage).length === 0) {
    return stop('no-system-for-side', `no warehouse system is there for ${profile.usage} orders`);
  }
  const repeated = repetitionOf(row);
  if (repeated !== undefined && !waived.includes(repeated.type)) return { ready: false, problem: repeated };
  // The current profile, so that what it declares helps an order that already waits.
  const undecided = await undecidedContent(prisma, row, profiles.get(row.partnerId));
  if (undecided !== undefined) {
    if (!waived.includes('content-not-used')) return { ready: false, problem: leftOutProblem(undecided) };
    await rememberLeftOut(prisma, { orderId, partnerId: row.partnerId }, undecided);
  }

  const order = row.canonical;
  const reasons = whyNotKept(order, order.lines, dayOf(row.receivedAt, profile.calendar));
  if (reasons.length > 0 && !waived.includes('dates-not-kept')) return stop('dates-not-kept', reasons.join('; '));
  const erps = serving.map(({ id }) => id);
  const sought = soughtParty(order, profile);
  const known = await loadKnown(prisma, {
    partnerId: row.partnerId,
    accounts: accountsOf(profile),
    erps,
    order,
    sought,
  });
  const checked = checkOrder(orderId, row, profile, known, { erps, rules: erpRules, waived });
  if ('type' in checked) return { ready: false, problem: checked };
  const system = serving.find(({ id }) => id === checked.erpSystem) as ErpSystem;
  const terms = termsOf(order, row.receivedAt, profile, system);
  await recordCheck(prisma, { ...checked, shipBy: terms.shipBy });
  return { ready: true, terms };
}

function stop(type: ExceptionType, summary: string): PreparedOrder {
  return { ready: false, problem: { type, summary } };
}

function repetitionOf({ poNumber, earlierId, earlierReceivedAt, earlierStatus }: OrderToCheck): Problem | undefined {
  if (earlierId === null) return undefined;
  return {
    type: 'repeated-po-number',
    summary: `PO ${poNumber} came on ${earlierReceivedAt?.toISOString()} with other content (order ${earlierId}, ${earlierStatus})`,
  };
}
