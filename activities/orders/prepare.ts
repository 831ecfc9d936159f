/**
 * Checks an order against master data: its ERP, buyer, ship-to, items, prices, currency and tax.
 * Each decision is stored with its inputs, so that it can be explained later.
 */

import type { ExceptionType } from '../../domain/exceptions.ts';
import type { Correction } from '../../domain/order/corrections.ts';
import type { OrderTerms } from '../../domain/order/state.ts';
import type { ErpRule } from '../../domain/policy/erp-routing.ts';
import type { Database } from '../../prisma/client.ts';
import type { ErpSystem, WmsSystem } from '../../runtime/systems.ts';
import type { HandOff } from '../handoff/hand-off.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import { decideOrder } from './prepare/decide.ts';
import { rememberLeftOut, undecidedContent } from './prepare/left-out.ts';
import { loadKnown, loadOrder, withCorrections } from './prepare/load.ts';
import type { Problem } from './prepare/problem.ts';
import { recordCheck, recordCorrections } from './prepare/record.ts';

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

export interface CheckInput {
  orderId: string;
  waived: readonly ExceptionType[];
  corrections?: readonly Correction[];
}

/**
 * Idempotent: a repeated check replaces the earlier findings. `waived` lists the problem types that
 * a person has accepted, `corrections` all that people have corrected so far.
 *
 * @throws a retryable error while the master data of a relevant ERP was never read.
 */
export async function prepareOrder(
  deps: PrepareDependencies,
  { orderId, waived, corrections = [] }: CheckInput,
): Promise<PreparedOrder> {
  const { prisma, profiles, erp, wms, erpRules } = deps;
  const row = withCorrections(await loadOrder(prisma, orderId), corrections);
  // Also without any, if a reset took back those that are on record.
  if (row.asOrdered !== null) await recordCorrections(prisma, orderId, row);
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
    known: (erps) => loadKnown(prisma, { profile, erps, order, corrections }),
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
