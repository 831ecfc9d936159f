/** The order check without its records: what is read is given, and nothing is stored. */
import { dayOf } from '../../../domain/calendar/calendar.ts';
import type { ExceptionType } from '../../../domain/exceptions.ts';
import type { OrderTerms } from '../../../domain/order/state.ts';
import type { ErpRule } from '../../../domain/policy/erp-routing.ts';
import { whyNotKept } from '../../../domain/policy/requested-dates.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import { type ErpSystem, systemsFor, type WmsSystem } from '../../../runtime/systems.ts';
import { firstFew } from '../../lib/few.ts';
import { checkOrder } from './check.ts';
import { leftOutProblem, unsupportedProblem } from './left-out.ts';
import type { Known, LeftOut, OrderToCheck } from './load.ts';
import type { Problem } from './problem.ts';
import type { CheckedOrder } from './record.ts';
import { termsOf } from './terms.ts';

/** Parts that a question names; the order shows all. */
const MOST_NAMED = 10;

export interface Given {
  erp: readonly ErpSystem[];
  wms: readonly WmsSystem[];
  erpRules: readonly ErpRule[];
  /** Problem types that a person has accepted. */
  waived: readonly ExceptionType[];
  /** Content of the document that nobody has decided about; asked only if the check comes to it. */
  undecided(): Promise<LeftOut | undefined>;
  known(erps: readonly string[]): Promise<Known>;
}

/**
 * `rejects`: the profile has the order rejected for the problem, and nobody is asked. `accepted`: the content that the order
 * goes without, because a person accepted that.
 */
export type DecidedOrder = ({ problem: Problem; rejects?: true } | { checked: CheckedOrder; terms: OrderTerms }) & {
  accepted?: LeftOut;
};

/**
 * All rules in execution order; the first problem that is not waived ends the check.
 *
 * @throws MasterDataUnread while the master data of a relevant ERP was never read.
 */
export async function decideOrder(
  orderId: string,
  row: OrderToCheck,
  profile: PartnerProfile,
  { erp, wms, erpRules, waived, undecided, known }: Given,
): Promise<DecidedOrder> {
  const serving = systemsFor(erp, profile.usage);
  if (serving.length === 0) return stop('no-system-for-side', `no ERP is there for ${profile.usage} orders`);
  if (systemsFor(wms, profile.usage).length === 0) {
    return stop('no-system-for-side', `no warehouse system is there for ${profile.usage} orders`);
  }
  const repeated = repetitionOf(row);
  if (repeated !== undefined && !waived.includes(repeated.type)) return { problem: repeated };
  const leftOut = await undecided();
  if (leftOut !== undefined && !waived.includes('content-not-used')) {
    const rejects = profile.orders.unsupported !== 'ask' && leftOut.content.some(({ eachTime }) => eachTime === true);
    return rejects ? { problem: unsupportedProblem(leftOut), rejects } : { problem: leftOutProblem(leftOut) };
  }
  const accepted = leftOut === undefined ? {} : { accepted: leftOut };

  const order = row.canonical;
  const reasons = whyNotKept(order, order.lines, dayOf(row.receivedAt, profile.calendar));
  if (reasons.length > 0 && !waived.includes('dates-not-kept')) {
    return { ...stop('dates-not-kept', reasons.join('; ')), ...accepted };
  }
  const erps = serving.map(({ id }) => id);
  const checked = checkOrder(orderId, row, profile, await known(erps), { erps, rules: erpRules, waived });
  if ('type' in checked) return { problem: checked, ...accepted };
  const system = serving.find(({ id }) => id === checked.erpSystem) as ErpSystem;
  const terms = termsOf(order, row.receivedAt, profile, system);
  return { checked: { ...checked, shipBy: terms.shipBy }, terms, ...accepted };
}

function stop(type: ExceptionType, summary: string): { problem: Problem } {
  return { problem: { type, summary } };
}

/** The state of the earlier orders is not said here: it changes while the question waits (api/representations/exception.ts). */
function repetitionOf({ poNumber, canonical, repeated }: OrderToCheck): Problem | undefined {
  if (repeated === null || repeated.decision?.resolution === 'accept') return undefined;
  const { earlier, parts } = repeated;
  const po = `PO ${poNumber}${canonical.release && `, release ${canonical.release}`}`;
  const days = [...new Set(earlier.map(({ receivedAt }) => receivedAt.slice(0, 10)))];
  const before = `${po} came before on ${days.join(', ')}${inParts(earlier.map(({ part }) => part))}`;
  const now = `Now it has come with other content${inParts(parts)}`;
  const meaning =
    'Accept delivers these goods in addition to those of the earlier orders; cancel delivers none of them';
  const forAll = parts.length > 1 ? ` The decision is taken for all ${parts.length} orders at once.` : '';
  return {
    type: 'repeated-po-number',
    summary: `${before}. ${now}. ${meaning}. The earlier orders stay as they are.${forAll}`,
  };
}

function inParts(parts: readonly string[]): string {
  const named = parts.filter((part) => part !== '');
  if (named.length === 0) return '';
  return `, as ${named.length === 1 ? 'the part' : `${named.length} orders:`} ${firstFew(named, MOST_NAMED)}`;
}
