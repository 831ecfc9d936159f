import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../integration/calls.ts';
import { elementOf, type ReceivedDocument } from '../integration/received-documents.ts';
import { changes, TO_CHANGE } from './changes.ts';
import { files, givenMall, type Mall, type MallPartner } from './mall.ts';

/**
 * Orders in the manner of large retailers, one file each. Each is traded to its end, or is held with a question
 * that a person answers here.
 */

interface Practice {
  readonly as: MallPartner;
  readonly poNumber: string;
  /** Orders that the file becomes, by part; quantities as warehouse releases have them. */
  readonly parts?: Readonly<Record<string, readonly string[]>>;
  readonly version?: string;
  /** What a person is asked, and what they answer. */
  readonly asked?: { type: string; summary: RegExp; answer: 'accept' | 'cancel' };
  readonly check?: (seen: Seen) => void;
  /** The file is refused, with this error. */
  readonly refused?: string;
  /** Its 855 rejects the order, and nobody is asked. */
  readonly rejects?: RegExp;
}

interface Seen {
  // biome-ignore lint/suspicious/noExplicitAny: records of the sandbox and of our API, whose schemas have tests of their own
  readonly orders: readonly any[];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly releases: readonly any[];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly erp: readonly any[];
  readonly labels: readonly string[];
  /** By transaction set, in the order in which they came. */
  readonly documents: Readonly<Record<string, readonly ReceivedDocument[]>>;
}

const WHOLE = { '': ['6 MW-1001'] } as const;
const [stores, asks] = ['mall-stores', 'mall-asks'] as const;
const texts = (documents: readonly ReceivedDocument[] | undefined, id: string) =>
  (documents ?? []).map(({ segments }) =>
    segments.filter((one) => one.id === id).map(({ elements }) => [id, ...elements].join('*')),
  );

const practices: Readonly<Record<string, Practice>> = {
  'bulk-to-distribution-center': {
    as: stores,
    poNumber: 'PR-BULK',
    parts: { '': ['48 MW-1002', '12 MW-1001'] },
  },
  'stores-through-center': {
    as: stores,
    poNumber: 'PR-SDQ',
    parts: {
      'store 0101': ['6 MW-1001', '5 MW-1007'],
      'store 0102': ['4 MW-1001'],
      'store 0103': ['2 MW-1001', '5 MW-1007'],
    },
    check: ({ releases, labels, documents }) => {
      expect(releases.map(({ shipTo }) => shipTo.name)).toEqual(Array(3).fill('Mall Street DC'));
      expect(releases.map(({ markFor }) => markFor.code)).toEqual(['0101', '0102', '0103']);
      expect(labels.map((zpl) => /\^FD(010\d)\^FS/.exec(zpl)?.[1])).toEqual(['0101', '0102', '0103']);
      // Each part has its own outbox entry, so that its notice may leave before another's.
      const marked = texts(documents['856'], 'N1').map((n1) => n1.find((one) => one.startsWith('N1*Z7')));
      expect(marked.toSorted()).toEqual(['N1*Z7**92*0101', 'N1*Z7**92*0102', 'N1*Z7**92*0103']);
    },
  },
  'stores-direct': {
    as: stores,
    poNumber: 'PR-DIRECT',
    parts: { 'store 0101': ['6 MW-1001'], 'store 0102': ['3 MW-1001'] },
    check: ({ releases }) => {
      expect(releases.map(({ shipTo }) => shipTo.name)).toEqual(['Mall Street 0101', 'Mall Street 0102']);
    },
  },
  'stores-by-quantity': {
    as: stores,
    poNumber: 'PR-BYQTY',
    parts: { 'store 0101': ['5 MW-1001'], 'store 0102': ['3 MW-1001'] },
  },
  'stores-of-two-dates': {
    as: stores,
    poNumber: 'PR-BOTH',
    check: ({ orders }) => expect(orders).toHaveLength(4),
  },
  'stores-that-do-not-add-up': {
    as: stores,
    poNumber: 'PR-SUM',
    refused: 'store-quantity-differs',
  },
  'mark-for': {
    as: stores,
    poNumber: 'PR-MARK',
    parts: WHOLE,
    check: ({ releases, labels }) => {
      expect(releases).toMatchObject([{ markFor: { code: '0102', name: 'Mall Street 0102' } }]);
      expect(labels[0]).toContain('^FD0102^FS');
    },
  },
  'drop-ship': {
    as: stores,
    poNumber: 'PR-DROP',
    parts: { '': ['1 MW-1001'] },
    check: ({ releases, erp, labels, documents }) => {
      const consumer = { name: 'Jo Field', lines: ['12 Elm Street', 'Flat 3'], city: 'Astoria', postalCode: '97103' };
      expect(releases).toMatchObject([{ shipTo: consumer, contact: { phone: '503-555-0100' } }]);
      expect(erp).toMatchObject([{ shipTo: consumer }]);
      expect(labels[0]).toContain('^FDFlat 3^FS');
      expect(texts(documents['856'], 'N3')[0]).toContain('N3*12 Elm Street*Flat 3');
    },
  },
  blanket: {
    as: stores,
    poNumber: 'PR-BLANKET',
    rejects: /a blanket order, of which only releases/,
  },
  'release-of-blanket': {
    as: stores,
    poNumber: 'PR-RELEASE',
    parts: { '': ['5 MW-1001'] },
    check: ({ documents }) => expect(elementOf(documents['855']?.[0] as ReceivedDocument, 'BAK', 5)).toBe('R-7'),
  },
  'pre-pack': {
    as: stores,
    poNumber: 'PR-PACK',
    parts: { '': ['36 MW-1002'] },
    check: ({ releases }) => {
      expect(releases[0].lines[0].components).toEqual([
        { item: { sku: 'MW-1001' }, quantity: { value: '2', unit: 'EA' } },
        { item: { sku: 'MW-1007' }, quantity: { value: '4', unit: 'EA' } },
      ]);
    },
  },
  'pack-of-another-size': {
    as: stores,
    poNumber: 'PR-SIZE',
    asked: { type: 'pack-differs', summary: /the buyer counts 5 pieces of MW-1002 in one CA, we 12/, answer: 'accept' },
    parts: { '': ['24 MW-1002'] },
  },
  'ship-to-by-line': {
    as: stores,
    poNumber: 'PR-LINES',
    parts: { 'ship-to 0101': ['6 MW-1001'], 'ship-to DC01': ['7 MW-1007'] },
    check: ({ releases }) => {
      expect(releases.map(({ shipTo }) => shipTo.name)).toEqual(['Mall Street 0101', 'Mall Street DC']);
    },
  },
  'two-ship-tos': {
    as: asks,
    poNumber: 'PR-TWO',
    asked: { type: 'content-not-used', summary: /several ship-tos/, answer: 'accept' },
    parts: WHOLE,
  },
  'two-dates': {
    as: stores,
    poNumber: 'PR-DATES',
    check: ({ orders, releases }) => {
      expect(orders).toHaveLength(2);
      expect(releases.map(({ lines }) => lines[0].quantity)).toEqual(['6', '4']);
      expect(releases[0].shipBy < releases[1].shipBy).toBe(true);
    },
  },
  allowance: {
    as: stores,
    poNumber: 'PR-ALLOW',
    parts: WHOLE,
    check: ({ orders }) => expect(orders[0].asOrdered.attributes.allowances).toMatch(/SAC01 A, SAC02 C310/),
  },
  notes: {
    as: stores,
    poNumber: 'PR-NOTES',
    parts: WHOLE,
    check: ({ releases }) => expect(releases[0].notes).toEqual(['STACK NO HIGHER THAN FIVE']),
  },
  'ship-window': {
    as: stores,
    poNumber: 'PR-WINDOW',
    parts: WHOLE,
    check: ({ releases }) => {
      const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
      expect(releases[0]).toMatchObject({ shipNotBefore: day(0), cancelAfter: day(9) });
      expect(releases[0].shipBy <= day(6)).toBe(true);
    },
  },
  'window-that-cannot-be-kept': {
    as: stores,
    poNumber: 'PR-NEVER',
    asked: { type: 'dates-not-kept', summary: /nothing may ship before/, answer: 'cancel' },
  },
  'price-per-piece-of-a-case': {
    as: stores,
    poNumber: 'PR-EACH',
    parts: { '': ['24 MW-1002'] },
    check: ({ orders, documents }) => {
      expect(orders[0].lines[0].unitPrice).toBe('141.6');
      expect(texts(documents['810'], 'TDS')).toEqual([['TDS*28320']]);
    },
  },
  'retail-price': {
    as: asks,
    poNumber: 'PR-RETAIL',
    asked: { type: 'content-not-used', summary: /a suggested retail price/, answer: 'accept' },
    parts: { '': ['2 MW-1001'] },
  },
  consignment: {
    as: asks,
    poNumber: 'PR-CONSIGN',
    asked: { type: 'content-not-used', summary: /consigned goods/, answer: 'cancel' },
  },
  'carrier-and-service': {
    as: stores,
    poNumber: 'PR-SERVICE',
    parts: WHOLE,
    check: ({ releases, documents }) => {
      expect(releases[0]).toMatchObject({ serviceLevel: 'ST' });
      expect(texts(documents['856'], 'TD5')[0]?.[0]).toMatch(/^TD5\*.*\*2\*ODFL\*M/);
    },
  },
  'upc-only': { as: stores, poNumber: 'PR-UPC', parts: WHOLE },
  'sample-without-charge': {
    as: stores,
    poNumber: 'PR-FREE',
    asked: { type: 'price-outside-tolerance', summary: /says 0, ours is 14.2/, answer: 'accept' },
    parts: { '': ['1 MW-1001'] },
    check: ({ documents }) => expect(texts(documents['810'], 'TDS')).toEqual([['TDS*0']]),
  },
  'two-thousand-lines': {
    as: stores,
    poNumber: 'PR-2000',
    check: ({ orders, documents }) => {
      expect(orders[0].lineCount).toBe(2000);
      expect(texts(documents['810'], 'CTT')).toEqual([['CTT*2000']]);
    },
  },
  'utf-8': {
    as: stores,
    poNumber: 'PR-UTF8',
    parts: WHOLE,
    check: ({ releases, erp, labels, documents }) => {
      const consumer = { name: 'Zoë Núñez', lines: ['7 L’Allée des Chênes'], city: 'Cañon City' };
      expect(releases).toMatchObject([{ shipTo: consumer, notes: ['FRAGILE – GARDER AU SEC, MERCI ☺'] }]);
      expect(erp).toMatchObject([{ shipTo: consumer }]);
      for (const text of ['Zoë Núñez', '7 L’Allée des Chênes', 'Cañon City']) expect(labels[0]).toContain(text);
      // This partner takes ASCII.
      expect(texts(documents['856'], 'N3')[0]).toContain("N3*7 L'Allee des Chenes");
      expect(texts(documents['856'], 'N4')[0]?.[0]).toMatch(/^N4\*Canon City\*CO/);
    },
  },
  'utf-8-greek': {
    as: stores,
    poNumber: 'PR-GREEK',
    parts: WHOLE,
    check: ({ releases, labels, documents }) => {
      expect(releases).toMatchObject([{ markFor: { name: 'Ελληνική Γωνία' } }]);
      expect(labels[0]).toContain('Ελληνική Γωνία');
      expect(texts(documents['856'], 'N1')[0]).toContain('N1*Z7*Elliniki Gonia*92*0102');
    },
  },
  'release-003060': {
    as: stores,
    poNumber: 'PR-3060',
    version: '003060',
    parts: WHOLE,
    check: ({ releases }) => expect(releases[0].notes).toEqual(['STACK FLAT']),
  },
  'release-004030': { as: stores, poNumber: 'PR-4030', version: '004030', parts: WHOLE },
  'release-006020': { as: stores, poNumber: 'PR-6020', version: '006020', parts: WHOLE },
};

describe('industry practice', { timeout: 120_000 }, () => {
  let mall: Mall;
  beforeAll(async () => {
    mall = await givenMall();
  });
  afterAll(() => mall?.stop());

  it('has an expectation for every file', () => {
    expect([TO_CHANGE, ...Object.keys(practices), ...Object.keys(changes)].sort()).toEqual([...files].sort());
  });

  it.each(Object.entries(practices))('%s', async (file, practice) => {
    const { as, poNumber, parts, version, asked, check, refused, rejects } = practice;
    const transaction = await mall.send(file, as, version);
    if (refused !== undefined) {
      expect(transaction).toMatchObject({ state: 'rejected', errors: [{ code: refused }] });
      return;
    }
    expect(transaction).toMatchObject({ state: 'accepted', errors: [] });
    if (asked !== undefined) await answer(mall, transaction.orders, asked);
    const isRejected = rejects !== undefined || asked?.answer === 'cancel';
    const orders = await ended(mall, poNumber, isRejected ? 'rejected' : 'closed');
    const seen = await seenOf(mall, as, poNumber, orders);
    if (rejects !== undefined) {
      expect(seen.orders).toMatchObject([{ exceptions: [] }]);
      const { items } = (await mall.api(`/v1/orders/${orders[0]?.id}/timeline`)).body;
      expect(items.map(({ summary }: { summary: string }) => summary)).toContainEqual(expect.stringMatching(rejects));
      const answers = await eventually('the 855', 30, async () => {
        const { documents } = await seenOf(mall, as, poNumber, orders);
        return documents['855']?.length === 1 && documents['855'];
      });
      expect(elementOf(answers[0] as ReceivedDocument, 'BAK', 2)).toBe('RD');
      return;
    }
    if (parts !== undefined) {
      const found = orders.map(({ id, part }) => [part, seen.quantities.get(id)]);
      expect(Object.fromEntries(found)).toEqual(parts);
    }
    for (const documents of Object.values(seen.documents)) {
      for (const { faults } of documents) expect(faults).toEqual([]);
    }
    if (!isRejected) {
      for (const set of ['855', '856', '810']) expect(seen.documents[set]).toHaveLength(orders.length);
    }
    check?.(seen);
  });

  it.each(Object.entries(changes))('%s', async (file, { as, version, points, comesFirst }) => {
    const poNumber = `PR-${file.toUpperCase()}`.slice(0, 22);
    const early = comesFirst ? await mall.send(file, as, version, poNumber) : undefined;
    const order = await mall.send(TO_CHANGE, as, '004010', poNumber);
    expect(order).toMatchObject({ state: 'accepted', errors: [] });
    const { documentId, state } = early ?? (await mall.send(file, as, version, poNumber));
    expect(state).toBe('kept');
    const [{ orderId }] = order.orders;
    const read = async () => (await mall.api(`/v1/documents/${documentId}`)).body;
    const cancels = file === 'change-cancel';
    expect(await read()).toMatchObject({
      state: 'kept',
      orderIds: [orderId],
      question: {
        asks: cancels ? 'asks to cancel the order' : 'asks for a change of the order',
        poNumber,
        change: { points: points(), ended: false, cancels: cancels ? [`/v1/orders/${orderId}/cancel`] : [] },
      },
    });
    const { body: timeline } = await mall.api(`/v1/orders/${orderId}/timeline`);
    const told = timeline.items.filter(({ type }: { type: string }) => type === 'order.change-asked');
    expect(told).toMatchObject([{ summary: expect.stringMatching(/\(860\); nothing is changed by it/) }]);
    const summary = /line 3 says 1/;
    if (cancels) {
      await eventually('a question', 30, async () => {
        const { body } = await mall.api('/v1/exceptions');
        return body.items.some((one: { orderId: string }) => one.orderId === orderId);
      });
      const reason = 'they asked for it';
      expect(await mall.api(`/v1/orders/${orderId}/cancel`, { reason })).toMatchObject({ status: 200 });
    } else await answer(mall, order.orders, { type: 'price-outside-tolerance', summary, answer: 'cancel' });
    // It ends before it is accepted: cancelled by a person, or rejected because of a problem.
    const end = cancels ? 'cancelled' : 'rejected';
    await ended(mall, poNumber, end);
    const { change } = (await read()).question;
    expect(change).toMatchObject({ ended: true, cancels: [] });
    expect(change.points).toEqual([`the order has ended already: it is ${end}`, ...points()]);
  });
});

type Row = { id: string; part: string; erpOrderNumber: string | null };

async function answer(
  { api }: Mall,
  orders: readonly { orderId: string }[],
  { type, summary, answer: resolution }: NonNullable<Practice['asked']>,
): Promise<void> {
  for (const { orderId } of orders) {
    const exception = await eventually('a question', 30, async () => {
      const { body } = await api('/v1/exceptions');
      return body.items.find((one: { orderId: string }) => one.orderId === orderId);
    });
    expect(exception).toMatchObject({ type, summary: expect.stringMatching(summary) });
    expect(exception.resolutions).toContain(resolution);
    const { status } = await api(`/v1/exceptions/${exception.id}/resolve`, { resolution, note: 'decided in a test' });
    expect(status).toBe(200);
  }
}

async function ended({ prisma }: Mall, poNumber: string, status: string): Promise<Row[]> {
  let seen: unknown;
  return eventually(
    `${poNumber} ${status}`,
    60,
    async () => {
      const orders = await prisma.order.findMany({
        where: { poNumber },
        select: { id: true, part: true, status: true, waitingFor: true, erpOrderNumber: true },
        orderBy: { partNumber: 'asc' },
      });
      seen = orders;
      return orders.length > 0 && orders.every((order) => order.status === status) && orders;
    },
    () => seen,
  );
}

async function seenOf(mall: Mall, as: MallPartner, poNumber: string, rows: readonly Row[]) {
  const { body } = await mall.system('wms', `/releases?poNumber=${poNumber}`);
  const released = new Map<string, string>();
  const fulfillments = await mall.prisma.fulfillment.findMany({
    where: { order: { poNumber } },
    select: { releaseNumber: true, orderId: true },
  });
  for (const { releaseNumber, orderId } of fulfillments) released.set(releaseNumber, orderId);
  // biome-ignore lint/suspicious/noExplicitAny: as the sandbox has it
  const all: any[] = body.items ?? [];
  const releases = rows.flatMap(({ id }) => all.filter(({ releaseNumber }) => released.get(releaseNumber) === id));
  const quantities = new Map(
    rows.map(({ id }) => [
      id,
      releases
        .filter(({ releaseNumber }) => released.get(releaseNumber) === id)
        .flatMap(({ lines }) => lines.map((line: { quantity: string; sku: string }) => `${line.quantity} ${line.sku}`)),
    ]),
  );
  const orders = await Promise.all(
    rows.map(async ({ id }) => ({
      ...(await mall.api(`/v1/orders/${id}`)).body,
      asOrdered: (await mall.api(`/v1/orders/${id}/as-ordered`)).body,
    })),
  );
  const erp = await Promise.all(
    rows.flatMap(({ erpOrderNumber }) =>
      erpOrderNumber === null ? [] : [mall.system('erp', `/orders/${erpOrderNumber}`).then(({ body: order }) => order)],
    ),
  );
  const labels = await Promise.all(
    orders.flatMap(({ shipments }) =>
      shipments.map(({ links }: { links: { labels: string } }) => mall.text(links.labels, 'application/zpl')),
    ),
  );
  const received = await mall.received(as);
  const places = { '855': ['BAK', 3], '856': ['PRF', 1], '810': ['BIG', 4] } as const;
  const documents = Object.fromEntries(
    Object.entries(places).map(([set, [id, element]]) => [
      set,
      received.filter((one) => one.set === set && elementOf(one, id, element) === poNumber),
    ]),
  );
  return { orders, releases, erp, labels, documents, quantities };
}
