import { add } from '../../../../domain/decimal.ts';
import {
  type Allocation,
  type Party,
  type SalesOrder,
  type SalesOrderLine,
  storeCode,
} from '../../../canonical/v1/index.ts';
import type { Agreement } from '../../agreement.ts';
import type { ReadLine } from './pieces.ts';
import type { Share, Store } from './share.ts';

/** An order before it is checked against the canonical model; its ship-to may be missing. */
export type Draft = Omit<SalesOrder, 'shipTo' | 'schema' | 'part'> & { shipTo?: Party; part?: string };

/** A line, or a share of it, with what decides to which order it belongs. */
interface Piece {
  readonly line: SalesOrderLine;
  readonly shipTo: Named | undefined;
  readonly store: Named | undefined;
  readonly day: Named | undefined;
  readonly share: Share | undefined;
}

interface Named {
  /** Equal for what belongs together. */
  readonly key: string;
  /** As the part of the order is named. */
  readonly label: string;
}

const MOST_LETTERS = 24;
const PART_LENGTH = 80;

/**
 * Divides an order by what its profile says: the ship-tos, the stores and the dates of its lines. The parts
 * have the lines of the order, and their quantities add up to it.
 *
 * @param namesShipTo whether the header names a ship-to itself, not only a party that stands in for it
 */
export function splitOrder(
  draft: Draft,
  lines: readonly ReadLine[],
  { orders }: Pick<Agreement, 'orders'>,
  namesShipTo: boolean,
): Draft[] {
  const isByDay = orders.lineDates === 'order-per-date';
  if (!isByDay && lines.every(({ shares }) => shares === undefined)) return [draft];
  const perStore = orders.storeDistribution === 'order-per-store';
  const pieces = lines.flatMap(({ shares }, index) => {
    // The lines of the draft have what expressions of the profile filled in.
    const line = draft.lines[index];
    if (line === undefined) return [];
    return (shares ?? [undefined]).map((share): Piece => {
      const dated = share?.dates === undefined ? line : { ...line, ...share.dates };
      return {
        line: dated,
        share,
        shipTo: nameOf(share?.shipTo ?? draft.shipTo, 'ship-to'),
        store: perStore ? nameOf(share?.store?.party, 'store') : undefined,
        day: isByDay ? dayOf(dated, draft) : undefined,
      };
    });
  });
  const groups = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const key = JSON.stringify([piece.shipTo?.key, piece.store?.key, piece.day?.key]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [piece]);
    else group.push(piece);
  }
  const labels = labelsOf(groups);
  return [...groups].map(([key, group]) => ({
    ...draft,
    ...destinationOf(group[0]?.share, draft, { namesShipTo, perStore, isDirect: orders.storeDelivery === 'direct' }),
    ...(groups.size > 1 && { part: labels.get(key) ?? '' }),
    lines: linesOf(group, perStore),
  }));
}

function nameOf(party: Party | undefined, what: string): Named | undefined {
  if (party === undefined) return undefined;
  const [identifier] = party.identifiers;
  const words = identifier?.value ?? party.address?.name ?? party.address?.postalCode ?? '';
  return {
    // The address of a code may be given in one place and not in another.
    key: JSON.stringify(identifier ?? party.address),
    label: `${what} ${shortened(words)}`.trim(),
  };
}

function dayOf(line: SalesOrderLine, order: Draft): Named {
  const own = line.requestedShipDate !== undefined || line.requestedDeliveryDate !== undefined;
  const { requestedShipDate: ship = '', requestedDeliveryDate: deliver = '' } = own ? line : order;
  return { key: `${ship}/${deliver}`, label: deliver || ship || 'no date' };
}

function shortened(words: string): string {
  return words.length <= MOST_LETTERS ? words : `${words.slice(0, MOST_LETTERS - 1)}…`;
}

/** Names each part by what it does not share with all others, in the order of the document. */
function labelsOf(groups: ReadonlyMap<string, readonly Piece[]>): Map<string, string> {
  const firsts = [...groups].flatMap(([key, [first]]) => (first === undefined ? [] : [{ key, first }]));
  const differs = (axis: 'shipTo' | 'store' | 'day') => new Set(firsts.map(({ first }) => first[axis]?.key)).size > 1;
  const axes = (['shipTo', 'store', 'day'] as const).filter(differs);
  const taken = new Set<string>();
  return new Map(
    firsts.map(({ key, first }) => {
      const words = axes.flatMap((axis) => first[axis]?.label ?? (axis === 'store' ? 'no store' : 'no ship-to'));
      const label = words.join(', ').slice(0, PART_LENGTH - 6);
      let free = label;
      for (let number = 2; taken.has(free); number += 1) free = `${label} (${number})`;
      taken.add(free);
      return [key, free];
    }),
  );
}

/** Where the goods of a part go, and for whom they are. */
function destinationOf(
  share: Share | undefined,
  draft: Draft,
  how: { namesShipTo: boolean; perStore: boolean; isDirect: boolean },
): Partial<Pick<Draft, 'shipTo' | 'markFor' | 'attributes'>> {
  const shipTo = share?.shipTo;
  const store: Store | undefined = how.perStore ? share?.store : undefined;
  if (store === undefined) return shipTo === undefined ? {} : { shipTo };
  const isPassedOn = (shipTo !== undefined || how.namesShipTo) && !how.isDirect && !store.isShipTo;
  if (!isPassedOn) return { shipTo: store.party };
  const meantFor = draft.markFor?.identifiers[0]?.value ?? draft.markFor?.address?.name;
  return {
    ...(shipTo && { shipTo }),
    markFor: store.party,
    ...(meantFor && { attributes: { ...draft.attributes, markForOfPurchaseOrder: meantFor } }),
  };
}

/** A store that gets goods on several days has one share of a line whose days stay together. */
function allocated({ allocations = [] }: Partial<SalesOrderLine> = {}, store: Party, quantity: string): Allocation[] {
  const same = allocations.findIndex((one) => storeCode(one.store) === storeCode(store));
  if (same < 0) return [...allocations, { store, quantity }];
  return allocations.map((one, index) => (index === same ? { ...one, quantity: add(one.quantity, quantity) } : one));
}

/** The lines of a part. Shares of one line that stay together are one line again. */
function linesOf(group: readonly Piece[], perStore: boolean): SalesOrderLine[] {
  const lines = new Map<string, SalesOrderLine>();
  for (const { line, share } of group) {
    const { lineId, quantity } = line;
    const value = share?.quantity ?? quantity.value;
    const known = lines.get(lineId);
    const store = perStore ? undefined : share?.store?.party;
    const allocations = store === undefined ? (known?.allocations ?? []) : allocated(known, store, value);
    lines.set(lineId, {
      ...(known ?? line),
      quantity: { ...quantity, value: known === undefined ? value : add(known.quantity.value, value) },
      ...(allocations.length > 0 && { allocations }),
    });
  }
  return [...lines.values()];
}
