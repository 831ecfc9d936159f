import type { RequestedDates } from '../../../../domain/policy/requested-dates.ts';
import type { SalesOrderLine } from '../../../canonical/v1/index.ts';
import type { SegmentObject, TreeNode } from '../../../x12/types.ts';
import { dayOf, decimalFault } from '../../elements.ts';
import type { Doubt } from '../../not-used.ts';
import { type Fault, segmentsOf, textOf } from '../../tree.ts';
import type { Share } from './share.ts';

/** Helpers for the header and the lines of an order. */

export type Report = (fault: Fault) => void;

/** Notes content that could not be taken at its word; a person decides about the order. */
export type Ask = (doubt: Doubt) => void;

/** A line with its source loop, and how it is spread over several orders or stores. */
export interface ReadLine {
  readonly line: SalesOrderLine;
  readonly loop: TreeNode;
  readonly shares?: readonly Share[];
}

/** DTM01 codes and their meaning for an order or line, most specific first. */
export const SHIP_DATES = ['010', '068', '118', '038', '037'];
export const DELIVERY_DATES = ['002', '106', '067', '074', '064', '063'];
const CANCEL_DATES = ['001', '061'];
const WINDOW_DATES = { shipNotBefore: '037', shipNotAfter: '038', deliverNotAfter: '063', deliverNotBefore: '064' };

/** DTM01 codes by the field of the order that they set; G62 of an 875 is read as DTM. */
export const DATE_CODES: Readonly<Record<keyof RequestedDates, readonly string[]>> = {
  requestedShipDate: SHIP_DATES,
  requestedDeliveryDate: DELIVERY_DATES,
  shipNotBefore: [WINDOW_DATES.shipNotBefore],
  shipNotAfter: [WINDOW_DATES.shipNotAfter],
  deliverNotBefore: [WINDOW_DATES.deliverNotBefore],
  deliverNotAfter: [WINDOW_DATES.deliverNotAfter],
  cancelAfter: CANCEL_DATES,
};

/** Longest value of an attribute, as the canonical order has it. */
const VALUE_LENGTH = 500;

/**
 * Keeps a value under a name. One that is there already stays: the next comes under `name.2`, and so does
 * what is too long for one attribute.
 */
export function keep(attributes: Record<string, string>, name: string, value: string | undefined): void {
  if (value === undefined) return;
  let free = name;
  for (let number = 2; Object.hasOwn(attributes, free); number += 1) free = `${name}.${number}`;
  attributes[free] = value.slice(0, VALUE_LENGTH);
  if (value.length > VALUE_LENGTH) keep(attributes, name, value.slice(VALUE_LENGTH));
}

/** Dates of an order or a line. Dates without a field are stored in attributes. */
export function datesOf(node: TreeNode, attributes: Record<string, string>, fault: Report): RequestedDates {
  const sent = segmentsOf(node, 'DTM');
  // Most lines have no date, and there are many lines.
  if (sent.length === 0) return NO_DATES;
  const days = new Map<string, string>();
  for (const dtm of sent) {
    const qualifier = textOf(dtm, '01');
    // A second date of one kind stays unread, so that it is asked about.
    if (qualifier === undefined || days.has(qualifier)) continue;
    const day = dayAt(dtm, 'DTM', '02', fault);
    if (day !== undefined) days.set(qualifier, day);
  }
  const fields = [SHIP_DATES, DELIVERY_DATES, CANCEL_DATES].map((qualifiers) => firstOf(days, qualifiers));
  const taken = [...fields, ...Object.values(WINDOW_DATES)];
  for (const [qualifier, day] of days) if (!taken.includes(qualifier)) keep(attributes, `date.${qualifier}`, day);
  return {
    requestedShipDate: firstDay(days, SHIP_DATES),
    requestedDeliveryDate: firstDay(days, DELIVERY_DATES),
    shipNotBefore: days.get(WINDOW_DATES.shipNotBefore),
    shipNotAfter: days.get(WINDOW_DATES.shipNotAfter),
    deliverNotBefore: days.get(WINDOW_DATES.deliverNotBefore),
    deliverNotAfter: days.get(WINDOW_DATES.deliverNotAfter),
    cancelAfter: firstDay(days, CANCEL_DATES),
  };
}

const NO_DATES: RequestedDates = {};

function firstOf(days: ReadonlyMap<string, string>, qualifiers: readonly string[]): string | undefined {
  return qualifiers.find((code) => days.has(code));
}

function firstDay(days: ReadonlyMap<string, string>, qualifiers: readonly string[]): string | undefined {
  return days.get(firstOf(days, qualifiers) ?? '');
}

/** PER as text, by its function: the buyer's desk, the receiver. */
export function keepContacts(node: TreeNode, attributes: Record<string, string>, party?: string): void {
  for (const per of segmentsOf(node, 'PER')) {
    const role = textOf(per, '01');
    const texts = ['02', '09'].flatMap((element) => textOf(per, element) ?? []);
    for (const [kind, number] of [['03', '04'] as const, ['05', '06'] as const, ['07', '08'] as const]) {
      const words = [textOf(per, kind), textOf(per, number)].filter((word) => word !== undefined);
      if (words.length > 0) texts.push(words.join(' '));
    }
    const name = ['contact', party, role].filter((step) => step !== undefined).join('.');
    if (texts.length > 0) keep(attributes, name, texts.join(', '));
  }
}

/**
 * SAC as text: allowances and charges that the buyer expects. People compare the invoice with it.
 */
export function allowancesOf(node: TreeNode): string | undefined {
  const texts = segmentsOf(node, 'SAC').flatMap((sac) => {
    const parts = ['01', '02', '05', '07', '15'].flatMap((element) => {
      const text = textOf(sac, element);
      return text === undefined ? [] : [`SAC${element} ${text}`];
    });
    return parts.length === 0 ? [] : [parts.join(', ')];
  });
  return texts.length === 0 ? undefined : texts.join('; ');
}

export function dayAt(
  segment: SegmentObject | undefined,
  id: string,
  element: string,
  fault: Report,
): string | undefined {
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

export function notANumber(
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

/** Removes undefined values. */
export function defined<T extends object>(value: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const key in value) if (value[key] !== undefined) kept[key] = value[key];
  return kept as Defined<T>;
}
