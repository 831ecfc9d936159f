/**
 * Checks an order against master data: its ERP, buyer, ship-to, items, prices, currency and tax.
 * Each decision is stored with its inputs, so that it can be explained later.
 */

import type { ExceptionType } from '../../domain/exceptions.ts';
import type { OrderTerms } from '../../domain/order/state.ts';
import type { ErpRule } from '../../domain/policy/erp-routing.ts';
import type { Database } from '../../prisma/client.ts';
import type { ErpSystem, WmsSystem } from '../../runtime/systems.ts';
import type { HandOff } from '../handoff/hand-off.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import { decideOrder } from './prepare/decide.ts';
import { rememberLeftOut, undecidedContent } from './prepare/left-out.ts';
import { loadKnown, loadOrder } from './prepare/load.ts';
import type { Problem } from './prepare/problem.ts';
import { recordCheck } from './prepare/record.ts';

/** `rejects`: the partner's profile has the order rejected for the problem. */
export type PreparedOrder = { ready: true; terms: OrderTerms } | { ready: false; problem: Problem; rejects?: true };

export interface PrepareDependencies {
  prisma: Database;
  profiles: PartnerProfiles;
  erp: readonly ErpSystem[];
  wms: readonly WmsSystem[];
  handOff: HandOff;
  erpRules: readonly ErpRule[];
}

/**
 * Idempotent: a repeated check replaces the earlier findings. `waived` lists the problem types that
 * a person has accepted.
 *
 * @throws a retryable error while the master data of a relevant ERP was never read.
 */
export async function prepareOrder(
  deps: PrepareDependencies,
  { orderId, waived }: { orderId: string; waived: readonly ExceptionType[] },
): Promise<PreparedOrder> {
  const { prisma, profiles, erp, wms, erpRules } = deps;
  const row = await loadOrder(prisma, orderId);
  const { partnerId, canonical: order } = row;
  const profile = await profiles.forOrder(row);
  if (profile === undefined) {
    const summary = `partner ${partnerId} has no profile any more`;
    return { ready: false, problem: { type: 'unknown-customer', summary } };
  }
  const decided = await decideOrder(orderId, row, profile, {
    erp,
    wms,
    erpRules,
    waived,
    // The current profile, so that what it declares helps an order that already waits.
    undecided: () => undecidedContent(prisma, row, profiles.get(partnerId)),
    known: (erps) => loadKnown(prisma, { profile, erps, order }),
  });
  const { accepted } = decided;
  if (accepted !== undefined) await rememberLeftOut(deps, { ...row, orderId }, accepted);
  if ('problem' in decided) {
    const { problem, rejects } = decided;
    return { ready: false, problem, ...(rejects && { rejects }) };
  }
  await recordCheck(prisma, decided.checked);
  return { ready: true, terms: decided.terms };
}
