/** The check of a return, and its terms. */
import { deadlineAfter } from '../../domain/calendar/calendar.ts';
import { millisecondsOf } from '../../domain/calendar/duration.ts';
import { whyNotReturn } from '../../domain/returns/guards.ts';
import type { ReturnReason } from '../../domain/returns/policy.ts';
import { countOf, type ReturnCount } from '../../domain/returns/quantities.ts';
import type { ReturnTerms } from '../../domain/returns/state.ts';
import { returnAuthorization } from '../../mappings/edi/documents/all.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { permanent } from '../lib/activity-failure.ts';
import type { Transaction } from '../lib/records.ts';
import type { RecordDependencies } from '../orders/dependencies.ts';
import { whyNot } from './accept-return.ts';
import { policyOf } from './return-policy.ts';
import { loadReturn, lockOrder, type ReturnRecord } from './return-record.ts';
import { returnableLines } from './returnable.ts';

export interface CheckedReturn {
  terms: ReturnTerms;
  count: ReturnCount;
  /** Why it is refused; empty if nothing speaks against it. */
  refusals: string[];
}

export async function checkReturn(
  deps: RecordDependencies,
  { returnId, now = new Date() }: { returnId: string; now?: Date },
): Promise<CheckedReturn> {
  return deps.prisma.$transaction(async (records) => {
    const { orderId } = await records.return.findUniqueOrThrow({ where: { id: returnId }, select: { orderId: true } });
    await lockOrder(records, orderId);
    const rma = await loadReturn(records, returnId);
    // Nobody asked for goods that came by themselves, or that a carrier did not deliver.
    const refusals = rma.source !== 'api' && rma.source !== 'edi' ? [] : await whyRefused(deps, records, rma);
    return { terms: await termsOfReturn(deps, records, rma, now), count: countOf(rma.lines), refusals };
  });
}

/** Everything that speaks against it now. */
export async function whyRefused(
  deps: Pick<RecordDependencies, 'profiles'>,
  records: Transaction,
  rma: ReturnRecord,
): Promise<string[]> {
  const profile = await profileOfReturn(deps, rma);
  if (rma.orderId === null) return [`no order of ours has the number ${rma.poNumber ?? ''}`];
  const ordered = await returnableLines(records, rma.orderId, rma.id);
  // The agreement is about what a buyer sends back, not about what a carrier does.
  if (rma.source === 'carrier') {
    const asked = rma.lines.map(({ lineId, requested: quantity }) => ({ lineId: lineId ?? '', quantity }));
    return whyNotReturn(ordered, asked).map((refusal) => refusal.reason);
  }
  const reason = rma.reason as ReturnReason;
  return whyNot(rma.lines, ordered, reason, policyOf(profile), rma.askedAt).map((refusal) => refusal.reason);
}

/** The profile version that the return started with. */
export async function profileOfReturn(
  { profiles }: Pick<RecordDependencies, 'profiles'>,
  { partnerId, profileVersion }: Pick<ReturnRecord, 'partnerId' | 'profileVersion'>,
): Promise<PartnerProfile> {
  const profile = (await profiles.forOrder({ partnerId, profileVersion })) ?? profiles.get(partnerId);
  if (profile === undefined) throw permanent('unknown-partner', `partner ${partnerId} has no profile any more`);
  return profile;
}

/** Goods of nobody that we know have the usual time. */
const STEP_DEADLINE_MS = 24 * 60 * 60 * 1000;

/** Where the goods come to, and by when: the warehouse that they shipped from, unless they came to another one already. */
export async function termsOfReturn(
  deps: Pick<RecordDependencies, 'profiles' | 'erp' | 'wms'>,
  records: Transaction,
  rma: ReturnRecord,
  now: Date,
): Promise<ReturnTerms> {
  const profile = deps.profiles.get(rma.partnerId) && (await profileOfReturn(deps, rma));
  const place = await placeOf(deps, records, rma);
  const order =
    rma.orderId === null
      ? null
      : await records.order.findUnique({ where: { id: rma.orderId }, select: { erpSystem: true } });
  const erp = deps.erp.find(({ id }) => id === order?.erpSystem);
  const rule = profile?.documents.outbound[returnAuthorization.set];
  return {
    ...(erp !== undefined && { erpTaskQueue: erp.taskQueue }),
    ...place,
    approval: profile?.returns.approval ?? 'person',
    ...arrivalOf(profile, now),
    stepDeadlineMs:
      profile === undefined
        ? STEP_DEADLINE_MS
        : deadlineAfter(now, rule?.deadline ?? 'PT24H', profile.calendar).getTime() - now.getTime(),
  };
}

/** Until when goods are waited for, and taken, from now on. */
export function arrivalOf(profile: PartnerProfile | undefined, now: Date): { arriveBy: string; lapsesAt: string } {
  if (profile === undefined) {
    const at = new Date(now.getTime() + millisecondsOf('P30D')).toISOString();
    return { arriveBy: at, lapsesAt: at };
  }
  const arriveBy = deadlineAfter(now, profile.returns.arriveWithin, profile.calendar);
  const lapsesAt = deadlineAfter(arriveBy, profile.returns.grace, profile.calendar);
  return { arriveBy: arriveBy.toISOString(), lapsesAt: lapsesAt.toISOString() };
}

async function placeOf(
  { wms }: Pick<RecordDependencies, 'wms'>,
  records: Transaction,
  rma: ReturnRecord,
): Promise<Pick<ReturnTerms, 'wmsTaskQueue' | 'node'>> {
  const ordered = rma.orderId === null ? [] : await returnableLines(records, rma.orderId, rma.id);
  const shipped = ordered.find(
    ({ lineNumber, node }) => node !== null && rma.lines.some((line) => line.orderLineNumber === lineNumber),
  );
  const node = rma.node ?? shipped?.node ?? '';
  const system =
    wms.find(({ id }) => id === (rma.wmsSystem ?? shipped?.wmsSystem)) ??
    wms.find(({ nodes }) => nodes.includes(node)) ??
    wms[0];
  if (system === undefined) throw permanent('no-warehouse', 'no warehouse system is configured');
  return { wmsTaskQueue: system.taskQueue, node: node === '' ? (system.nodes[0] ?? '') : node };
}
