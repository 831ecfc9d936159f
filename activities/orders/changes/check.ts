/** What the order check says of the lines and the address that a change brings: the same rules as for a new order. */
import { dayOf } from '../../../domain/calendar/calendar.ts';
import { compare } from '../../../domain/decimal.ts';
import type { ExceptionType } from '../../../domain/exceptions.ts';
import type { Correction } from '../../../domain/order/corrections.ts';
import { whyNotKept } from '../../../domain/policy/requested-dates.ts';
import { changedOrder } from '../../../mappings/canonical/changed.ts';
import type { SalesOrder } from '../../../mappings/canonical/v1/index.ts';
import type { WantedPart } from '../../../mappings/canonical/wanted.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import { decideOrder } from '../prepare/decide.ts';
import { loadKnown, loadOrder, type OrderToCheck } from '../prepare/load.ts';
import type { Problem } from '../prepare/problem.ts';
import type { CheckedLine, CheckedOrder } from '../prepare/record.ts';
import type { PrepareDependencies } from '../prepare.ts';
import type { Seen } from './load.ts';

export interface CheckedParts {
  /** Our reading of lines that are new, or have another item, price or more quantity. */
  lines: ReadonlyMap<string, CheckedLine>;
  /** Parts that the check does not let pass, with the reason. */
  refused: ReadonlyMap<WantedPart, string>;
  /** Where the goods go, if that changes. */
  shipTo?: Pick<CheckedOrder, 'shipToNumber'>;
  taxPercent?: string | null;
}

/** A person who accepted one of these did so for the line as it was. */
const OF_LINES: readonly ExceptionType[] = ['price-outside-tolerance', 'item-numbers-differ', 'pack-differs'];

/** A buyer cannot want now what was to happen before. */
function whyPassed(parts: readonly WantedPart[], today: string): string[] {
  const days = parts.flatMap(({ ask }) => (ask.part === 'dates' ? Object.values(ask.dates) : []));
  const passed = days.filter((day) => day !== undefined && day < today);
  return [...new Set(passed)].map((day) => `${day} has passed`);
}

export async function checkParts(
  deps: PrepareDependencies,
  { order, change }: Seen,
  profile: PartnerProfile,
  parts: readonly WantedPart[],
  given: { waived: readonly ExceptionType[]; corrections: readonly Correction[] },
): Promise<CheckedParts> {
  const row = await loadOrder(deps.prisma, order.id);
  const refused = new Map<WantedPart, string>();
  const lines = new Map<string, CheckedLine>();
  const answer: { -readonly [K in keyof CheckedParts]?: CheckedParts[K] } = {};
  const still = () => parts.filter((part) => !refused.has(part));

  const dated = still().filter(({ ask }) => ask.part === 'dates');
  if (dated.length > 0) {
    const after = changedOrder(row.canonical, dated, order.lines.map(whole));
    const today = dayOf(new Date(change.receivedAt), profile.calendar);
    const reasons = [...whyPassed(dated, today), ...whyNotKept(after, after.lines, today)];
    if (reasons.length > 0) for (const part of dated) refused.set(part, reasons.join('; '));
  }

  // What a person accepted about a line counts as long as only its quantity changes.
  const strict = still().filter(({ ask: { part } }) => part === 'price' || part === 'add' || part === 'item');
  const strictIds = new Set(strict.map(idOf));
  const more = still().filter((part) => !strictIds.has(idOf(part)) && isMore(part, order.lines));
  await passing(
    strict,
    given.waived.filter((type) => !OF_LINES.includes(type)),
  );
  await passing(more, given.waived);

  const moved = still().find(({ ask }) => ask.part === 'ship-to');
  if (moved !== undefined) {
    const after = changedOrder(row.canonical, [moved]);
    const decided = await decide(deps, row, profile, after, {
      ...given,
      corrections: withoutShipTo(given.corrections),
    });
    if ('problem' in decided) refused.set(moved, decided.problem.summary);
    else if (decided.erpSystem !== order.erpSystem || decided.customerNumber !== order.customerNumber) {
      refused.set(
        moved,
        `goods for that place are ordered by customer ${decided.customerNumber} in ERP ${decided.erpSystem}: order them anew`,
      );
    } else {
      answer.shipTo = { shipToNumber: decided.shipToNumber };
      answer.taxPercent = percentOf(decided);
    }
  }
  return { ...answer, lines, refused };

  /** Refuses parts until the check lets the rest pass. */
  async function passing(group: readonly WantedPart[], waived: readonly ExceptionType[]): Promise<void> {
    const ids = new Set(group.map(idOf));
    for (;;) {
      const left = group.filter((part) => !refused.has(part));
      if (left.length === 0) return;
      // Together with other parts of the same lines, such as a quantity beside a price.
      const after = changedOrder(
        row.canonical,
        still().filter((part) => ids.has(idOf(part))),
      );
      const asked = new Set(left.map(idOf));
      const only = { ...after, lines: after.lines.filter(({ lineId }) => asked.has(lineId)) };
      if (only.lines.length === 0) return refuse(left, 'the order has no such line');
      const decided = await decide(deps, row, profile, only, { ...given, waived });
      if (!('problem' in decided)) {
        for (const line of decided.lines) {
          if (line.refused === undefined) lines.set(line.lineId, line);
          else
            refuse(
              left.filter((part) => idOf(part) === line.lineId),
              `line ${line.lineId}: ${line.refused.reason ?? 'not delivered'}`,
            );
        }
        return;
      }
      const { summary, lineIds = [] } = decided.problem;
      const guilty = left.filter((part) => lineIds.includes(idOf(part) ?? ''));
      // A problem of no line is one of the order: none of its lines can change.
      refuse(guilty.length > 0 ? guilty : left, summary);
    }
  }

  function refuse(some: readonly WantedPart[], reason: string): void {
    for (const part of some) refused.set(part, reason);
  }
}

function idOf({ ask }: WantedPart): string | undefined {
  return 'lineId' in ask ? ask.lineId : undefined;
}

/** Less of a line needs no check: it was checked when it was ordered. */
function isMore({ ask }: WantedPart, lines: Seen['order']['lines']): boolean {
  if (ask.part !== 'quantity') return false;
  const line = lines.find(({ lineId }) => lineId === ask.lineId);
  return line !== undefined && compare(ask.value, line.orderedValue) > 0;
}

function whole({ lineId, orderedValue, unitFactor }: Seen['order']['lines'][number]) {
  return { lineId, value: orderedValue, unitFactor };
}

function withoutShipTo(corrections: readonly Correction[]): Correction[] {
  return corrections.filter(({ kind }) => kind !== 'ship-to');
}

export function percentOf({ decisions }: Pick<CheckedOrder, 'decisions'>): string | null {
  const tax = decisions.find(({ rule }) => rule === 'tax')?.inputs as { percent?: string | null } | undefined;
  return tax?.percent ?? null;
}

async function decide(
  { prisma, erp, wms, erpRules }: PrepareDependencies,
  row: OrderToCheck,
  profile: PartnerProfile,
  canonical: SalesOrder,
  { waived, corrections }: { waived: readonly ExceptionType[]; corrections: readonly Correction[] },
): Promise<CheckedOrder | { problem: Problem }> {
  // What the order's document left out, or repeats, was decided with the order.
  const changed = { ...row, canonical, corrections, repeated: null, leftOut: null };
  const decided = await decideOrder('', changed, profile, {
    ...{ erp, wms, erpRules, waived },
    undecided: () => Promise.resolve(undefined),
    known: (erps) => loadKnown(prisma, { profile, erps, order: canonical, corrections }),
  });
  return 'problem' in decided ? { problem: decided.problem } : decided.checked;
}
