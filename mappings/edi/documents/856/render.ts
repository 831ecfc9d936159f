import { compare, isMultiple, sum } from '../../../../domain/decimal.ts';
import { byStore, type StoreQuantity } from '../../../../domain/policy/allocations.ts';
import { isSscc } from '../../../../domain/sscc.ts';
import { type Party, type ShippedPackage, storeCode } from '../../../canonical/v1/index.ts';
import type { SegmentObject, Tree, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { DocumentError, type DocumentLine, type ShipmentDocument } from '../../document-content.ts';
import { statedQuantity } from '../../stated-quantity.ts';
import { storeOf, storeQuantities } from '../../store-quantities.ts';
import {
  commonReferences,
  dateElement,
  description,
  itemNumbers,
  node,
  partyLoop,
  reference,
  segment,
  shipToLoop,
  timeElement,
} from '../../writing.ts';
import { equalPacks, loadsByStore, packageAt, packsOf, totalsOf, wholeLoad } from './packing.ts';

type Level = 'S' | 'O' | 'T' | 'P' | 'I';
type Hierarchy = Agreement['shipNotice']['hierarchy'];

/** BSN05. The standard has no code for tares between order and pack; partners use 0001 for both. */
const STRUCTURE: Readonly<Record<Hierarchy, string>> = { SOTPI: '0001', SOPI: '0001', SOIP: '0002', SOI: '0004' };

/** PO401. */
const LONGEST_PACK = 6;

/** MAN02. */
const LONGEST_MARK = 48;

/** TD506 to TD511. */
const NO_TRANSIT = Array.from({ length: 6 }, () => undefined);

/**
 * Renders the 856 of one shipment of one order, in the hierarchy of the partner's profile.
 *
 * - SOTPI: pallets (T) contain cartons (P), which contain items. A carton without a pallet is
 *   directly under the order. Loose goods on a pallet are directly under the pallet.
 * - SOPI: pallets are omitted, but their cartons are listed. A pallet with loose goods counts as a
 *   pack.
 * - SOIP: each item contains the packs that hold the same quantity of it, which PO4 states. A pack with several
 *   items is below each of them.
 * - SOI: items of the whole shipment, one level per line, with SDQ where the line is spread over stores.
 *
 * Packs and tares that are for one store name it (N1*Z7). If the partner wants stores as orders, each store has an
 * order level of its own instead, which names it as buyer (N1*BY).
 *
 * Dates and times are those of the warehouse, in its zone. CTT01 counts the HL segments.
 *
 * @throws DocumentError if a line or pallet is unknown, or a required label is absent or has a
 * wrong check digit. A wrong label is a chargeback.
 */
export function render856(document: ShipmentDocument, profile: Agreement): Tree {
  const { hierarchy, stores } = profile.shipNotice;
  const levels = new Levels();
  const shipment = levels.add('S', undefined, shipmentLevel(document, profile));
  const items = (parent: number, lines: ShippedPackage['lines'], path: string) => {
    for (const [index, packed] of lines.entries()) {
      levels.add('I', parent, itemLevel(packed, `${path}[${index}]`, document, profile));
    }
  };
  const labelled = (index: number): TreeNode => {
    const item = packageAt(document, index);
    const path = `shipment.packages[${index}]`;
    return { ...labelLevel(item, path), ...(stores === 'packs' && storeLevel(item, path, document, profile)) };
  };
  const pack = (parent: number, index: number) => {
    const level = levels.add('P', parent, labelled(index));
    items(level, packageAt(document, index).lines, `shipment.packages[${index}].lines`);
  };

  for (const load of stores === 'orders' ? loadsByStore(document) : [wholeLoad(document)]) {
    const order = levels.add('O', shipment, orderLevel(document, load.store, profile));
    if (hierarchy === 'SOI') {
      const packages = packsOf(load, document).flatMap((index) => packageAt(document, index).lines);
      for (const [index, packed] of totalsOf(packages).entries()) {
        const item = itemLevel(packed, `shipment.lines[${index}]`, document, profile);
        levels.add('I', order, { ...item, ...(stores === 'packs' && storesOfItem(packed, document, profile)) });
      }
    } else if (hierarchy === 'SOIP') {
      for (const [index, { packed, each, packs }] of equalPacks(packsOf(load, document), document).entries()) {
        const item = itemLevel(packed, `shipment.lines[${index}]`, document, profile);
        const { baseUnit } = lineAt(document, packed.lineNumber, `shipment.lines[${index}]`);
        const content = isMultiple(each, '1') && each.length <= LONGEST_PACK ? segment(each, '1', baseUnit) : item.PO4;
        const parent = levels.add('I', order, { ...item, ...(content && { PO4: content }) });
        for (const one of packs) levels.add('P', parent, labelled(one));
      }
    } else if (hierarchy === 'SOPI') {
      for (const index of packsOf(load, document)) pack(order, index);
    } else {
      for (const index of load.roots) {
        const held = load.onPallet.get(index);
        if (held === undefined) {
          pack(order, index);
          continue;
        }
        const tare = levels.add('T', order, labelled(index));
        for (const carton of held) pack(tare, carton);
        items(tare, packageAt(document, index).lines, `shipment.packages[${index}].lines`);
      }
    }
  }

  const { shippedAt, shipmentNumber } = document.shipment;
  return node({
    BSN: segment('00', shipmentNumber, dateElement(shippedAt), timeElement(shippedAt), STRUCTURE[hierarchy]),
    HL: levels.loops(),
    CTT: segment(String(levels.count)),
  });
}

/** Collects HL loops and numbers them. HL04 is known only after all are added. */
class Levels {
  readonly #levels: { level: Level; parent: number | undefined; content: TreeNode }[] = [];

  get count(): number {
    return this.#levels.length;
  }

  /** Returns the number of the new level. */
  add(level: Level, parent: number | undefined, content: TreeNode): number {
    this.#levels.push({ level, parent, content });
    return this.#levels.length;
  }

  loops(): TreeNode[] {
    const parents = new Set(this.#levels.map(({ parent }) => parent));
    return this.#levels.map(({ level, parent, content }, index) => ({
      HL: segment(
        String(index + 1),
        parent === undefined ? undefined : String(parent),
        level,
        parents.has(index + 1) ? '1' : '0',
      ),
      ...content,
    }));
  }
}

function shipmentLevel(document: ShipmentDocument, profile: Agreement): TreeNode {
  const { shipment, order, node: shipFrom } = document;
  const { carrier } = shipment;
  const { packaging } = profile.routing;
  const routed = document.routing;
  const { method, shipmentPayment, serviceLevel, service } = { ...profile.routing, ...routed };
  const { onPallet } = wholeLoad(document);
  const cartons = shipment.packages.filter((item, index) => !onPallet.has(index) || item.lines.length > 0).length;
  const weights = shipment.packages.flatMap(({ weight }) => weight ?? []);
  // A pallet's weight includes its packages, so add up only packages without a pallet.
  const weight =
    shipment.weight ?? (onPallet.size === 0 && weights.length === shipment.packages.length ? sum(weights) : undefined);
  const weighed = weight === undefined || compare(weight, '0') === 0 ? [] : ['G', weight, 'LB'];
  return node({
    TD1: [segment(packaging, String(cartons), undefined, undefined, undefined, ...weighed)],
    TD5: [segment('O', '2', carrier.scac, method, service ?? carrier.name, ...NO_TRANSIT, serviceLevel)],
    TD3: carrier.trailer === undefined ? [] : [{ TD3: segment('TL', undefined, carrier.trailer) }],
    REF: [
      ...reference('BM', carrier.billOfLading, profile),
      ...reference('CN', carrier.tracking, profile),
      ...reference(profile.routing.authorization, routed?.authorization, profile),
    ],
    DTM: [segment('011', dateElement(shipment.shippedAt))],
    FOB: segment(shipmentPayment),
    N1: [
      shipToLoop(order, profile),
      partyLoop(
        'SF',
        { identifiers: [{ scheme: 'seller', value: shipFrom.code }], address: shipFrom.address },
        profile,
      ),
      ...(order.markFor === undefined ? [] : [partyLoop('Z7', order.markFor, profile)]),
    ],
  });
}

function orderLevel(document: ShipmentDocument, store: string | undefined, profile: Agreement): TreeNode {
  const { order } = document;
  const buyer = store === undefined ? order.buyer : storeAt(store, 'shipment.packages', document);
  return node({
    PRF: segment(order.poNumber, order.release, undefined, dateElement(order.orderedOn)),
    REF: [...commonReferences(order, profile, '856'), ...reference('VN', order.erpOrderNumber, profile)],
    N1: buyer === undefined ? [] : [partyLoop('BY', buyer, profile)],
  });
}

/** A tare or pack: its SSCC with application identifier 00 and the carrier's package number. */
function labelLevel(item: ShippedPackage, path: string): TreeNode {
  const { sscc, tracking } = item;
  if (sscc === undefined) {
    throw new DocumentError('document-package-unlabelled', `${path}.sscc`, 'the package has no SSCC');
  }
  if (!isSscc(sscc)) {
    throw new DocumentError('document-package-label-invalid', `${path}.sscc`, `${sscc} has a wrong check digit`);
  }
  const marks: SegmentObject[] = [segment('GM', `00${sscc}`)];
  // A number that is cut off is another number.
  if (tracking !== undefined && tracking.length <= LONGEST_MARK) marks.push(segment('CP', tracking));
  return { MAN: marks };
}

/** N1*Z7: the store that the package is for. */
function storeLevel(
  { markFor }: ShippedPackage,
  path: string,
  document: ShipmentDocument,
  profile: Agreement,
): TreeNode {
  return markFor === undefined ? {} : { N1: [partyLoop('Z7', storeAt(markFor, path, document), profile)] };
}

/** A store, as the order names it. */
function storeAt(code: string, path: string, { order, lines }: ShipmentDocument): Party {
  const ofOrder = order.markFor && storeCode(order.markFor) === code ? order.markFor : undefined;
  const store = storeOf(lines, code) ?? ofOrder;
  if (store === undefined) {
    throw new DocumentError('document-store-unknown', `${path}.markFor`, `the order names no store "${code}"`);
  }
  return store;
}

/** SDQ where no packs say which store gets what. */
function storesOfItem(
  { lineNumber, lot }: ShippedPackage['lines'][number],
  { lines, shipment }: ShipmentDocument,
  profile: Agreement,
): TreeNode {
  const line = lines.find((candidate) => candidate.lineNumber === lineNumber);
  if (line?.allocations === undefined) return {};
  const stores = shipment.packages.flatMap(({ markFor, lines: contents }) =>
    contents.flatMap((one): StoreQuantity[] =>
      markFor !== undefined && one.lineNumber === lineNumber && one.lot === lot
        ? [{ store: markFor, quantity: one.quantity }]
        : [],
    ),
  );
  return node({ SDQ: storeQuantities(line, byStore(stores), profile) });
}

function itemLevel(
  packed: ShippedPackage['lines'][number],
  path: string,
  document: ShipmentDocument,
  profile: Agreement,
): TreeNode {
  const line = lineAt(document, packed.lineNumber, path);
  const { value, unit } = statedQuantity(line, packed.quantity, document.order.currency);
  const lot = packed.lot === undefined ? [] : ['LT', packed.lot];
  return node({
    LIN: segment(line.lineId, ...itemNumbers(line, profile), ...lot),
    SN1: segment(line.lineId, value, unit, undefined, line.ordered.value, line.ordered.unit),
    PO4: packOf(line),
    PID: description(line.description).map(({ PID }) => PID as SegmentObject),
  });
}

/** Base units per ordered unit, if a whole number above one: PO4*12*1*EA for a case of twelve. */
function packOf(line: DocumentLine): SegmentObject | undefined {
  const whole =
    isMultiple(line.unitFactor, '1') && compare(line.unitFactor, '1') > 0 && line.unitFactor.length <= LONGEST_PACK;
  return whole ? segment(line.unitFactor, '1', line.baseUnit) : undefined;
}

function lineAt({ lines }: ShipmentDocument, lineNumber: number, path: string): DocumentLine {
  const line = lines.find((candidate) => candidate.lineNumber === lineNumber);
  if (line === undefined) {
    throw new DocumentError('document-line-unknown', path, `the order has no line ${lineNumber}`);
  }
  return line;
}
