/**
 * The GS1 logistic label of a carton or pallet (GS1 Logistic Label Guideline:
 * https://www.gs1.org/standards/gs1-logistic-label-guideline/1-3). It uses zones A to I of
 * retailers' routing guides. This file contains the whole design as a list of rules, texts and
 * barcodes with positions. `pdf.ts` and `zpl.ts` draw it.
 *
 * Measures are dots of 1/8 mm (203 dpi) from the upper left corner; a label is 4 × 6 inches.
 */

import { isSscc } from '../../domain/sscc.ts';
import type { Address } from '../canonical/v1/index.ts';
import { type ElementString, humanReadable, isEncodable, moduleCount } from './barcode.ts';
import { shown, unprintableIn } from './characters.ts';

export const LABEL_WIDTH = 812;
export const LABEL_HEIGHT = 1218;

/** Module width: 0.5 mm. GS1 requires 0.495 to 1.016 mm on logistic units. */
const MODULE = 4;
/** Quiet zone left and right of a symbol, in modules. */
const QUIET = 10;
/** 33 mm; GS1 requires at least 31.75 mm (1.25 inch). */
const SSCC_BARS = 264;

/** Content of the label of one carton or pallet. */
export interface LabelContent {
  /** 18 digits. */
  sscc: string;
  kind: 'carton' | 'pallet';
  /** Carton or pallet `number` of `count` of its shipment, from 1. */
  number: number;
  count: number;
  shipFrom: Address;
  shipTo: Address;
  carrierScac: string;
  /** The carrier's number of the shipment. */
  proNumber?: string;
  billOfLading?: string;
  shipmentNumber: string;
  poNumber: string;
  department?: string;
  /** Our number at the partner. */
  vendorNumber?: string;
  /** The partner's number of the destination store or distribution center. */
  markFor?: { code: string; name?: string };
  /** Content lines, most important first; empty if the partner wants none. */
  contents: readonly string[];
  barcodes: {
    /** (420) with the ship-to's postal code. */
    postalCode: boolean;
    /** (400) with the PO number. */
    poNumber: boolean;
  };
}

/** Em of the PDF font for size 1, so that its capitals are as tall as the printer's. */
export const TYPE = 0.88;

/** A filled rectangle. */
export interface Rule {
  kind: 'rule';
  x: number;
  y: number;
  width: number;
  height: number;
}

/** One line of text that fits its width. */
export interface Text {
  kind: 'text';
  x: number;
  /** Upper edge. */
  y: number;
  width: number;
  /** Height of the type. */
  size: number;
  text: string;
  align: 'left' | 'center';
}

export interface Barcode {
  kind: 'barcode';
  x: number;
  y: number;
  /** Width of one module. */
  module: number;
  height: number;
  element: ElementString;
}

export type LabelElement = Rule | Text | Barcode;

export interface Label {
  sscc: string;
  elements: readonly LabelElement[];
}

/** Thrown for a label that must not be printed. */
export class LabelError extends Error {
  override readonly name = 'LabelError';
  /** Stable, kebab-case. */
  readonly code: 'label-sscc-invalid' | 'label-character-missing';

  constructor(code: LabelError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Position of each zone. */
const zones = {
  /** A */
  shipFrom: { x: 0, y: 0, width: 330, height: 216 },
  /** B */
  shipTo: { x: 330, y: 0, width: 482, height: 216 },
  /** C */
  postalCode: { x: 0, y: 216, width: 470, height: 210 },
  /** D */
  carrier: { x: 470, y: 216, width: 342, height: 210 },
  /** E */
  order: { x: 0, y: 426, width: 812, height: 206 },
  /** F */
  contents: { x: 0, y: 632, width: 520, height: 190 },
  /** G and H */
  markFor: { x: 520, y: 632, width: 292, height: 190 },
  /** I */
  sscc: { x: 0, y: 822, width: 812, height: 396 },
} as const satisfies Record<string, Box>;

const MARGIN = 16;
const CAPTION = 20;
const LINE = 3;

/**
 * Lays out the label of one carton or pallet.
 *
 * A secondary barcode is omitted if it does not fit its zone at GS1's module width or its value is
 * not allowed. Its value is still printed as text.
 *
 * @throws LabelError if the SSCC has a wrong check digit, because such a label is a chargeback, or a
 * text has a character that no font has.
 */
export function labelOf(content: LabelContent): Label {
  if (!isSscc(content.sscc)) {
    throw new LabelError('label-sscc-invalid', `${content.sscc} is not an SSCC with a right check digit`);
  }
  refuseUnprintable(content);
  return {
    sscc: content.sscc,
    elements: [
      ...rules(),
      ...block(zones.shipFrom, 'SHIP FROM', addressLines(content.shipFrom), 26),
      ...block(zones.shipTo, 'SHIP TO', addressLines(content.shipTo), 34),
      ...postalCode(content),
      ...carrier(content),
      ...order(content),
      ...block(zones.contents, content.contents.length === 0 ? '' : 'CONTENTS', content.contents, 32),
      ...markFor(content),
      ...serialShippingContainer(content),
    ],
  };
}

function refuseUnprintable(content: LabelContent): void {
  const found = unprintableIn(content);
  if (found === undefined) return;
  const { path, text, character } = found;
  const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  throw new LabelError(
    'label-character-missing',
    `${path} "${text}" has "${character}" (U+${code}), which labels cannot show; they have Latin, Greek and Cyrillic letters`,
  );
}

/** Lines between the zones. */
function rules(): Rule[] {
  const rows = [zones.postalCode, zones.order, zones.contents, zones.sscc];
  const columns = [zones.shipTo, zones.carrier, zones.markFor];
  return [
    ...rows.map(({ y }): Rule => ({ kind: 'rule', x: 0, y, width: LABEL_WIDTH, height: LINE })),
    ...columns.map(({ x, y, height }): Rule => ({ kind: 'rule', x, y, width: LINE, height })),
  ];
}

function addressLines(address: Address): string[] {
  const place = [[address.city, address.region].filter(Boolean).join(', '), address.postalCode].filter(Boolean);
  return [
    ...(address.name === undefined ? [] : [address.name]),
    ...address.lines,
    place.join(' '),
    ...(address.country === 'US' ? [] : [address.country]),
  ].filter((line) => line !== '');
}

function postalCode({ shipTo, barcodes }: LabelContent): LabelElement[] {
  const zone = zones.postalCode;
  const code = shipTo.postalCode;
  if (code === undefined) return [];
  // Carriers sort by ZIP code; the four-digit suffix would only widen the symbol.
  const element: ElementString = { ai: '420', value: code.replace(/-\d{4}$/, '').replace(/\s/g, '') };
  const bars = barcodes.postalCode ? barcodeIn(zone, element, zone.y + 68, 100) : [];
  const heading = bars.length === 0 ? [code] : [];
  return [...block(zone, 'SHIP TO POSTAL CODE', heading, 64), ...bars];
}

function carrier(content: LabelContent): LabelElement[] {
  return block(
    zones.carrier,
    'CARRIER',
    [
      content.carrierScac,
      ...(content.proNumber === undefined ? [] : [`PRO ${content.proNumber}`]),
      ...(content.billOfLading === undefined ? [] : [`B/L ${content.billOfLading}`]),
      `SHIPMENT ${content.shipmentNumber}`,
    ],
    36,
    1,
  );
}

function order(content: LabelContent): LabelElement[] {
  const zone = zones.order;
  const element: ElementString = { ai: '400', value: content.poNumber };
  const bars = content.barcodes.poNumber ? barcodeIn(zone, element, zone.y + 76, 92) : [];
  const numbers = [
    ...(content.department === undefined ? [] : [`DEPT ${content.department}`]),
    ...(content.vendorNumber === undefined ? [] : [`VENDOR ${content.vendorNumber}`]),
  ];
  if (bars.length > 0)
    return [...block(zone, 'PURCHASE ORDER', [[`PO ${content.poNumber}`, ...numbers].join(' · ')], 32, 1), ...bars];
  return block(zone, 'PURCHASE ORDER', [`PO ${content.poNumber}`, ...numbers], 56, 1);
}

function markFor({ markFor: party }: LabelContent): LabelElement[] {
  const zone = zones.markFor;
  if (party === undefined) return [];
  const code = fitted(party.code, inner(zone), 84, 1);
  const below = zone.y + CAPTION + MARGIN + code.size + 12;
  const rest: Box = { ...zone, y: below, height: zone.y + zone.height - below };
  return [
    ...block(zone, 'MARK FOR', [party.code], 84, 1),
    ...(party.name === undefined ? [] : block(rest, '', [party.name], 24)),
  ];
}

/** The SSCC symbol at the bottom, which every label has, and the carton's number. */
function serialShippingContainer(content: LabelContent): LabelElement[] {
  const zone = zones.sscc;
  const which = `${content.kind.toUpperCase()} ${content.number} OF ${content.count}`;
  const bars = barcodeIn(zone, { ai: '00', value: content.sscc }, zone.y + 58, SSCC_BARS);
  return [
    { kind: 'text', x: MARGIN, y: zone.y + 12, width: 300, size: CAPTION, text: 'SSCC', align: 'left' },
    { kind: 'text', x: 312, y: zone.y + 12, width: LABEL_WIDTH - 312 - MARGIN, size: 34, text: which, align: 'left' },
    ...bars,
  ];
}

/** Centers the symbol with its quiet zones and text in its zone; omits it if it does not fit. */
function barcodeIn(zone: Box, element: ElementString, y: number, height: number): LabelElement[] {
  if (!isEncodable(element)) return [];
  const width = moduleCount(element) * MODULE;
  if (width + 2 * QUIET * MODULE > zone.width) return [];
  const x = zone.x + Math.floor((zone.width - width) / 2);
  return [
    { kind: 'barcode', x, y, module: MODULE, height, element },
    {
      kind: 'text',
      x: zone.x,
      y: y + height + 6,
      width: zone.width,
      size: 28,
      text: humanReadable(element),
      align: 'center',
    },
  ];
}

/** A caption with lines under it, as large as the zone allows up to `size`. */
function block(zone: Box, caption: string, lines: readonly string[], size: number, linesEach = 2): Text[] {
  const { x, width } = inner(zone);
  const texts: Text[] = [];
  let y = zone.y + 10;
  if (caption !== '') {
    texts.push({ kind: 'text', x, y, width, size: CAPTION, text: caption, align: 'left' });
    y += CAPTION + 6;
  }
  const room = zone.y + zone.height - 6 - y;
  const shown = paragraphs(lines, { width, height: room }, size, linesEach);
  for (const line of shown.lines) {
    texts.push({ kind: 'text', x, y, width, size: line.size, text: line.text, align: 'left' });
    y += line.size + shown.gap;
  }
  return texts;
}

function inner({ x, width }: Box): { x: number; width: number } {
  return { x: x + MARGIN, width: width - 2 * MARGIN };
}

/** Smallest font size readable at arm's length: 2.25 mm. */
const SMALLEST = 18;

/**
 * Uses the largest size at which all lines fit. At the smallest size, excess lines are dropped and
 * the last line says so.
 */
function paragraphs(
  lines: readonly string[],
  room: { width: number; height: number },
  largest: number,
  linesEach: number,
): { lines: { text: string; size: number }[]; gap: number } {
  for (let size = largest; ; size -= 2) {
    const gap = Math.round(size / 5);
    const set = lines.flatMap((line) => {
      const { lines: parts, size: own } = fitted(line, room, size, linesEach);
      return parts.map((text) => ({ text, size: own }));
    });
    const height = set.reduce((total, line) => total + line.size + gap, -gap);
    if (height <= room.height) return { lines: set, gap };
    if (size > SMALLEST) continue;
    const count = Math.max(1, Math.floor((room.height + gap) / (SMALLEST + gap)));
    const kept = set.slice(0, count);
    const last = kept.at(-1);
    if (last !== undefined) last.text = cut(`${last.text} ${CUT}`, room.width, last.size);
    return { lines: kept, gap };
  }
}

const CUT = '...';

/**
 * Fits the text on at most `maxLines` lines: at `size`, or smaller if needed. At the smallest size
 * it is cut and ends in three dots, so that readers see it is incomplete.
 */
export function fitted(
  text: string,
  { width }: { width: number },
  size: number,
  maxLines: number,
): { lines: string[]; size: number } {
  const plain = shown(text);
  for (let tried = size; tried > SMALLEST; tried -= 2) {
    const lines = wrapped(plain, width, tried);
    if (lines.length <= maxLines) return { lines, size: tried };
  }
  const lines = wrapped(plain, width, SMALLEST);
  if (lines.length <= maxLines) return { lines, size: SMALLEST };
  const rest = lines.slice(maxLines - 1).join(' ');
  return { lines: [...lines.slice(0, maxLines - 1), cut(`${rest}${CUT}`, width, SMALLEST)], size: SMALLEST };
}

/** Wraps words into lines; breaks a word wider than a line. */
function wrapped(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer, size) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const character of word) {
      if (widthOf(line + character, size) > width && line !== '') {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** Cuts the text to the width and appends three dots. */
function cut(text: string, width: number, size: number): string {
  const characters = [...text.slice(0, text.endsWith(CUT) ? -CUT.length : undefined)];
  while (characters.length > 0 && widthOf(characters.join('').trimEnd() + CUT, size) > width) characters.pop();
  return characters.join('').trimEnd() + CUT;
}

/**
 * Width in dots, an upper bound for both renderers: the PDF font is DejaVu Sans Condensed Bold, and
 * the printer's font 0 is narrower.
 */
export function widthOf(text: string, size: number): number {
  let ems = 0;
  for (const character of text) ems += emsOf(character);
  return Math.ceil(ems * size);
}

function emsOf(character: string): number {
  return WIDTHS.find(([characters]) => characters.test(character))?.[1] ?? 1.5;
}

/**
 * Character widths relative to the font size, frequent ones first. Letters with marks use the
 * widest of their script.
 */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[ IJijl|/\\']/, 0.32],
  [/[-.,:;frt!()[\]_`"*]/, 0.45],
  [/[csz?]/, 0.5],
  [/[mw%@M]/, 0.85],
  [/[a-z0-9CEFLPSTYZ${}]/, 0.6],
  [/[A-VX-Z#&+<=>^~]/, 0.7],
  [/[\u0020-\u017f]/, 0.95],
  [/[ЉЊЖШЩЮ]/, 1.1],
  [/[\u0370-\u03ff\u0400-\u045f]/, 0.9],
];
