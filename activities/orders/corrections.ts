/** What corrections of an order would lead to, before anybody decides; and orders that go on because a name is known now. */
import type { ExceptionType } from '../../domain/exceptions.ts';
import { type Correction, correctionsFor, mergedCorrections } from '../../domain/order/corrections.ts';
import type { ResolveExceptionInput } from '../../domain/order/messages.ts';
import type { ErpRule } from '../../domain/policy/erp-routing.ts';
import type { SalesOrder } from '../../mappings/canonical/v1/index.ts';
import type { Database } from '../../prisma/client.ts';
import type { ErpSystem, WmsSystem } from '../../runtime/systems.ts';
import { type HandOff, type HandOffItem, handOffRows } from '../handoff/hand-off.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import { MasterDataUnread } from './prepare/check.ts';
import { decideOrder } from './prepare/decide.ts';
import { undecidedContent } from './prepare/left-out.ts';
import { loadKnown, loadOrder, withCorrections } from './prepare/load.ts';
import type { Problem } from './prepare/problem.ts';
import type { CheckedOrder } from './prepare/record.ts';

export interface ForecastDependencies {
  prisma: Database;
  profiles: Pick<PartnerProfiles, 'get' | 'forOrder'>;
  systems: { erp: readonly ErpSystem[]; wms: readonly WmsSystem[]; erpRules: readonly ErpRule[] };
}

/** What the check of an order says now. `unread`: the master data of its ERP are not there yet. */
export type Forecast = { order: SalesOrder } & ({ checked: CheckedOrder } | { problem: Problem } | { unread: string });

/** The check as if these corrections were made and these problems accepted, beside those that were. Stores nothing. */
export async function forecastCheck(
  { prisma, profiles, systems }: ForecastDependencies,
  orderId: string,
  given: { corrections?: readonly Correction[]; accepts?: ExceptionType } = {},
): Promise<Forecast> {
  const [stored, accepted] = await Promise.all([
    loadOrder(prisma, orderId),
    prisma.orderException.findMany({
      where: { orderId, state: 'resolved', resolution: { path: ['resolution'], equals: 'accept' } },
      select: { type: true },
    }),
  ]);
  const corrections = mergedCorrections(stored.corrections, given.corrections ?? []);
  const row = withCorrections(stored, corrections);
  const order = row.canonical;
  const profile = await profiles.forOrder(row);
  if (profile === undefined) {
    const summary = `partner ${row.partnerId} has no profile any more`;
    return { order, problem: { type: 'unknown-customer', summary } };
  }
  const waived = accepted.map(({ type }) => type as ExceptionType);
  try {
    const decided = await decideOrder(orderId, row, profile, {
      ...systems,
      waived: given.accepts === undefined ? waived : [...waived, given.accepts],
      undecided: () => undecidedContent(prisma, row, profiles.get(row.partnerId)),
      known: (erps) => loadKnown(prisma, { profile, erps, order, corrections }),
    });
    return 'checked' in decided ? { order, checked: decided.checked } : { order, problem: decided.problem };
  } catch (error) {
    if (!(error instanceof MasterDataUnread)) throw error;
    return { order, unread: error.message };
  }
}

/** Exceptions that are looked at in one go. */
const AT_ONCE = 200;

/**
 * Tells orders to go on whose question has gone, because names or master data that they wait for are there now: those of
 * one partner, or all. Each is checked first, so that nobody sees a question closed and asked again.
 */
export async function retryAnswered(
  deps: ForecastDependencies & { handOff: HandOff },
  partnerId?: string,
): Promise<number> {
  const { prisma, handOff } = deps;
  let told = 0;
  for (let after: string | undefined; ; ) {
    const waiting = await prisma.orderException.findMany({
      where: {
        state: 'open',
        type: { in: [...ANSWERED_BY_RECORDS] },
        orderId: { not: null },
        ...(partnerId !== undefined && { order: { partnerId } }),
        ...(after !== undefined && { id: { gt: after } }),
      },
      select: { id: true, type: true, summary: true, orderId: true, order: { select: { partnerId: true } } },
      orderBy: { id: 'asc' },
      take: AT_ONCE,
    });
    const rows = handOffRows(await answered(deps, waiting.filter(isOfOrder)));
    if (rows.length > 0) await prisma.handOff.createMany({ data: rows });
    handOff.committed(rows);
    told += rows.length;
    after = waiting.at(-1)?.id;
    if (waiting.length < AT_ONCE) return told;
  }
}

function isOfOrder<Row extends { orderId: string | null; order: unknown }>(
  row: Row,
): row is Row & { orderId: string; order: NonNullable<Row['order']> } {
  return row.orderId !== null && row.order !== null;
}

interface Waiting {
  readonly id: string;
  readonly type: string;
  readonly summary: string;
  readonly orderId: string;
  readonly order: { readonly partnerId: string };
}

/** Those whose check would not ask the same again, as signals to go on. */
async function answered(deps: ForecastDependencies, waiting: readonly Waiting[]): Promise<HandOffItem[]> {
  const signals: HandOffItem[] = [];
  for (const { id: exceptionId, type, summary, orderId, order } of waiting) {
    const forecast = await forecastCheck(deps, orderId);
    if ('unread' in forecast) continue;
    if ('problem' in forecast && forecast.problem.type === type && sameWords(forecast.problem.summary, summary))
      continue;
    const payload: ResolveExceptionInput = {
      ...{ exceptionId, resolution: 'retry', by: 'system' },
      note: 'what it asked about is known now',
    };
    signals.push({ kind: 'signal-order', partnerId: order.partnerId, orderId, signal: 'exceptionDecided', payload });
  }
  return signals;
}

/** Questions of the check that cross-references or master data answer. */
const ANSWERED_BY_RECORDS: readonly ExceptionType[] = [
  'unknown-customer',
  'customer-blocked',
  'currency-differs',
  'unknown-item',
  'item-numbers-differ',
  'unknown-unit',
  'pack-differs',
  'unknown-ship-to',
  'ship-to-differs',
  'quantity-not-whole',
  'price-outside-tolerance',
  'no-tax-rate',
];

/** Apart from when master data were last read. */
function sameWords(one: string, other: string): boolean {
  const plain = (text: string) => text.replace(/ \(the ERP’s master data were last read [^)]*\)$/, '');
  return plain(one) === plain(other);
}

/** Whether corrections of that kind leave the question where it was: the check asks the same about what they correct. */
export function stillAsked(
  forecast: Forecast,
  type: ExceptionType,
  corrections: readonly Correction[],
): string | undefined {
  if (!('problem' in forecast) || forecast.problem.type !== type) return undefined;
  const { summary, lineIds } = forecast.problem;
  const corrected = corrections.flatMap((one) => ('lineId' in one ? [one.lineId] : []));
  const isAboutThem = lineIds === undefined || lineIds.some((lineId) => corrected.includes(lineId));
  return isAboutThem && correctionsFor(type).length > 0 ? summary : undefined;
}
