/**
 * Renders labels as PDF, one page of 4 × 6 inches each, with vector barcodes. Everything is black
 * on white, because thermal printers have no grey.
 */
import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import bwip from 'bwip-js/node';
import PDFDocument from 'pdfkit';
import type { ElementString } from './barcode.ts';
import { type Label, type LabelElement, type Rule, TYPE } from './label.ts';

/** Points per dot of 1/8 mm. */
const POINT = 72 / 203.2;

/**
 * This font has Latin, Greek and Cyrillic letters with all marks; built-in PDF fonts cover only
 * western Europe.
 */
export const FONT = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf');

const PAGES_AT_ONCE = 10;

export async function labelsAsPdf(labels: readonly Label[], title: string): Promise<Buffer> {
  const page = { size: [4 * 72, 6 * 72] as [number, number], margin: 0 };
  const pdf = new PDFDocument({ ...page, autoFirstPage: false, info: { Title: title } });
  const chunks: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', resolve);
    pdf.on('error', reject);
  });
  pdf.registerFont('label', FONT);
  for (const [index, { elements }] of labels.entries()) {
    // Yield to the event loop: a shipment may have thousands of labels, up to a millisecond each.
    if (index % PAGES_AT_ONCE === 0) await setImmediate();
    pdf.addPage(page);
    pdf.font('label').fillColor('black');
    for (const element of elements) draw(pdf, element);
  }
  pdf.end();
  await ended;
  return Buffer.concat(chunks);
}

function draw(pdf: PDFKit.PDFDocument, element: LabelElement): void {
  if (element.kind === 'rule') {
    bar(pdf, element);
  } else if (element.kind === 'text') {
    pdf.fontSize(element.size * TYPE * POINT);
    const { text, x, y, width, align } = element;
    pdf.text(text, x * POINT, y * POINT, { width: width * POINT, align, lineBreak: false });
  } else {
    const { y, height, module } = element;
    let { x } = element;
    for (const [index, modules] of barsOf(element.element).entries()) {
      const width = modules * module;
      if (index % 2 === 0) bar(pdf, { x, y, width, height });
      x += width;
    }
  }
  pdf.fill();
}

function bar(pdf: PDFKit.PDFDocument, { x, y, width, height }: Omit<Rule, 'kind'>): void {
  pdf.rect(x * POINT, y * POINT, width * POINT, height * POINT);
}

/**
 * Widths in modules of alternating bars and spaces, a bar first, without quiet zones.
 *
 * @throws Error if GS1 does not allow the data, such as an SSCC with a wrong check digit
 */
export function barsOf({ ai, value }: ElementString): readonly number[] {
  const [symbol] = bwip.raw({ bcid: 'gs1-128', text: `(${ai})${escaped(value)}`, parse: true });
  if (symbol === undefined || !('sbs' in symbol)) throw new Error(`(${ai})${value} gives no bars`);
  return symbol.sbs;
}

/**
 * Escapes the data: with `parse`, a caret starts a numeric escape and a parenthesis an identifier.
 */
function escaped(value: string): string {
  return value.replace(/[()^\\]/g, (character) => `^${String(character.charCodeAt(0)).padStart(3, '0')}`);
}
