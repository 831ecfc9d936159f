/** Corrections of an order as a person states them: checked before anything is done, and kept for later where that is wished. */
import { type Forecast, forecastCheck, retryAnswered, stillAsked } from '../activities/orders/corrections.ts';
import { loadCrossReferences, type StatedRow } from '../activities/partners/cross-references.ts';
import type { ExceptionType } from '../domain/exceptions.ts';
import { type Correction, correctionsFor } from '../domain/order/corrections.ts';
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
    faultOf(correction, type, order).map((fault) => at(index, fault)),
  );
  if (faults.length > 0) throw refused(faults);
  const asked = stillAsked(forecast, type, corrections);
  if (asked !== undefined) throw refused([{ path: 'corrections', message: `would not help: ${asked}` }]);
  const remembered = stated.flatMap((correction, index) => rowOf(correction, index, forecast));
  return { corrections, remembered, forecast };
}

/** Keeps the names that are to be known from now on, all or none. */
export async function rememberNames(
  deps: ApiDependencies,
  partnerId: string,
  remembered: readonly StatedRow[],
): Promise<void> {
  if (remembered.length === 0) return;
  const profile = deps.partners.profile(partnerId);
  if (profile === undefined) throw new Problem('no-such-partner', `${partnerId} has no profile any more.`);
  const known = await deps.prisma.crossReference.findMany({
    where: {
      partnerId,
      OR: remembered.map(({ values: { kind, external } }) => ({ kind: `${kind}`, external: `${external}` })),
    },
  });
  const fresh = remembered.filter(
    ({ values }) =>
      !known.some(
        (row) => row.kind === values.kind && row.external === values.external && row.internal === values.internal,
      ),
  );
  if (fresh.length === 0) return;
  const { refused: rows } = await loadCrossReferences(deps, { profile, rows: [fresh], source: 'api' });
  if (rows.length === 0) return;
  throw refused(
    rows.map(({ line, reason }) => at(line - 1, { field: 'remember', message: `cannot be kept: ${reason}` })),
  );
}

/** Orders that waited for a name that is known now. */
export async function goOnWithNames(deps: ApiDependencies, partnerId: string): Promise<number> {
  return retryAnswered({ ...forecasting(deps), handOff: deps.handOff }, partnerId);
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
