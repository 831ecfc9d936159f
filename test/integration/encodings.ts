import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Encoding, encoded } from '../../mappings/x12/encoding.ts';
import { eventually } from './calls.ts';
import { closed, type Given, quiet, read } from './given.ts';
import { interchangeWith, purchaseOrder, segmentsOf850, shapes } from './purchase-orders.ts';

const { PDFiumLibrary } = createRequire(import.meta.url)('@hyzyla/pdfium') as typeof import('@hyzyla/pdfium');

interface Case {
  readonly store: string;
  readonly encoding: Encoding;
  /** In the 856, if that is another text. */
  readonly written?: string;
}

/** Every name from the partner’s file to the warehouse, the label, the 856 and back to a page. */
export function encodings(given: () => Given): void {
  /** An 850 of one line for a store of this name. */
  async function ordered(poNumber: string, control: number, { store, encoding }: Case) {
    const { calls } = given();
    const segments = [...segmentsOf850(purchaseOrder('harbor-pine', poNumber, shapes.oneLine))];
    segments.splice(6, 0, ['N1', 'Z7', store, '92', '0077']);
    const at = segments.findIndex(([id]) => id === 'DTM');
    segments.splice(at + 1, 0, ['N9', 'ZZ', '1'], ['MSG', `FOR ${store}`]);
    const bytes = encoded(interchangeWith('harbor-pine', control, [{ set: '850', segments }]), encoding);
    const [transaction] = (await read(given(), await calls.file('harbor-pine', bytes))).transactions;
    expect(transaction).toMatchObject({ state: 'accepted', errors: [] });
    return { orderId: transaction.orders[0].orderId as string, bytes };
  }

  async function throughTheOrder(poNumber: string, control: number, one: Case): Promise<void> {
    const { calls, network } = given();
    const { store, encoding, written = store } = one;
    const { orderId, bytes } = await ordered(poNumber, control, one);
    await closed(given(), [poNumber]);
    await quiet(given());
    const items = (await calls.api(`/v1/orders/${orderId}/documents`)).body.items as DocumentItem[];
    const documentOf = (set: string) => items.find((item) => item.transactionSet === set) as DocumentItem;

    // In: the text is read, and the bytes stay as they came.
    expect(documentOf('850')).toMatchObject({ encoding, rewritings: [] });
    const raw = await fetch(`${network.apiUrl}${documentOf('850').links.raw}?envelope=true`, {
      headers: { Authorization: `Bearer ${network.installation.demoKey}` },
    });
    const charset = encoding === 'latin-1' ? 'iso-8859-1' : encoding;
    expect(raw.headers.get('content-type')).toBe(`text/plain; charset=${charset}`);
    expect(Buffer.from(await raw.arrayBuffer()).toString('latin1')).toBe(bytes.toString('latin1').trimEnd());

    // Through: the warehouse and the label have the name as the partner means it.
    expect((await calls.system('wms', `/releases?poNumber=${poNumber}`)).body.items).toMatchObject([
      { markFor: { code: '0077', name: store }, notes: [`FOR ${store}`] },
    ]);
    const [{ links }] = (await calls.api(`/v1/orders/${orderId}`)).body.shipments;
    const zpl = await calls.api(links.labels, { headers: { Accept: 'application/zpl' } });
    const pdf = await textOfPdf(given(), links.labels);
    // A long name is wrapped.
    for (const word of store.split(' ')) {
      expect(zpl.body).toContain(word);
      expect(pdf).toContain(word);
    }

    // Out: the 856 has it in the partner's characters, and says where they differ.
    const notice = documentOf('856');
    expect(notice.rewritings.map(({ given: from, written: to }) => [from, to])).toEqual(
      written === store ? [] : [[store, written]],
    );
    const sent = (await calls.api(notice.links.raw)).body as string;
    expect(sent).toContain(`N1*Z7*${written}*92*0077`);
    expect((await calls.api(notice.links.self)).body.segments).toContainEqual(
      expect.objectContaining({
        id: 'N1',
        elements: expect.arrayContaining([expect.objectContaining({ reference: 'N102', value: written })]),
      }),
    );
    // The partner has these bytes.
    const files = (await calls.system('partners', '/partners/harbor-pine/files')).body.items as { fileName: string }[];
    const contents = await Promise.all(files.map(({ fileName }) => calls.mailboxFile('harbor-pine', fileName)));
    expect(contents.some((content) => content.includes(Buffer.from(`*Z7*${written}*`, 'utf8')))).toBe(true);
  }

  describe('names in other letters than those of English', () => {
    it.each([
      ['HP-1252', 840_801, { store: 'L’Épicéa Cœur', encoding: 'windows-1252', written: "L'Epicea Coeur" }],
      ['HP-UTF-FR', 840_802, { store: 'L’Épicéa Cœur', encoding: 'utf-8', written: "L'Epicea Coeur" }],
      ['HP-UTF-PL', 840_803, { store: 'Łódź İnönü', encoding: 'utf-8', written: 'Lodz Inonu' }],
      ['HP-UTF-EL', 840_804, { store: 'Αθήνα Κέντρο', encoding: 'utf-8', written: 'Athina Kentro' }],
    ] as const)('go through %s, and are transliterated for a partner that takes ASCII', (poNumber, control, one) =>
      throughTheOrder(poNumber, control, one),
    );

    it('stay as they are for a partner that takes UTF-8; a label that cannot show one says so', async () => {
      const { calls, partnersDir } = given();
      const file = join(partnersDir, 'harbor-pine.yaml');
      const before = readFileSync(file, 'utf8');
      await inForce(given(), file, `${before}\nx12: { repertoire: utf-8 }\n`);
      try {
        await throughTheOrder('HP-8-EL', 840_811, { store: 'Αθήνα Κέντρο', encoding: 'utf-8' });
        await throughTheOrder('HP-8-UK', 840_812, { store: 'Київ Поділ', encoding: 'utf-8' });

        const { orderId } = await ordered('HP-8-JA', 840_813, { store: '東京支店', encoding: 'utf-8' });
        await closed(given(), ['HP-8-JA']);
        await quiet(given());
        const items = (await calls.api(`/v1/orders/${orderId}/documents`)).body.items as DocumentItem[];
        const notice = items.find(({ transactionSet }) => transactionSet === '856') as DocumentItem;
        expect((await calls.api(notice.links.raw)).body).toContain('N1*Z7*東京支店*92*0077');
        const [{ links }] = (await calls.api(`/v1/orders/${orderId}`)).body.shipments;
        for (const Accept of ['application/zpl', 'application/pdf']) {
          expect((await calls.api(links.labels, { headers: { Accept } })).body).toMatchObject({
            code: 'label-invalid',
            detail: expect.stringContaining('markFor.name "東京支店" has "東" (U+6771), which labels cannot show'),
          });
        }
      } finally {
        await inForce(given(), file, before);
      }
    });
  });
}

interface DocumentItem {
  readonly transactionSet: string;
  readonly encoding: string | null;
  readonly rewritings: readonly { readonly given: string; readonly written: string }[];
  readonly links: { readonly self: string; readonly raw: string };
}

async function textOfPdf({ network }: Given, link: string): Promise<string> {
  const response = await fetch(`${network.apiUrl}${link}`, {
    headers: { Authorization: `Bearer ${network.installation.demoKey}`, Accept: 'application/pdf' },
  });
  const library = await PDFiumLibrary.init();
  try {
    const document = await library.loadDocument(new Uint8Array(await response.arrayBuffer()));
    const text = document.getPage(0).getText();
    document.destroy();
    return text;
  } finally {
    library.destroy();
  }
}

/** Writes the profile and waits until API and worker follow it. */
async function inForce({ calls, lines }: Given, file: string, text: string): Promise<void> {
  const versionNow = async () => (await calls.api('/v1/partners/harbor-pine')).body.profileVersion;
  const [old, read] = [await versionNow(), lines.length];
  writeFileSync(file, text);
  const version = await eventually('the changed profile', 15, async () => {
    const now = await versionNow();
    return now !== old && now;
  });
  await eventually('the same in the worker', 15, async () =>
    lines
      .slice(read)
      .some(({ part, line }) => part === 'worker' && line.includes('has changed') && line.includes(version)),
  );
}
