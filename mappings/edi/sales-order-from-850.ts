import { z } from 'zod';
import { compare, type Decimal, divide, isPositive, isZero, multiply, sum } from '../../domain/decimal.ts';
import { isCurrency } from '../../domain/money.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { type Party, type SalesOrder, type SalesOrderLine, salesOrder } from '../canonical/v1/index.ts';
import type { SegmentObject, TreeNode, X12Error } from '../x12/types.ts';
import type { Agreement } from './agreement.ts';
import { dayOf, decimalFault, decimalOf } from './elements.ts';
import { partyOf } from './party.ts';
import { BEYOND_PLAIN, plainPath, textAlong } from './plain-path.ts';
import { errorOf, type Fault, iterationsOf, segmentOf, segmentsOf, textOf } from './tree.ts';

export interface OrderContext {
  /** When the interchange reached us, ISO 8601 with zone. It is not part of the business content. */
  receivedAt?: string;
}

/** `ours`: every fault is one of our profile, so that the partner is not to be refused for it. */
export type OrderResult = { readonly order: SalesOrder } | { readonly errors: X12Error[]; readonly ours?: true };

/**
 * The canonical order of an 850. Every fault found is reported, with its segment, element and reason; nothing is thrown on odd data.
 *
 * What it does with real-world variety:
 * - A line without PO101 gets the next free number; a line without a price keeps none, so that our contract price applies.
 * - PO105 names prices per ten, hundred or more; they are brought to one unit. No charge (NC, FR) without a price is a price of zero.
 * - Store distribution (SDQ), several delivery dates in one line (SCH) and a ship-to of a line’s own are refused by name: an order has
 *   one ship-to and a line one date, and guessing would ship goods to the wrong place.
 * - Values that the canonical order has no field for are kept in `attributes`.
 */
export function salesOrderFrom850(tree: TreeNode, profile: Agreement, context: OrderContext = {}): OrderResult {
  const errors: X12Error[] = [];
  const fault: Report = (found) => {
    errors.push(errorOf(found));
  };

  const header = headerOf(tree, profile, fault);
  const lines = linesOf(tree, profile, fault);
  checkTotals(tree, profile, fault);
  const draft = {
    partnerId: profile.id,
    channel: 'edi',
    ...header,
    lines: lines.map(({ line }) => line),
    ...(context.receivedAt === undefined ? {} : { receivedAt: context.receivedAt }),
  };
  if (errors.length > 0) return { errors };
  // Expressions of the profile can fill what is missing, so they run before the order is judged as a whole.
  const filled = applyExpressions(draft, tree, lines, profile, fault);
  if (errors.length > 0) return { errors, ours: true };

  const parsed = compiledOrder.safeParse(draft);
  if (parsed.success) return { order: parsed.data };
  const faults = parsed.error.issues.map((issue) => {
    const by = filled.find(({ path }) => path.every((step, index) => step === String(issue.path[index])));
    const reason = `${issue.path.map(String).join('.')}: ${issue.message}`;
    return by === undefined
      ? { ours: false, fault: modelFault(issue, tree, lines) }
      : { ours: true, fault: expressionFault(profile, by, `its result is no part of an order: ${reason}`) };
  });
  // What the partner can mend, it is told; our own faults are for us.
  const theirs = faults.filter(({ ours }) => !ours);
  for (const one of theirs.length > 0 ? theirs : faults) fault(one.fault);
  return theirs.length > 0 ? { errors } : { errors, ours: true };
}

/**
 * The schema of the canonical order itself, as straight-line code that zod makes of it: 3 instead of 12 µs for an order of four lines.
 * Whatever this code does not accept goes through zod's ordinary parser, which alone says what is wrong.
 */
export const compiledOrder = z.compile(salesOrder);

type Report = (fault: Fault) => void;

/** A line with the loop that it came from. */
interface ReadLine {
  readonly line: SalesOrderLine;
  readonly loop: TreeNode;
}

/** BEG01 codes under which goods are to be delivered. 05 replaces: the partner’s duplicate rule decides about the earlier one. */
const ORDER_PURPOSES: ReadonlySet<string> = new Set(['00', '05', '06', '07']);

/** BEG02 codes of what is not an order to deliver. */
const NOT_DELIVERABLE: Readonly<Record<string, string>> = {
  BK: 'a blanket order, of which only releases are delivered',
};

/** DTM01 codes: what they say of the order or the line, most telling first. */
const SHIP_DATES = ['010', '068', '118', '038', '037'];
const DELIVERY_DATES = ['002', '106', '067', '074', '064', '063'];
const CANCEL_DATES = ['001', '061'];
const FIELD_DATES: ReadonlySet<string> = new Set([...SHIP_DATES, ...DELIVERY_DATES, ...CANCEL_DATES]);
const WINDOW_ATTRIBUTES: Readonly<Record<string, string>> = {
  '037': 'shipNotBefore',
  '038': 'shipNotAfter',
  '061': 'cancelIfNotDeliveredBy',
  '063': 'deliverNotAfter',
  '064': 'deliverNotBefore',
};

/** PO105 codes of prices for more than one unit: how many. */
const PRICE_PER: Readonly<Record<string, Decimal>> = { PN: '10', HP: '100', TP: '1000', TT: '10000', HT: '100000' };
const NO_CHARGE: ReadonlySet<string> = new Set(['NC', 'FR']);

const NOTE_LENGTH = 500;

function headerOf(tree: TreeNode, profile: Agreement, fault: Report) {
  const beg = segmentOf(tree, 'BEG');
  const attributes: Record<string, string> = {};

  const purpose = textOf(beg, '01');
  if (purpose !== undefined && !ORDER_PURPOSES.has(purpose)) {
    fault({
      code: 'order-purpose-not-supported',
      message: `an 850 with purpose ${purpose} is not a new order; what changes or cancels one is not taken as an 850`,
      segment: 'BEG',
      at: beg,
      element: 1,
      value: purpose,
      syntax: { fault: 'code', reference: '353' },
    });
  }
  // 07 says that the partner sends the same order again: its content is the same, so this is not part of it.
  if (purpose !== '00' && purpose !== '07') keep(attributes, 'purpose', purpose);
  const type = textOf(beg, '02');
  const notDeliverable = type === undefined ? undefined : NOT_DELIVERABLE[type];
  if (notDeliverable !== undefined) {
    fault({
      code: 'order-type-not-supported',
      message: `type ${type} is ${notDeliverable}`,
      segment: 'BEG',
      at: beg,
      element: 2,
      value: type,
      syntax: { fault: 'code', reference: '92' },
    });
  }
  keep(attributes, 'orderType', type);

  const poNumber = textOf(beg, '03');
  if (poNumber === undefined) {
    fault({
      code: 'purchase-order-number-missing',
      message: 'the order has no purchase order number',
      segment: 'BEG',
      at: beg,
      element: 3,
      syntax: { fault: 'missing', reference: '324' },
    });
  }
  const release = textOf(beg, '04');
  const orderedOn = dayAt(beg, 'BEG', '05', fault);
  if (textOf(beg, '05') === undefined) {
    fault({
      code: 'order-date-missing',
      message: 'the order has no date',
      segment: 'BEG',
      at: beg,
      element: 5,
      syntax: { fault: 'missing', reference: '373' },
    });
  }
  keep(attributes, 'contract', textOf(beg, '06'));

  const cur = segmentOf(tree, 'CUR');
  const currency = textOf(cur, '02') ?? profile.currency;
  if (!isCurrency(currency)) {
    fault({
      code: 'currency-not-supported',
      message: `"${currency}" is not a currency that orders may be in`,
      segment: 'CUR',
      at: cur,
      element: 2,
      value: currency,
      syntax: { fault: 'code', reference: '100' },
    });
  }

  const references: SalesOrder['references'] = [];
  for (const ref of segmentsOf(tree, 'REF')) {
    const qualifier = textOf(ref, '01');
    const value = textOf(ref, '02') ?? textOf(ref, '03');
    if (qualifier !== undefined && value !== undefined) references.push({ qualifier, value });
  }
  const department = references.find(({ qualifier }) => qualifier === 'DP')?.value;

  const fob = segmentOf(tree, 'FOB');
  keep(attributes, 'freightPayment', textOf(fob, '01'));
  keep(attributes, 'transportationTerms', textOf(fob, '05'));

  const dates = datesOf(tree, attributes, fault);
  keep(attributes, 'allowances', allowancesOf(tree));
  for (const node of [tree, ...iterationsOf(tree, 'CTT')]) {
    for (const amt of segmentsOf(node, 'AMT')) {
      const qualifier = textOf(amt, '01');
      if (qualifier !== undefined) keep(attributes, `amount.${qualifier}`, textOf(amt, '02'));
    }
  }

  const parties = partiesOf(tree, profile, fault);
  const terms = termsOf(tree, fault);
  const carrier = carrierOf(tree, parties.shipToLoop);
  return defined({
    poNumber: poNumber ?? '',
    release: release ?? '',
    orderedOn: orderedOn ?? '',
    currency,
    buyer: parties.buyer,
    shipTo: parties.shipTo,
    billTo: parties.billTo,
    requestedShipDate: dates.ship,
    requestedDeliveryDate: dates.delivery,
    cancelAfter: dates.cancel,
    terms,
    carrier,
    department,
    references,
    notes: notesOf(tree),
    attributes,
  });
}

function keep(attributes: Record<string, string>, name: string, value: string | undefined): void {
  if (value !== undefined) attributes[name] = value;
}

function partiesOf(tree: TreeNode, profile: Agreement, fault: Report) {
  const loops = iterationsOf(tree, 'N1');
  const { shipTo: shipToCodes, buyer: buyerCodes, billTo: billToCodes, shipToFallback } = profile.parties;
  const buyerLoop = firstParty(loops, buyerCodes);
  const billToLoop = firstParty(loops, billToCodes);
  const shipToLoop = firstParty(loops, shipToCodes) ?? (shipToFallback === 'buyer' ? buyerLoop : undefined);
  let shipTo: Party | undefined;
  if (shipToLoop === undefined) {
    fault({
      code: 'ship-to-missing',
      message: `no party with N101 ${shipToCodes.join(' or ')} says where the goods go`,
      segment: 'N1',
      loop: 'N1',
      element: 1,
    });
  } else {
    shipTo = partyOf(shipToLoop, profile);
    if (shipTo === undefined) {
      fault({
        code: 'ship-to-not-identified',
        message: 'the ship-to has neither a code nor a name or address',
        segment: 'N1',
        at: segmentOf(shipToLoop, 'N1'),
        loop: 'N1',
        element: 4,
        syntax: { fault: 'conditionally-missing', reference: '67' },
      });
    }
  }
  return {
    shipToLoop,
    shipTo,
    buyer: buyerLoop === undefined ? undefined : partyOf(buyerLoop, profile),
    billTo: billToLoop === undefined ? undefined : partyOf(billToLoop, profile),
  };
}

/** The party of the first code that any has. */
function firstParty(loops: readonly TreeNode[], codes: readonly string[]): TreeNode | undefined {
  for (const code of codes) {
    for (const loop of loops) if (textOf(segmentOf(loop, 'N1'), '01') === code) return loop;
  }
  return undefined;
}

function termsOf(tree: TreeNode, fault: Report): SalesOrder['terms'] {
  const itd = segmentOf(tree, 'ITD');
  if (itd === undefined) return undefined;
  const percentText = textOf(itd, '03');
  const percent = percentText === undefined ? undefined : decimalOf(percentText);
  if (percentText !== undefined && percent === undefined) {
    fault(notANumber('ITD', itd, '03', percentText, '338', 'percent'));
  }
  const terms = defined({
    discountPercent: percent,
    discountDays: daysOf(itd, '05', fault),
    netDays: daysOf(itd, '07', fault),
    description: textOf(itd, '12'),
  });
  return Object.keys(terms).length === 0 ? undefined : terms;
}

function daysOf(itd: SegmentObject, element: string, fault: Report): number | undefined {
  const text = textOf(itd, element);
  if (text === undefined) return undefined;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  fault({
    code: 'number-invalid',
    message: `"${text}" is no number of days from 0 to 999`,
    segment: 'ITD',
    at: itd,
    element: Number(element),
    value: text,
  });
  return undefined;
}

function carrierOf(tree: TreeNode, shipToLoop: TreeNode | undefined): SalesOrder['carrier'] {
  const td5 = segmentOf(tree, 'TD5') ?? (shipToLoop === undefined ? undefined : segmentOf(shipToLoop, 'TD5'));
  if (td5 === undefined) return undefined;
  const code = textOf(td5, '03');
  const isScac = textOf(td5, '02') === '2' && code !== undefined && /^[A-Z]{2,4}$/.test(code);
  // A code from another list than the SCAC’s is the partner’s own name of a route.
  const routing = [isScac ? undefined : code, textOf(td5, '05')].filter((part) => part !== undefined).join(' ');
  const carrier = defined({
    scac: isScac ? code : undefined,
    routing: routing === '' ? undefined : routing.slice(0, 80),
  });
  return Object.keys(carrier).length === 0 ? undefined : carrier;
}

function linesOf(tree: TreeNode, profile: Agreement, fault: Report): ReadLine[] {
  const loops = iterationsOf(tree, 'PO1');
  if (loops.length === 0) {
    fault({ code: 'order-lines-missing', message: 'the order has no line', segment: 'PO1', loop: 'PO1' });
  }
  const taken = new Set(loops.flatMap((loop) => textOf(segmentOf(loop, 'PO1'), '01') ?? []));
  const seen = new Set<string>();
  let next = 1;
  return loops.flatMap((loop, index) => {
    const po1 = segmentOf(loop, 'PO1');
    let lineId = textOf(po1, '01');
    if (lineId === undefined) {
      next = Math.max(next, index + 1);
      while (taken.has(String(next))) next += 1;
      lineId = String(next);
      taken.add(lineId);
    } else if (seen.has(lineId)) {
      fault({
        code: 'line-number-repeated',
        message: `line number "${lineId}" is used twice`,
        segment: 'PO1',
        at: po1,
        loop: 'PO1',
        element: 1,
        value: lineId,
      });
      return [];
    }
    seen.add(lineId);
    const line = lineOf(loop, lineId, profile, fault);
    return line === undefined ? [] : [{ line, loop }];
  });
}

function lineOf(loop: TreeNode, lineId: string, profile: Agreement, fault: Report): SalesOrderLine | undefined {
  const po1 = segmentOf(loop, 'PO1');
  const attributes: Record<string, string> = {};
  const quantity = quantityOf(po1, lineId, fault);
  const unit = unitOf(po1, lineId, profile, fault);
  const price = priceOf(po1, lineId, attributes, fault);
  const item = itemOf(loop, lineId, profile, attributes, fault);
  const dates = datesOf(loop, attributes, fault);
  keep(attributes, 'allowances', allowancesOf(loop));
  const scheduled = scheduleOf(loop, quantity, lineId, fault);
  refuseStoreDistribution(loop, lineId, fault);
  refuseShipToOfLine(loop, lineId, profile, fault);
  if (quantity === undefined || unit === undefined || item === undefined) return undefined;
  return defined({
    lineId,
    item: item.reference,
    quantity: { value: quantity, unit },
    unitPrice: price,
    requestedShipDate: dates.ship ?? scheduled.ship,
    requestedDeliveryDate: dates.delivery ?? scheduled.delivery,
    notes: item.notes.concat(notesOf(loop)),
    attributes,
  });
}

function quantityOf(po1: SegmentObject | undefined, lineId: string, fault: Report): Decimal | undefined {
  const text = textOf(po1, '02');
  const place = { segment: 'PO1', at: po1, loop: 'PO1', element: 2 };
  if (text === undefined) {
    fault({
      ...place,
      code: 'quantity-missing',
      message: `line ${lineId} has no quantity`,
      syntax: { fault: 'conditionally-missing', reference: '330' },
    });
    return undefined;
  }
  const quantity = decimalOf(text);
  if (quantity === undefined) {
    fault({ ...notANumber('PO1', po1, '02', text, '330', `quantity of line ${lineId}`), loop: 'PO1' });
    return undefined;
  }
  if (!isPositive(quantity)) {
    fault({
      ...place,
      code: 'quantity-not-positive',
      message: `line ${lineId} orders ${quantity}; a quantity must be greater than zero`,
      value: text,
    });
    return undefined;
  }
  return quantity;
}

const UNIT_CODE = /^[A-Z0-9]{2}$/;

function unitOf(po1: SegmentObject | undefined, lineId: string, profile: Agreement, fault: Report): string | undefined {
  const sent = textOf(po1, '03');
  const place = { segment: 'PO1', at: po1, loop: 'PO1', element: 3 };
  if (sent === undefined) {
    fault({
      ...place,
      code: 'unit-missing',
      message: `line ${lineId} has a quantity without a unit`,
      syntax: { fault: 'conditionally-missing', reference: '355' },
    });
    return undefined;
  }
  // A code is kept as it came, to be answered with; what it means is found with the item (prepare.ts). Any other word must be in the list.
  if (UNIT_CODE.test(sent)) return sent;
  const unit = profile.units[sent];
  if (unit !== undefined && UNIT_CODE.test(unit)) return unit;
  fault({
    ...place,
    code: 'unit-unknown',
    message: `unit "${sent}" of line ${lineId} is neither a two-character code nor in the partner’s list of units`,
    value: sent,
    syntax: { fault: 'code', reference: '355' },
  });
  return undefined;
}

/** The price of one ordered unit; undefined when the order gives none. */
function priceOf(
  po1: SegmentObject | undefined,
  lineId: string,
  attributes: Record<string, string>,
  fault: Report,
): Decimal | undefined {
  const text = textOf(po1, '04');
  const basis = textOf(po1, '05');
  if (basis !== undefined) attributes.priceBasis = basis;
  if (text === undefined) return basis !== undefined && NO_CHARGE.has(basis) ? '0' : undefined;
  const sent = decimalOf(text);
  if (sent === undefined) {
    fault({ ...notANumber('PO1', po1, '04', text, '212', `price of line ${lineId}`), loop: 'PO1' });
    return undefined;
  }
  const place = { segment: 'PO1', at: po1, loop: 'PO1', element: 4, value: text };
  if (sent.startsWith('-')) {
    fault({ ...place, code: 'price-negative', message: `line ${lineId} has the negative price ${sent}` });
    return undefined;
  }
  const per = basis === undefined ? undefined : PRICE_PER[basis];
  if (per === undefined) return sent;
  const price = divide(sent, per);
  if (compare(multiply(price, per), sent) === 0) return price;
  fault({
    ...place,
    code: 'price-too-fine',
    message: `the price ${sent} for ${per} units of line ${lineId} is finer than nine decimal places for one`,
  });
  return undefined;
}

/** GTINs of 8, 12, 13 and 14 digits. */
const GTIN = /^\d{8}$|^\d{12,14}$/;

function itemOf(
  loop: TreeNode,
  lineId: string,
  profile: Agreement,
  attributes: Record<string, string>,
  fault: Report,
): { reference: SalesOrderLine['item']; notes: string[] } | undefined {
  const po1 = segmentOf(loop, 'PO1');
  const numbers = new Map<string, string>();
  addNumbers(numbers, po1, PO1_PAIRS);
  addNumbers(numbers, segmentOf(loop, 'LIN'), LIN_PAIRS);
  const { items } = profile;
  const seller = items.seller.find((qualifier) => numbers.has(qualifier));
  const buyer = items.buyer.find((qualifier) => numbers.has(qualifier));
  const global = items.gtin.find((qualifier) => GTIN.test(numbers.get(qualifier) ?? ''));
  const manufacturer = items.manufacturer.find((qualifier) => numbers.has(qualifier));
  const sku = numbers.get(seller ?? '');
  const customerSku = numbers.get(buyer ?? '');
  const gtin = numbers.get(global ?? '');
  const manufacturerPart = numbers.get(manufacturer ?? '');
  for (const [qualifier, value] of numbers) {
    if (qualifier !== seller && qualifier !== buyer && qualifier !== global && qualifier !== manufacturer)
      attributes[`product.${qualifier}`] = value;
  }

  let description: string | undefined;
  const notes: string[] = [];
  for (const pid of segmentsOf(loop, 'PID')) {
    const text = textOf(pid, '05');
    if (text === undefined) continue;
    if (description === undefined) description = text;
    else notes.push(text.slice(0, NOTE_LENGTH));
  }
  if (sku === undefined && customerSku === undefined && gtin === undefined && manufacturerPart === undefined) {
    const sent = [...numbers.keys()];
    fault({
      code: 'item-not-identified',
      message:
        sent.length === 0
          ? `line ${lineId} names no item`
          : `line ${lineId} names its item only by ${sent.join(', ')}; the partner’s profile reads ${[
              ...items.seller,
              ...items.buyer,
              ...items.gtin,
              ...items.manufacturer,
            ].join(', ')}`,
      segment: 'PO1',
      at: po1,
      loop: 'PO1',
      element: 7,
      ...(sent.length === 0 ? { syntax: { fault: 'conditionally-missing' as const, reference: '234' } } : {}),
    });
    return undefined;
  }
  return {
    reference: defined({ sku, customerSku, gtin, manufacturerPart, description: description?.slice(0, 250) }),
    notes,
  };
}

/** PO106/07 to PO124/25, and the same pairs in LIN, as some partners send them. */
const PO1_PAIRS = pairsFrom(6);
const LIN_PAIRS = pairsFrom(2);

function pairsFrom(first: number): readonly (readonly [qualifier: string, value: string])[] {
  const key = (element: number) => String(element).padStart(2, '0');
  return Array.from({ length: 10 }, (_, pair) => [key(first + 2 * pair), key(first + 2 * pair + 1)] as const);
}

function addNumbers(numbers: Map<string, string>, segment: SegmentObject | undefined, pairs: typeof PO1_PAIRS): void {
  if (segment === undefined) return;
  for (const [qualifierKey, valueKey] of pairs) {
    const qualifier = textOf(segment, qualifierKey);
    if (qualifier === undefined || numbers.has(qualifier)) continue;
    const value = textOf(segment, valueKey);
    if (value !== undefined) numbers.set(qualifier, value);
  }
}

/** SCH: one date for the whole line is the line’s date; anything else would need a line for each date. */
function scheduleOf(loop: TreeNode, quantity: Decimal | undefined, lineId: string, fault: Report) {
  const schedules = segmentsOf(loop, 'SCH');
  const [sch] = schedules;
  if (sch === undefined) return {};
  const days = new Set(schedules.map((schedule) => `${textOf(schedule, '05') ?? ''}/${textOf(schedule, '06') ?? ''}`));
  if (days.size > 1) {
    fault({
      code: 'delivery-schedule-not-supported',
      message: `line ${lineId} is to be delivered on ${days.size} dates; order each date as a line of its own`,
      segment: 'SCH',
      at: schedules[1],
      loop: 'SCH',
      element: 6,
    });
    return {};
  }
  const amounts = schedules.map((schedule) => decimalOf(textOf(schedule, '01') ?? ''));
  const known = amounts.filter((amount) => amount !== undefined);
  if (quantity !== undefined && known.length === amounts.length && compare(sum(known), quantity) !== 0) {
    fault({
      code: 'schedule-quantity-differs',
      message: `line ${lineId} orders ${quantity}, but schedules ${sum(known)}`,
      segment: 'SCH',
      at: sch,
      loop: 'SCH',
      element: 1,
      value: textOf(sch, '01'),
    });
  }
  const day = dayAt(sch, 'SCH', '06', fault);
  const qualifier = textOf(sch, '05') ?? '';
  return {
    ship: SHIP_DATES.includes(qualifier) ? day : undefined,
    delivery: DELIVERY_DATES.includes(qualifier) ? day : undefined,
  };
}

function refuseStoreDistribution(loop: TreeNode, lineId: string, fault: Report): void {
  const sdq = segmentOf(loop, 'SDQ');
  if (sdq === undefined) return;
  fault({
    code: 'store-distribution-not-supported',
    message: `line ${lineId} is spread over stores (SDQ), which is not supported yet: send one order for each store`,
    segment: 'SDQ',
    at: sdq,
    loop: 'PO1',
  });
}

function refuseShipToOfLine(loop: TreeNode, lineId: string, profile: Agreement, fault: Report): void {
  const n1 = segmentsOf(loop, 'N1').find((party) => profile.parties.shipTo.includes(textOf(party, '01') ?? ''));
  if (n1 === undefined) return;
  fault({
    code: 'line-ship-to-not-supported',
    message: `line ${lineId} has a ship-to of its own, which is not supported yet: send one order for each ship-to`,
    segment: 'N1',
    at: n1,
    loop: 'N1',
    element: 1,
    value: textOf(n1, '01'),
  });
}

/** The dates of an order or a line; those without a field of their own go to its attributes. */
function datesOf(node: TreeNode, attributes: Record<string, string>, fault: Report) {
  const days = new Map<string, string>();
  for (const dtm of segmentsOf(node, 'DTM')) {
    const qualifier = textOf(dtm, '01');
    const day = dayAt(dtm, 'DTM', '02', fault);
    if (qualifier !== undefined && day !== undefined && !days.has(qualifier)) days.set(qualifier, day);
  }
  for (const [qualifier, day] of days) {
    const window = WINDOW_ATTRIBUTES[qualifier];
    if (window !== undefined) attributes[window] = day;
    else if (!FIELD_DATES.has(qualifier)) attributes[`date.${qualifier}`] = day;
  }
  return {
    ship: firstDay(days, SHIP_DATES),
    delivery: firstDay(days, DELIVERY_DATES),
    cancel: firstDay(days, CANCEL_DATES),
  };
}

function firstDay(days: ReadonlyMap<string, string>, qualifiers: readonly string[]): string | undefined {
  const qualifier = qualifiers.find((code) => days.has(code));
  return qualifier === undefined ? undefined : days.get(qualifier);
}

/** N9 loops with their MSG, and MSG on its own, joined into as few notes as their length allows. */
function notesOf(node: TreeNode): string[] {
  const notes: string[] = [];
  addTexts(notes, node);
  for (const n9 of iterationsOf(node, 'N9')) {
    addNote(notes, textOf(segmentOf(n9, 'N9'), '03'));
    addTexts(notes, n9);
  }
  return notes;
}

/** Release 005010 says in MTX what 004010 says in MSG. */
function addTexts(notes: string[], node: TreeNode): void {
  for (const msg of segmentsOf(node, 'MSG')) addNote(notes, textOf(msg, '01'));
  for (const mtx of segmentsOf(node, 'MTX')) addNote(notes, textOf(mtx, '02'));
}

function addNote(notes: string[], words: string | undefined): void {
  if (words === undefined) return;
  const text = words.slice(0, NOTE_LENGTH);
  const last = notes.at(-1);
  if (last !== undefined && last.length + text.length < NOTE_LENGTH) notes[notes.length - 1] = `${last}\n${text}`;
  else notes.push(text);
}

/** SAC in words of the record: what the buyer expects to be taken off or added. The invoice is checked against it by people. */
function allowancesOf(node: TreeNode): string | undefined {
  const texts = segmentsOf(node, 'SAC').flatMap((sac) => {
    const parts = ['01', '02', '05', '07', '15'].flatMap((element) => {
      const text = textOf(sac, element);
      return text === undefined ? [] : [`SAC${element} ${text}`];
    });
    return parts.length === 0 ? [] : [parts.join(', ')];
  });
  return texts.length === 0 ? undefined : texts.join('; ').slice(0, 500);
}

/** CTT01 counts the lines, CTT02 is the sum of their quantities; an order that disagrees with itself is not complete. */
function checkTotals(tree: TreeNode, profile: Agreement, fault: Report): void {
  const ctt = segmentOf(tree, 'CTT');
  const lines = segmentsOf(tree, 'PO1');
  const count = textOf(ctt, '01');
  const stated = count === undefined ? undefined : decimalOf(count);
  // Both are the one text of their value, so the texts are compared.
  if (stated !== undefined && stated !== String(lines.length)) {
    fault({
      code: 'line-count-differs',
      message: `CTT counts ${stated} lines, but there are ${lines.length}`,
      segment: 'CTT',
      at: ctt,
      element: 1,
      value: count,
    });
  }
  const hash = textOf(ctt, '02');
  const total = hash === undefined ? undefined : decimalOf(hash);
  if (total === undefined || !profile.x12.checkHashTotals) return;
  const ordered = sum(lines.map((po1) => decimalOf(textOf(po1, '02') ?? '0') ?? '0'));
  if (compare(total, ordered) === 0 || isZero(total)) return;
  fault({
    code: 'hash-total-differs',
    message: `CTT states ${total} as the sum of all quantities, but they add up to ${ordered}`,
    segment: 'CTT',
    at: ctt,
    element: 2,
    value: hash,
  });
}

/** A value of the order that an expression gave. */
interface Filled {
  /** Key in `map.salesOrder`. */
  readonly name: string;
  /** In the order, with indexes of lines. */
  readonly path: readonly string[];
  /** The segment that it was read for. */
  readonly at: SegmentObject | undefined;
}

/** Gives what expressions have filled; reports those that failed. */
function applyExpressions(
  draft: object,
  tree: TreeNode,
  lines: readonly ReadLine[],
  profile: Agreement,
  fault: Report,
): Filled[] {
  const filled: Filled[] = [];
  const expressions = Object.entries(profile.map.salesOrder).map(([name, text]) => {
    const targets = name.startsWith('lines[].')
      ? lines.map(({ line, loop }, index) => {
          const steps = name.slice(8).split('.');
          return { target: line as object, input: loop, steps, path: ['lines', String(index), ...steps] };
        })
      : [{ target: draft, input: tree, steps: name.split('.'), path: name.split('.') }];
    const path = plainPath(text);
    const plain = targets.map(({ input }) => (path === undefined ? BEYOND_PLAIN : textAlong(path, input)));
    return { name, text, targets, plain, inputs: targets.map(({ input }) => input), bindings: { order: tree } };
  });
  const beyond = expressions.filter(({ plain }) => plain.includes(BEYOND_PLAIN));
  const evaluated = evaluateAll(beyond);
  for (const expression of expressions) {
    const { name, targets, plain } = expression;
    const results = evaluated[beyond.indexOf(expression)] ?? plain.map((value) => ({ value }));
    for (const [index, { target, input, steps, path }] of targets.entries()) {
      const result = results[index] ?? { problem: 'gave no result' };
      const one = { name, path, at: input === tree ? undefined : segmentOf(input, 'PO1') };
      const problem =
        'problem' in result ? result.problem : holdsNul(result.value) ? 'its result holds the character NUL' : '';
      if (problem !== '') {
        fault(expressionFault(profile, one, problem));
        break;
      }
      if ('value' in result && fill(target, steps, result.value)) filled.push(one);
    }
  }
  return filled;
}

/** Of a transaction set as a whole it is told at ST, of a line at its PO1; the key of the profile says where the fault is. */
function expressionFault({ id }: Agreement, { name, at }: Filled, problem: string): Fault {
  return {
    code: 'profile-expression-failed',
    message: `the expression of ${id} at map.salesOrder, ${name}, failed: ${problem}`,
    segment: at === undefined ? 'ST' : 'PO1',
    at,
  };
}

/** No record of ours can hold it, and no segment of X12. */
function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNul);
}

/** Sets what is empty; what the mapping found stays. Scalars become text, since the canonical order holds numbers as text. */
function fill(target: object, steps: readonly string[], value: unknown): boolean {
  const plain = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (plain === undefined || plain === null || plain === '') return false;
  let node = target as Record<string, unknown>;
  for (const step of steps.slice(0, -1)) {
    const below = Object.hasOwn(node, step) ? node[step] : undefined;
    if (below !== undefined && (typeof below !== 'object' || below === null)) return false;
    if (below === undefined) node[step] = {};
    node = node[step] as Record<string, unknown>;
  }
  const last = steps.at(-1) ?? '';
  const present = Object.hasOwn(node, last) ? node[last] : undefined;
  const empty = present === undefined || present === '' || (Array.isArray(present) && present.length === 0);
  if (empty) node[last] = plain;
  return empty;
}

/** Which segment and element a path of the canonical order comes from. */
const SOURCES: Readonly<Record<string, readonly [segment: string, element?: number]>> = {
  poNumber: ['BEG', 3],
  release: ['BEG', 4],
  orderedOn: ['BEG', 5],
  currency: ['CUR', 2],
  shipTo: ['N1'],
  buyer: ['N1'],
  billTo: ['N1'],
  terms: ['ITD'],
  carrier: ['TD5'],
  department: ['REF', 2],
  references: ['REF'],
  notes: ['MSG', 1],
  requestedShipDate: ['DTM', 2],
  requestedDeliveryDate: ['DTM', 2],
  cancelAfter: ['DTM', 2],
  lines: ['PO1'],
  'lines.lineId': ['PO1', 1],
  'lines.quantity': ['PO1', 2],
  'lines.unitPrice': ['PO1', 4],
  'lines.item': ['PO1', 7],
};

/** A rule of the canonical order that the document breaks although X12 allows it: a value too long, too many of something. */
function modelFault(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string },
  tree: TreeNode,
  lines: readonly ReadLine[],
): Fault {
  const path = issue.path.map(String);
  const line = path[0] === 'lines' ? lines[Number(path[1])] : undefined;
  const source = (line === undefined ? SOURCES[path[0] ?? ''] : SOURCES[`lines.${path[2]}`]) ?? SOURCES[path[0] ?? ''];
  const [segment, element] = source ?? ['BEG'];
  const message = `${path.join('.')}: ${issue.message}`;
  if (path.length === 1 && path[0] === 'lines') {
    // There is a line, or its absence would have been told before: it is the last that is one too many.
    return { code: 'order-lines-too-many', message, segment, at: segmentOf(lines.at(-1)?.loop ?? tree, segment) };
  }
  return {
    code: 'order-invalid',
    message,
    segment,
    at: line === undefined ? segmentOf(tree, segment) : segmentOf(line.loop, 'PO1'),
    ...(element === undefined ? {} : { element }),
  };
}

function dayAt(segment: SegmentObject | undefined, id: string, element: string, fault: Report): string | undefined {
  const text = textOf(segment, element);
  if (text === undefined) return undefined;
  const day = dayOf(text);
  if (day === undefined) {
    fault({
      code: 'date-invalid',
      message: `"${text}" is not a date in the form CCYYMMDD`,
      segment: id,
      at: segment,
      element: Number(element),
      value: text,
      syntax: { fault: 'date', reference: '373' },
    });
  }
  return day;
}

function notANumber(
  segment: string,
  at: SegmentObject | undefined,
  element: string,
  value: string,
  reference: string,
  what: string,
): Fault {
  const { isNumber, reason } = decimalFault(value);
  return {
    code: 'number-invalid',
    message: `"${value}" ${reason} (${what})`,
    segment,
    at,
    element: Number(element),
    value,
    ...(isNumber ? {} : { syntax: { fault: 'character', reference } }),
  };
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The object without its undefined values. */
function defined<T extends object>(value: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const key in value) if (value[key] !== undefined) kept[key] = value[key];
  return kept as Defined<T>;
}
