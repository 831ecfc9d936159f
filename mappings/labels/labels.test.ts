import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import fc from 'fast-check';
import PDFDocument from 'pdfkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { makeSscc } from '../../domain/sscc.ts';
import { codeSetRuns, isEncodable, moduleCount } from './barcode.ts';
import { shown, unprintableIn } from './characters.ts';
import { type LabelledShipment, type LabelWishes, labelContents } from './content.ts';
import { fitted, LABEL_HEIGHT, LABEL_WIDTH, type LabelContent, labelOf, TYPE, widthOf } from './label.ts';
import { barsOf, FONT, labelsAsPdf } from './pdf.ts';
import { escaped, labelsAsZpl } from './zpl.ts';

/**
 * Labels are rendered by PDFium and a printer emulator and read by ZXing, all independent of our
 * code.
 */
async function readPdf(pdf: Uint8Array): Promise<string[][]> {
  const document = await library.loadDocument(pdf);
  const pages: string[][] = [];
  for (const page of document.pages()) {
    const { data, width, height } = await page.render({ scale: 203.2 / 72, render: 'bitmap' });
    const image = { data: new Uint8ClampedArray(data), width, height, colorSpace: 'srgb' as const };
    pages.push(await decoded(image));
  }
  document.destroy();
  return pages;
}

// Its ES module names a source map that its package lacks.
const { ready } = createRequire(import.meta.url)('zpl-renderer-js') as typeof import('zpl-renderer-js');

async function readZpl(zpl: string): Promise<string[][]> {
  const { api } = await ready;
  const images = await api.zplToBase64MultipleAsync(zpl, 101.6, 152.4, 8);
  return Promise.all(images.map((image) => decoded(Buffer.from(image, 'base64'))));
}

/** `]C1` identifies GS1-128, as opposed to plain Code 128. */
async function decoded(image: Parameters<typeof readBarcodes>[0]): Promise<string[]> {
  const found = await readBarcodes(image, { formats: ['Code128'], tryHarder: true });
  return found.map(({ symbologyIdentifier, text }) => `${symbologyIdentifier} ${text}`).sort();
}

let library: PDFiumLibrary;

beforeAll(async () => {
  library = await PDFiumLibrary.init();
  const wasm = readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
  prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer } });
});

afterAll(() => library.destroy());

const reno = {
  name: 'Meridian Wholesale Reno',
  lines: ['4100 Distribution Way'],
  city: 'Sparks',
  region: 'NV',
  postalCode: '89441',
  country: 'US',
};

function aLabel(changes: Partial<LabelContent> = {}): LabelContent {
  return {
    sscc: makeSscc(0, '0614141', 1),
    kind: 'carton',
    number: 1,
    count: 12,
    shipFrom: reno,
    shipTo: {
      name: 'Harbor & Pine Store 0101',
      lines: ['1180 Lighthouse Avenue'],
      city: 'Monterey',
      region: 'CA',
      postalCode: '93940',
      country: 'US',
    },
    carrierScac: 'ODFL',
    proNumber: 'ODFL777000001',
    billOfLading: 'BOLRNO000001',
    shipmentNumber: 'RNO-000001',
    poNumber: 'HP-1001',
    department: '12',
    vendorNumber: '40817',
    markFor: { code: '0101', name: 'Harbor & Pine Store 0101' },
    contents: ['24 EA', 'ITEM HPS-5510', 'SKU MW-1001', 'Claw hammer 16 oz, fiberglass handle'],
    barcodes: { postalCode: true, poNumber: true },
    ...changes,
  };
}

const textsOf = (content: LabelContent) =>
  labelOf(content).elements.flatMap((element) => (element.kind === 'text' ? [element.text] : []));

describe('a label that is printed and scanned', () => {
  it('encodes the SSCC, the postal code and the PO number, in PDF and in ZPL', async () => {
    const labels = [aLabel(), aLabel({ sscc: makeSscc(9, '0614141234', 654_321) })].map(labelOf);
    const expected = labels.map(({ sscc }) => [`]C1 (00)${sscc}`, ']C1 (400)HP-1001', ']C1 (420)93940'].sort());
    expect(await readPdf(await labelsAsPdf(labels, 'labels'))).toEqual(expected);
    expect(await readZpl(labelsAsZpl(labels))).toEqual(expected);
  });

  it('holds any SSCC and any PO number that finds room', async () => {
    const poNumber = fc.stringMatching(/^[A-Z0-9][A-Z0-9_./-]{0,7}$|^\d{1,20}$/);
    const serial = fc.integer({ min: 0, max: 999_999_999 });
    await fc.assert(
      fc.asyncProperty(serial, poNumber, fc.stringMatching(/^\d{5}$/), async (serialNumber, po, postalCode) => {
        const label = labelOf(
          aLabel({ sscc: makeSscc(0, '0614141', serialNumber), poNumber: po, shipTo: { ...reno, postalCode } }),
        );
        const expected = [`]C1 (00)${label.sscc}`, `]C1 (400)${po}`, `]C1 (420)${postalCode}`].sort();
        expect(await readZpl(labelsAsZpl([label]))).toEqual([expected]);
        expect(await readPdf(await labelsAsPdf([label], 'labels'))).toEqual([expected]);
      }),
      { numRuns: 10 },
    );
  });

  it('has bars of the size that GS1 asks for, with quiet zones', () => {
    for (const element of labelOf(aLabel()).elements) {
      if (element.kind !== 'barcode') continue;
      const millimetres = (dots: number) => dots / 8;
      expect(millimetres(element.module)).toBeGreaterThanOrEqual(0.495);
      expect(millimetres(element.module)).toBeLessThanOrEqual(1.016);
      const width = moduleCount(element.element) * element.module;
      expect(element.x).toBeGreaterThanOrEqual(10 * element.module);
      expect(element.x + width + 10 * element.module).toBeLessThanOrEqual(LABEL_WIDTH);
      if (element.element.ai === '00') expect(millimetres(element.height)).toBeGreaterThanOrEqual(31.75);
    }
  });
});

describe('an SSCC with a wrong check digit', () => {
  it('is on no label, whichever digit is wrong', () => {
    const sscc = makeSscc(0, '0614141', 1);
    fc.assert(
      fc.property(fc.nat(17), fc.integer({ min: 1, max: 9 }), (place, change) => {
        const digit = (Number(sscc[place]) + change) % 10;
        const wrong = `${sscc.slice(0, place)}${digit}${sscc.slice(place + 1)}`;
        expect(() => labelOf(aLabel({ sscc: wrong }))).toThrowError(
          expect.objectContaining({ code: 'label-sscc-invalid' }),
        );
        expect(() => barsOf({ ai: '00', value: wrong })).toThrow();
      }),
    );
  });
});

describe('names', () => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc
      .array(fc.constantFrom('^XA', '^FS', '~JA', '_5E', '^', '~', '_', '\\', '\n', '\0', 'é', 'Ł', 'a '), {
        maxLength: 20,
      })
      .map((parts) => parts.join('')),
  );

  /** Of which a label has every character. */
  // Two characters may compose to one that labels do not have, such as = and a slash.
  const printable = name
    .map((text) => [...text].filter((one) => unprintableIn(one) === undefined).join(''))
    .filter((text) => unprintableIn(text) === undefined);

  it('bring no command into the printer’s language', () => {
    fc.assert(
      fc.property(printable, printable, printable, (shipTo, description, poNumber) => {
        const harmless = labelsAsZpl([labelOf(aLabel())]);
        const zpl = labelsAsZpl([
          labelOf(
            aLabel({
              shipTo: { ...reno, name: shipTo },
              contents: [description],
              poNumber,
              markFor: { code: poNumber },
            }),
          ),
        ]);
        // ^A@ sets letters that font 0 has not.
        const known = new Set([...commandsOf(harmless), '^A@']);
        expect(commandsOf(zpl).filter((command) => !known.has(command))).toEqual([]);
        // Every field is one line that starts with ^FO and ends with its only ^FS.
        for (const line of zpl.split('\n').filter((each) => each.startsWith('^FO'))) {
          expect(line.match(/\^FD/g)?.length ?? 0).toBeLessThanOrEqual(1);
          expect(line.match(/\^FS/g)).toHaveLength(1);
          expect(line.endsWith('^FS')).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('come out of the escape as they went in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const bytes = Buffer.from(escaped(text), 'utf8');
        const back: number[] = [];
        for (let index = 0; index < bytes.length; index += 1) {
          const byte = bytes[index] ?? 0;
          if (byte !== 0x5f) back.push(byte);
          else {
            back.push(Number.parseInt(bytes.subarray(index + 1, index + 3).toString('latin1'), 16));
            index += 2;
          }
        }
        expect(Buffer.from(back).toString('utf8')).toBe(Buffer.from(text, 'utf8').toString('utf8'));
      }),
    );
  });

  it('of every European script survive in ZPL and in PDF', async () => {
    const names = ['Łódź Żelazna', 'Crème Brûlée', 'LOWE’S', 'Ελληνικά', 'Українська'];
    const zpl = labelsAsZpl([labelOf(aLabel({ contents: names }))]);
    expect(zpl).toContain('^CI28');
    for (const each of names) expect(zpl).toContain(`^FD${each}^FS`);
    // Font 0 has Latin letters only.
    for (const each of names.slice(3))
      expect(zpl).toMatch(new RegExp(`\\^A@N,\\d+,\\d+,E:TT0003M_.FNT\\^FH\\^FD${each}`));
    expect(zpl).toMatch(/\^A0N,\d+,\d+\^FH\^FDLOWE’S/);
    const pdf = await labelsAsPdf([labelOf(aLabel({ contents: names }))], 'labels');
    const document = await library.loadDocument(pdf);
    const text = document.getPage(0).getText();
    document.destroy();
    for (const each of names) expect(text).toContain(each);
  });

  it('have a glyph for each character that is let through', () => {
    const fontkit = createRequire(createRequire(import.meta.url).resolve('pdfkit'))('fontkit') as {
      openSync(file: string): { hasGlyphForCodePoint(code: number): boolean };
    };
    const font = fontkit.openSync(FONT);
    const missing: string[] = [];
    for (let code = 0x20; code < 0x2_0000; code += 1) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const text = String.fromCodePoint(code);
      const letThrough = shown(text) !== '' && !/\p{Cn}/u.test(text) && unprintableIn(text) === undefined;
      if (letThrough && ![...shown(text)].every((one) => font.hasGlyphForCodePoint(one.codePointAt(0) ?? 0))) {
        missing.push(code.toString(16));
      }
    }
    expect(missing).toEqual([]);
  });

  it.each([
    ['Japanese', '東京支店', '"東" (U+6771)'],
    ['Hebrew', 'שלום', '"ש" (U+05E9)'],
    ['Arabic', 'متجر', '"م" (U+0645)'],
    ['a picture', 'Store 😀', '"😀" (U+1F600)'],
  ])('are refused with the field and the character: %s', (_, storeName, character) => {
    const label = () => labelOf(aLabel({ shipTo: { ...reno, name: storeName } }));
    expect(label).toThrow(
      expect.objectContaining({
        code: 'label-character-missing',
        message: `shipTo.name "${storeName}" has ${character}, which labels cannot show; they have Latin, Greek and Cyrillic letters`,
      }),
    );
  });

  it('stay inside their zones for any text, and mark cuts', () => {
    fc.assert(
      fc.property(name, fc.integer({ min: 120, max: 800 }), fc.integer({ min: 18, max: 80 }), (text, width, size) => {
        const { lines, size: own } = fitted(text, { width }, size, 2);
        expect(lines.length).toBeLessThanOrEqual(2);
        for (const line of lines) expect(widthOf(line, own)).toBeLessThanOrEqual(width);
        const inLines = lines.join(' ').replace(/\s/g, '');
        if (inLines !== shown(text).replace(/\s/g, '')) expect(inLines.endsWith('...')).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.array(printable, { maxLength: 12 }), (lines) => {
        for (const element of labelOf(aLabel({ contents: lines, shipTo: { ...reno, lines } })).elements) {
          if (element.kind !== 'text') continue;
          expect(element.x + element.width).toBeLessThanOrEqual(LABEL_WIDTH);
          expect(element.y + element.size).toBeLessThanOrEqual(LABEL_HEIGHT);
        }
      }),
    );
  });

  it('and numbers become smaller before anything of them is cut', () => {
    const content = aLabel({ proNumber: '1Z999AA10123456784', markFor: { code: 'DC07-NORTH-ANNEX' } });
    expect(textsOf(content)).toEqual(expect.arrayContaining(['PRO 1Z999AA10123456784', 'DC07-NORTH-ANNEX']));
  });

  it('are never wider in the PDF’s type than the design takes them for', () => {
    const pdf = new PDFDocument().font(FONT).fontSize(1000 * TYPE);
    for (let code = 0x20; code < 0x530; code += 1) {
      const character = String.fromCodePoint(code);
      expect(widthOf(character, 1000), character).toBeGreaterThanOrEqual(Math.floor(pdf.widthOfString(character)));
    }
  });
});

/** Matches the start of any printer command, with its two letters. */
function commandsOf(zpl: string): string[] {
  return [...zpl.matchAll(/[\^~].{0,2}/gsu)].map(([command]) => command);
}

describe('a PO number that finds no room as a barcode', () => {
  it.each(['A-LONG-PO-NUMBER-OF-22', 'POÉ-1', 'PO 12', 'A>1'])('%s is printed in type all the same', (poNumber) => {
    const content = aLabel({ poNumber });
    const codes = labelOf(content).elements.flatMap((one) => (one.kind === 'barcode' ? [one.element.ai] : []));
    expect(codes).toEqual(['420', '00']);
    expect(textsOf(content)).toContain(`PO ${poNumber}`);
  });
});

it('the character sets hold the whole data, and never need less room than the optimum', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9./()_&-]{1,18}$/), (value) => {
      const element = { ai: '400' as const, value };
      expect(isEncodable(element)).toBe(true);
      expect(
        codeSetRuns(element)
          .map(({ text }) => text)
          .join(''),
      ).toBe(`400${value}`);
      const modules = barsOf(element).reduce((total, width) => total + width, 0);
      expect(moduleCount(element)).toBeGreaterThanOrEqual(modules);
    }),
  );
});

describe('the labels of a shipment', () => {
  const sscc = (serial: number) => makeSscc(0, '0614141', serial);
  const shipment: LabelledShipment = {
    shipmentNumber: 'RNO-000001',
    carrierScac: 'ODFL',
    shipFrom: reno,
    shipTo: { ...reno, name: 'Harbor & Pine Store 0101' },
    shipToCode: '0101',
    poNumber: 'HP-1001',
    department: '12',
    vendorNumber: '40817',
    lines: [
      {
        lineNumber: 1,
        sku: 'MW-1001',
        customerSku: 'HPS-5510',
        gtin: '850012001018',
        description: 'Claw hammer',
        unit: 'EA',
      },
      { lineNumber: 2, sku: 'MW-1004', description: 'Adjustable wrench', unit: 'EA' },
    ],
    packages: [
      {
        sscc: sscc(3),
        kind: 'carton',
        palletSscc: sscc(1),
        lines: [
          { lineNumber: 1, quantity: '5' },
          { lineNumber: 2, quantity: '2' },
        ],
      },
      { sscc: sscc(1), kind: 'pallet', lines: [] },
      { sscc: sscc(2), kind: 'carton', palletSscc: sscc(1), lines: [{ lineNumber: 1, quantity: '12', lot: 'L7' }] },
    ],
  };
  const wishes: LabelWishes = {
    format: 'pdf',
    pallets: true,
    contents: true,
    postalCodeBarcode: true,
    poNumberBarcode: false,
    department: true,
    vendorNumber: true,
    markFor: true,
  };

  it('are marked for the party that the order names, else for the ship-to if the partner wishes that', () => {
    const marked = (more: Partial<LabelledShipment>, markFor: boolean) =>
      labelContents({ ...shipment, ...more }, { ...wishes, markFor }).map((label) => label.markFor)[0];
    expect(marked({}, true)).toEqual({ code: '0101', name: 'Harbor & Pine Store 0101' });
    expect(marked({}, false)).toBeUndefined();
    expect(marked({ markFor: { code: '0077', name: 'Aisle 4' } }, false)).toEqual({ code: '0077', name: 'Aisle 4' });
  });

  it('count cartons and pallets separately and state their content', () => {
    const said = labelContents(shipment, wishes).map(({ kind, number, count, contents }) => [
      kind,
      number,
      count,
      contents,
    ]);
    expect(said).toEqual([
      ['pallet', 1, 1, ['2 CARTONS']],
      ['carton', 1, 2, ['12 EA', 'ITEM HPS-5510', 'SKU MW-1001', 'GTIN 850012001018', 'LOT L7', 'Claw hammer']],
      ['carton', 2, 2, ['MIXED: 2 ITEMS']],
    ]);
  });

  it('omit parts that the partner does not want', () => {
    const bare = { ...wishes, pallets: false, contents: false, department: false, vendorNumber: false, markFor: false };
    const [first, second, ...more] = labelContents(shipment, { ...bare, postalCodeBarcode: false });
    expect(more).toEqual([]);
    expect(second?.number).toBe(2);
    expect(first).toMatchObject({
      kind: 'carton',
      count: 2,
      contents: [],
      barcodes: { postalCode: false, poNumber: false },
    });
    expect(first).not.toHaveProperty('department');
    expect(first).not.toHaveProperty('vendorNumber');
    expect(first).not.toHaveProperty('markFor');
  });
});
