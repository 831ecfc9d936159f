/** Corrections of an order as a person states them: checked before anything is done, and kept for later where that is wished. */
import { type Forecast, forecastCheck, retryAnswered, stillAsked } from '../activities/orders/corrections.ts';
import { loadCrossReferences, type StatedRow } from '../activities/partners/cross-references.ts';
import type { ExceptionType } from '../domain/exceptions.ts';
import { type Correction, correctionsFor, subjectOf } from '../domain/order/corrections.ts';
import type { SalesOrder, SalesOrderLine } from '../mappings/canonical/v1/index.ts';
import type { ApiDependencies } from './dependencies.ts';
import { Problem } from './errors.ts';
import type { StatedCorrection } from './representations/correction.ts';

export interface Corrected {
  readonly corrections: readonly Correction[];
  /** What the partner is to be understood by from now on. */
  readonly remembered: readonly StatedRow[];
  readonly forecast: Forecast;
}

/**
 * @throws Problem `invalid-body` with the place if a correction names what is not there, does not fit the problem or would not
 * help
 */
export async function checkCorrections(
  deps: ApiDependencies,
  { orderId, type }: { orderId: string; type: ExceptionType },
  stated: readonly StatedCorrection[],
): Promise<Corrected> {
  const corrections = stated.map(withoutWish);
  const forecast = await forecastCheck(forecasting(deps), orderId, { corrections });
  const { order } = forecast;
  const faults = stated.flatMap((correction, index) =>
    [...faultOf(correction, type, order), ...contradictionOf(correction, stated.slice(0, index))].map((fault) =>
      at(index, fault),
    ),
  );
  if (faults.length > 0) throw refused(faults);
  const asked = stillAsked(forecast, type, corrections);
  if (asked !== undefined) throw refused([{ path: 'corrections', message: `would not help: ${asked}` }]);
  const remembered = stated.flatMap((correction, index) => rowOf(correction, index, forecast));
  await refuseKnownOtherwise(deps, order.partnerId, remembered);
  return { corrections, remembered, forecast };
}

/**
 * Keeps the names that are to be known from now on. Called once the order has taken the decision: one that is refused
 * leaves nothing behind. Returns why a name is not kept, because it became known as something else meanwhile.
 */
export async function rememberNames(
  deps: ApiDependencies,
  partnerId: string,
  remembered: readonly StatedRow[],
): Promise<string[]> {
  const profile = deps.partners.profile(partnerId);
  if (remembered.length === 0 || profile === undefined) return [];
  const { refused: rows } = await loadCrossReferences(deps, {
    profile,
    rows: [remembered],
    source: 'api',
    onlyNew: true,
  });
  return rows.map(({ line, reason }) => `${remembered.find((row) => row.line === line)?.values.external} ${reason}`);
}

/** @throws Problem `invalid-body` if a name is known as something else: a decision about one order does not change that */
async function refuseKnownOtherwise(
  { prisma }: ApiDependencies,
  partnerId: string,
  remembered: readonly StatedRow[],
): Promise<void> {
  if (remembered.length === 0) return;
  const keyOf = ({ kind, external, sku = '' }: StatedRow['values']) => JSON.stringify([kind, external, sku]);
  const known = await prisma.crossReference.findMany({
    where: {
      partnerId,
      OR: remembered.map(({ values }) => ({ kind: `${values.kind}`, external: `${values.external}` })),
    },
  });
  const faults = remembered.flatMap(({ line, values }) => {
    const row = known.find((one) => keyOf(one) === keyOf(values));
    if (row === undefined || row.internal === values.internal) return [];
    const message = `${values.external} is known already as ${row.internal}: change that among the cross-references, or correct this order alone`;
    return [at(line - 1, { field: 'remember', message })];
  });
  if (faults.length > 0) throw refused(faults);
}

/** Orders that waited for a name that is known now. Nobody waits for them: the next reading of master data does the same. */
export function goOnWithNames(deps: ApiDependencies, partnerId: string): void {
  retryAnswered({ ...forecasting(deps), handOff: deps.handOff }, partnerId).catch((error: unknown) =>
    deps.log.warn('orders that wait for a name are looked at with the next master data', { partnerId, error }),
  );
}

export function forecasting({ prisma, partners, systems }: ApiDependencies) {
  return { prisma, systems, profiles: { get: (id: string) => partners.profile(id), forOrder: partners.forOrder } };
}

interface Fault {
  readonly field: string;
  readonly message: string;
}

function at(index: number, { field, message }: Fault) {
  return { path: `corrections[${index}].${field}`, message };
}

function refused(errors: { path: string; message: string }[]): Problem {
  const [first] = errors;
  return new Problem('invalid-body', `${first?.path}: ${first?.message}`, { errors });
}

function withoutWish(stated: StatedCorrection): Correction {
  if (!('remember' in stated)) return stated as Correction;
  const { remember: _, ...correction } = stated;
  return correction;
}

function faultOf(correction: StatedCorrection, type: ExceptionType, order: SalesOrder): Fault[] {
  const helpful = correctionsFor(type);
  if (!helpful.includes(correction.kind)) {
    return [{ field: 'kind', message: `does not help against ${type}; ${helpful.join(', ')} may` }];
  }
  if (!('lineId' in correction)) return [];
  const line = lineOf(order, correction.lineId);
  if (line === undefined) return [{ field: 'lineId', message: `the order has no line ${correction.lineId}` }];
  if (correction.kind === 'quantity' && line.allocations !== undefined) {
    return [{ field: 'quantity', message: 'the line is spread over stores: what they get would not add up' }];
  }
  return [];
}

/** A thing is corrected once, and a line that is not delivered in no other way. */
function contradictionOf(correction: StatedCorrection, before: readonly StatedCorrection[]): Fault[] {
  const isSame = (one: StatedCorrection) => subjectOf(one as Correction) === subjectOf(correction as Correction);
  if (before.some(isSame)) return [{ field: 'kind', message: 'corrects what another one corrects as well' }];
  if (!('lineId' in correction)) return [];
  const ofLine = before.filter((one) => 'lineId' in one && one.lineId === correction.lineId);
  const refuses = [correction, ...ofLine].some(({ kind }) => kind === 'refuse-line');
  if (ofLine.length === 0 || !refuses) return [];
  return [{ field: 'kind', message: 'a line that is not delivered needs no other correction' }];
}

function lineOf(order: SalesOrder, lineId: string): SalesOrderLine | undefined {
  return order.lines.find((line) => line.lineId === lineId);
}

/** The cross-reference that a correction is kept as; its `line` is the position of the correction, from 1. */
function rowOf(correction: StatedCorrection, index: number, forecast: Forecast): StatedRow[] {
  if (!('remember' in correction) || !correction.remember) return [];
  const { order } = forecast;
  const row = (values: StatedRow['values']): StatedRow[] => [{ line: index + 1, values }];
  const none = (message: string): never => {
    throw refused([at(index, { field: 'remember', message })]);
  };
  switch (correction.kind) {
    case 'item': {
      const external = lineOf(order, correction.lineId)?.item.customerSku;
      if (external === undefined) return none('the line has no item number of the buyer that could be known');
      return row({ kind: 'item', external, internal: correction.sku });
    }
    case 'unit': {
      const external = lineOf(order, correction.lineId)?.quantity.unit;
      if (correction.quantity === undefined) return row({ kind: 'unit', external, internal: correction.unit });
      if (!('checked' in forecast)) return none('a pack is known by its item: correct all else of the order first');
      const sku = forecast.checked.lines.find(({ lineId }) => lineId === correction.lineId)?.item.sku;
      return row({ kind: 'pack', external, sku, internal: correction.unit, quantity: correction.quantity });
    }
    case 'ship-to': {
      const external = order.shipTo.identifiers.find(({ scheme }) => scheme !== 'seller')?.value;
      if (external === undefined) return none('the order has no code of a ship-to that could be known');
      return row({ kind: 'ship-to', external, internal: correction.shipToNumber });
    }
  }
}
