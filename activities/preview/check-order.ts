/** The order check of a preview: the rules of the real one, each exception accepted in turn to see the next. */
import { type ExceptionType, kindOf } from '../../domain/exceptions.ts';
import type { ErpRule } from '../../domain/policy/erp-routing.ts';
import type { SalesOrder } from '../../mappings/canonical/v1/index.ts';
import type { NotUsed } from '../../mappings/edi/not-used.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { ErpSystem, WmsSystem } from '../../runtime/systems.ts';
import { MasterDataUnread } from '../orders/prepare/check.ts';
import { type DecidedOrder, decideOrder } from '../orders/prepare/decide.ts';
import { leftOutProblem, undeclaredContent } from '../orders/prepare/left-out.ts';
import type { LeftOut, OrderToCheck, Repeated } from '../orders/prepare/load.ts';
import type { Problem } from '../orders/prepare/problem.ts';
import type { CheckedOrder } from '../orders/prepare/record.ts';
import type { EarlierOrder, MasterData } from './master-data.ts';
import type { OrderCheck } from './result.ts';

/** The id that stands in the place of an order's own. */
export const EXAMPLE_ORDER = 'preview';

export interface PreviewSystems {
  readonly erp: readonly ErpSystem[];
  readonly wms: readonly WmsSystem[];
  readonly erpRules: readonly ErpRule[];
}

export interface OrderToPreview {
  readonly order: SalesOrder;
  readonly set: string;
  readonly notUsed: readonly NotUsed[];
  readonly receivedAt: Date;
}

/** `checked` is absent if an exception would open that nobody can accept, or nothing was looked at. */
export async function checkPreviewed(
  subject: OrderToPreview,
  profile: PartnerProfile,
  masterData: MasterData | undefined,
  systems: PreviewSystems,
): Promise<{ check: OrderCheck; checked?: CheckedOrder }> {
  const { order } = subject;
  if (masterData === undefined) return { check: unlooked(subject, profile) };
  const earlier = await masterData.earlier(order);
  if (earlier?.sameContent === true) {
    const reason = `PO ${order.poNumber} is known with the same content (order ${earlier.id}): nothing new would start`;
    return { check: { state: 'repeated', reason, exceptions: [], decisions: [] } };
  }
  if (earlier !== undefined && profile.duplicates === 'refuse') {
    const reason = `PO ${order.poNumber} is known with other content (order ${earlier.id}), and the profile refuses such a repetition`;
    return { check: { state: 'refused', reason, exceptions: [], decisions: [] } };
  }
  const row = rowOf(subject, profile, earlier);
  const problems: Problem[] = [];
  for (;;) {
    const waived = problems.map(({ type }) => type);
    let decided: DecidedOrder;
    try {
      decided = await decide(row, profile, masterData, systems, waived);
    } catch (error) {
      if (!(error instanceof MasterDataUnread)) throw error;
      return { check: { state: 'not-checked', reason: error.message, ...told(problems), decisions: [] } };
    }
    if ('checked' in decided) {
      const { checked } = decided;
      const decisions = checked.decisions.map(({ rule, outcome }) => ({ rule, outcome }));
      return {
        check: { state: problems.length === 0 ? 'passed' : 'exceptions', ...told(problems), decisions },
        checked,
      };
    }
    const { problem, rejects } = decided;
    if (rejects) return { check: { state: 'refused', reason: problem.summary, ...told(problems), decisions: [] } };
    problems.push(problem);
    if (!kindOf(problem.type).resolutions.includes('accept') || waived.includes(problem.type)) {
      return { check: { state: 'exceptions', ...told(problems), decisions: [] } };
    }
  }
}

export function told(problems: readonly Problem[]): Pick<OrderCheck, 'exceptions'> {
  return {
    exceptions: problems.map(({ type, summary }) => {
      const { owner, resolutions } = kindOf(type);
      return { type, summary, owner, resolutions };
    }),
  };
}

/** What the profile alone can say. */
function unlooked(subject: OrderToPreview, profile: PartnerProfile): OrderCheck {
  const leftOut = undeclaredContent(leftOutOf(subject), profile);
  const problems = leftOut === undefined ? [] : [leftOutProblem(leftOut)];
  return {
    state: 'not-checked',
    reason: 'customer, items, prices and earlier orders were not looked at',
    ...told(problems),
    decisions: [],
  };
}

function decide(
  row: OrderToCheck,
  profile: PartnerProfile,
  masterData: MasterData,
  { erp, wms, erpRules }: PreviewSystems,
  waived: readonly ExceptionType[],
): Promise<DecidedOrder> {
  const order = row.canonical;
  return decideOrder(EXAMPLE_ORDER, row, profile, {
    erp,
    wms,
    erpRules,
    waived,
    undecided: () => masterData.undecided(row, profile),
    known: (erps) => masterData.known({ profile, erps, order, corrections: row.corrections }),
  });
}

function rowOf(subject: OrderToPreview, { version }: PartnerProfile, earlier: EarlierOrder | undefined): OrderToCheck {
  const { order, receivedAt } = subject;
  return {
    partnerId: order.partnerId,
    poNumber: order.poNumber,
    profileVersion: version,
    receivedAt,
    canonical: order,
    asOrdered: null,
    corrections: [],
    repeated: earlier === undefined ? null : repetitionOf(order, earlier),
    leftOut: leftOutOf(subject),
  };
}

function repetitionOf({ part }: SalesOrder, earlier: EarlierOrder): Repeated {
  return {
    earlier: [{ part: earlier.part, receivedAt: earlier.receivedAt.toISOString() }],
    parts: [part],
    decision: null,
  };
}

function leftOutOf({ set, notUsed }: OrderToPreview): LeftOut | null {
  return notUsed.length === 0 ? null : { set, content: notUsed };
}
