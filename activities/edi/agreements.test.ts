import { createHash, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Invoice } from '../../mappings/canonical/v1/index.ts';
import type { Segment } from '../../sandbox/x12.ts';
import { each, interchangeOf, interchangeWith, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { acceptInterchanges } from '../intake/receive-interchange.ts';
import { createOrderRecords } from '../orders/activities.ts';
import { recordInvoice } from '../orders/record-invoice.ts';
import { type RecordsUnderTest, recordsUnderTest, shipmentOf, underWay } from '../orders/testing/records-under-test.ts';
import { assembleInterchange } from './assemble-interchange.ts';
import { processInterchange } from './read-interchange.ts';
import { agreeing } from './testing/agreeing.ts';
import { transmitInterchange } from './transmit-interchange.ts';

let given: RecordsUnderTest;
beforeEach(async () => {
  given = await recordsUnderTest();
});
afterEach(() => given.remove());

const PARTNER = 'tri-valley';

async function take(file: string, deps: RecordsUnderTest = given) {
  const bytes = Buffer.from(file, 'latin1');
  const [receipt] = await acceptInterchanges(deps, { bytes, transport: 'test', correlationId: randomUUID() });
  if (receipt?.state !== 'received') throw new Error(JSON.stringify(receipt));
  const outcome = await deps.activity(() => processInterchange(deps, { interchangeId: receipt.interchangeId }));
  return { ...outcome, interchangeId: receipt.interchangeId };
}

/** Segments of the only queued document of a set. */
async function queued(set: string): Promise<string[]> {
  const document = await given.prisma.document.findFirstOrThrow({
    where: { transactionSet: set, direction: 'outbound' },
    orderBy: { createdAt: 'desc' },
  });
  return document.body.split('~').slice(0, -1);
}

describe('a known PO number with different content', () => {
  it('is rejected if the profile says so: the 997 names BEG03, and no second order is created', async () => {
    const deps = agreeing(given, PARTNER, () => ({ duplicates: 'refuse' }));
    const order = (quantity: number, control: number) =>
      interchangeOf([purchaseOrder(PARTNER, 'TV-1', [each('MW-1001', quantity)])], control);
    expect(await take(order(2, 1), deps)).toMatchObject({ accepted: 1, rejected: 0 });
    expect(await queued('997')).toContain('AK5*A');

    expect(await take(order(3, 2), deps)).toMatchObject({ accepted: 0, rejected: 1 });
    expect(await queued('997')).toEqual([
      'AK1*PO*2',
      'AK2*850*0001',
      'AK3*BEG*2**8',
      'AK4*3*324*7*TV-1',
      'AK5*R*5',
      'AK9*R*1*1*0',
    ]);
    expect(await given.prisma.order.count()).toBe(1);
    const refused = await given.prisma.document.findFirstOrThrow({ where: { state: 'rejected' } });
    expect(JSON.stringify(refused.errors)).toContain('has agreed that such a repetition is refused');

    // Repeating the same content is a duplicate, not different content.
    expect(await take(order(2, 3), deps)).toMatchObject({ accepted: 1, rejected: 0 });
    expect(await given.prisma.order.count()).toBe(1);
  });
});

describe('a grocery purchase order, 875', () => {
  const grocery = (cases: number, control: number) => {
    const segments: Segment[] = [
      ['G50', 'N', '20261121', 'TV-875'],
      ['N1', 'ST', 'Tri-Valley Supply, Nashville branch', '92', 'BR01'],
      ['G68', String(cases), 'EA', '10.65', '', 'VP', 'MW-1001'],
      ['G76', String(cases), 'EA'],
    ];
    return interchangeWith(PARTNER, control, [{ set: '875', segments }], new Date(), 'OG');
  };

  it('becomes an order if the profile includes it; with different content it is rejected by its own segments', async () => {
    expect(await take(grocery(4, 21))).toMatchObject({ accepted: 0, rejected: 1 });
    expect(await queued('997')).toContain('AK5*R*1');
    const deps = agreeing(given, PARTNER, ({ documents }) => ({
      documents: { ...documents, inbound: ['875', '997'] },
      duplicates: 'refuse',
    }));
    expect(await take(grocery(4, 22), deps)).toMatchObject({ accepted: 1, rejected: 0 });
    const order = await given.prisma.order.findFirstOrThrow();
    expect(order).toMatchObject({
      poNumber: 'TV-875',
      canonical: { lines: [{ quantity: { value: '4', unit: 'EA' } }] },
    });
    expect(await take(grocery(5, 23), deps)).toMatchObject({ accepted: 0, rejected: 1 });
    expect(await queued('997')).toContain('AK3*G50*2**8');
    expect(await given.prisma.order.count()).toBe(1);
  });
});

describe('a purchase order in a group of the wrong type', () => {
  it('is rejected by name, its group is answered with AK502 6, and no order is created', async () => {
    const order = interchangeOf([purchaseOrder(PARTNER, 'TV-IN', [each('MW-1001', 2)])], 41).replace('GS*PO', 'GS*IN');
    const { interchangeId, ...outcome } = await take(order);
    expect(outcome).toEqual({ accepted: 0, rejected: 1 });
    expect(await queued('997')).toEqual(['AK1*IN*41', 'AK2*850*0001', 'AK5*R*6', 'AK9*R*1*1*0']);
    expect(await given.prisma.document.findFirstOrThrow({ where: { interchangeId } })).toMatchObject({
      state: 'rejected',
      errors: [{ code: 'set-not-of-group', place: { segment: 'GS', position: 1, element: 1 }, value: 'IN' }],
    });
    expect(await given.prisma.order.count()).toBe(0);
  });
});

describe('an order that violates a business rule', () => {
  it('is rejected by a 997 that names each place and its value', async () => {
    const order = interchangeOf([purchaseOrder(PARTNER, 'TV-1', [each('MW-1001', 0)])], 51).replace('CTT*1', 'CTT*9');
    const { interchangeId, ...outcome } = await take(order);
    expect(outcome).toEqual({ accepted: 0, rejected: 1 });
    expect(await queued('997')).toEqual([
      'AK1*PO*51',
      'AK2*850*0001',
      'AK3*PO1*9*PO1*8',
      'AK4*2*330*7*0',
      'AK3*CTT*10*CTT*8',
      'AK4*1*354*7*9',
      'AK5*R*5',
      'AK9*R*1*1*0',
    ]);
    expect(await given.prisma.document.findFirstOrThrow({ where: { interchangeId } })).toMatchObject({
      errors: [{ code: 'quantity-not-positive', ak: { level: 'element', code: '7', reference: '330' } }, {}],
    });
  });
});

describe('a group in a release that is not agreed', () => {
  it('is rejected as a group with AK905 2, and its sets have no errors of their own', async () => {
    const orders = ['TV-R1', 'TV-R2'].map((poNumber) => purchaseOrder(PARTNER, poNumber, [each('MW-1001', 2)]));
    const { interchangeId, ...outcome } = await take(interchangeOf(orders, 42).replaceAll('*X*004010', '*X*006020'));
    expect(outcome).toEqual({ accepted: 0, rejected: 2 });
    expect(await queued('997')).toEqual([
      'AK1*PO*42',
      'AK2*850*0001',
      'AK5*R',
      'AK2*850*0002',
      'AK5*R',
      'AK9*R*2*2*0*2',
    ]);
    expect(await given.prisma.document.findFirstOrThrow({ where: { interchangeId } })).toMatchObject({
      state: 'rejected',
      errors: [{ code: 'version-not-agreed', place: { segment: 'GS', position: 1, element: 8 }, value: '006020' }],
    });
    expect(await given.prisma.order.count()).toBe(0);
  });
});

describe('a transaction set without any effect', () => {
  it.each(['846', '865', '832', '944'])('is refused as not supported: %s', async (set) => {
    const file = interchangeWith(
      PARTNER,
      7,
      [{ set, segments: [['BIA', '00', 'SI', '1', '20261121']] }],
      new Date(),
      'IB',
    );
    const { interchangeId, ...outcome } = await take(file);
    expect(outcome).toEqual({ accepted: 0, rejected: 1 });
    expect(await queued('997')).toEqual(['AK1*IB*7', `AK2*${set}*0001`, 'AK5*R*1', 'AK9*R*1*1*0']);
    expect(await given.prisma.document.findFirstOrThrow({ where: { interchangeId } })).toMatchObject({
      state: 'rejected',
      errors: [{ code: 'set-not-supported' }],
    });
  });
});

describe('the deadline of a document', () => {
  it('counts from the agreed event, in business time of the calendar', async () => {
    const within = (after: string) =>
      agreeing(given, PARTNER, ({ documents }) => ({
        calendar: { timeZone: 'America/Chicago', workingDays: ['sunday'], hours: { opens: '10:00', closes: '11:00' } },
        documents: {
          ...documents,
          outbound: { ...documents.outbound, '855': { deadline: 'PT90M business', after } },
        },
      }));
    const deadlineOf855 = async (after: string) => {
      const orderId = await given.checked(PARTNER, [each('MW-1001', 1)]);
      // A Saturday in summer: the order arrived long before it was accepted.
      await given.prisma.order.update({
        where: { id: orderId },
        data: { receivedAt: new Date('2026-07-04T12:00:00Z') },
      });
      await given.acknowledged(orderId, within(after));
      return (await given.prisma.document.findFirstOrThrow({ where: { orderId } })).deadline;
    };
    expect(await deadlineOf855('orderReceived')).toEqual(new Date('2026-07-12T10:30:00-05:00'));
    expect(Number(await deadlineOf855('orderAccepted'))).toBeGreaterThan(Date.now());
  });
});

describe('an order', () => {
  it('follows the working days and the time zone of the profile', async () => {
    const deps = agreeing(given, PARTNER, () => ({
      calendar: {
        timeZone: 'America/Los_Angeles',
        workingDays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
        hours: { opens: '08:00', closes: '17:00' },
        holidays: ['us-federal'],
      },
      shipWithin: 'P1D business',
    }));
    const shipBy = async (poNumber: string, requestedShipDate?: string) => {
      const { orderId } = await given.accept(PARTNER, poNumber);
      const { canonical } = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
      const { requestedShipDate: _, ...order } = canonical as Record<string, string>;
      // The Wednesday before Thanksgiving, an hour before closing.
      await given.prisma.order.update({
        where: { id: orderId },
        data: {
          receivedAt: new Date('2026-11-25T16:00:00-08:00'),
          canonical: { ...order, ...(requestedShipDate && { requestedShipDate }) },
        },
      });
      const prepared = await createOrderRecords(deps).prepareOrder({ orderId, waived: [] });
      return prepared.ready ? new Date(prepared.terms.shipBy ?? '') : prepared.problem;
    };
    expect(await shipBy('TV-1')).toEqual(new Date('2026-11-27T16:00:00-08:00'));
    expect(await shipBy('TV-2', '2026-12-01')).toEqual(new Date('2026-12-01T23:59:59-08:00'));
  });
});

describe('an 855 of an order that will leave on another day than it asks for', () => {
  it.each([
    ['2026-12-03', 'IA'],
    ['2026-12-02', 'DR'],
    [undefined, 'IA'],
  ])('says so in the code of the partner: asked for %s', async (requestedShipDate, code) => {
    const deps = agreeing(given, PARTNER, () => ({ acknowledgment: { codes: { dateChanged: 'DR' } } }));
    const orderId = await given.checked(PARTNER, [each('MW-1001', 2)]);
    await given.stock('RNO', 'MW-1001', 100);
    await given.records.reserveStock({ orderId, round: 1 });
    const { canonical } = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    await given.prisma.order.update({
      where: { id: orderId },
      data: {
        shipBy: new Date('2026-12-03T20:00:00Z'),
        canonical: JSON.parse(JSON.stringify({ ...(canonical as object), requestedShipDate })),
      },
    });
    await given.acknowledged(orderId, deps);
    const { body } = await given.prisma.document.findFirstOrThrow({ where: { orderId } });
    expect(body).toContain(`ACK*${code}*2*EA*068*20261203~`);
    expect(body).toContain(code === 'IA' ? 'BAK*00*AD*' : 'BAK*00*AC*');
  });
});

describe('an expected 997', () => {
  it('has the agreed time, counted from transmission', async () => {
    const deps = agreeing(given, PARTNER, ({ documents }) => ({
      calendar: { workingDays: ['monday'] },
      documents: {
        ...documents,
        outbound: { ...documents.outbound, '855': { deadline: 'PT1H', acknowledgment: { within: 'PT1H business' } } },
      },
    }));
    const orderId = await given.checked(PARTNER, [each('MW-1001', 2)]);
    await given.stock('RNO', 'MW-1001', 100);
    await given.records.reserveStock({ orderId, round: 1 });
    await given.acknowledged(orderId, deps);
    // A Saturday.
    await sendAll(deps, '2026-11-21T12:00:00Z');
    const { acknowledgeBy } = await given.prisma.document.findFirstOrThrow({ where: { orderId } });
    expect(acknowledgeBy).toEqual(new Date('2026-11-23T01:00:00Z'));
  });
});

describe('a partner of release 5010', () => {
  const agreement = () =>
    agreeing(given, PARTNER, ({ x12, documents }) => ({
      x12: {
        ...x12,
        version: '005010',
        interchangeVersion: '00501',
        acceptedVersions: ['005010'],
        delimiters: { ...x12.delimiters, repetition: '^' },
      },
      documents: { ...documents, functionalAcknowledgment: '999', inbound: ['850', '820', '999'] },
    }));
  const in5010 = (file: string) => file.replace('*U*00401*', '*^*00501*').replaceAll('*X*004010', '*X*005010');
  const order = (control: number) =>
    in5010(interchangeOf([purchaseOrder(PARTNER, `TV-${control}`, [each('MW-1001', 2)])], control));

  it('gets a 999 for its 850 with release, set and error', async () => {
    const deps = agreement();
    expect(await take(order(11), deps)).toMatchObject({ accepted: 1, rejected: 0 });
    expect(await queued('999')).toEqual(['AK1*PO*11*005010', 'AK2*850*0001', 'IK5*A', 'AK9*A*1*1*1']);
    expect(await take(order(12).replace('BEG*00', 'BEG*XX'), deps)).toMatchObject({ accepted: 0, rejected: 1 });
    expect(await queued('999')).toEqual([
      'AK1*PO*12*005010',
      'AK2*850*0001',
      'IK3*BEG*2**8',
      'IK4*1*353*7*XX',
      'IK5*R*5',
      'AK9*R*1*1*0',
    ]);
    expect(await given.prisma.document.count({ where: { transactionSet: '997' } })).toBe(0);
  });

  it('sends a 999 for a group that we never sent: it is shown with its place and not acknowledged', async () => {
    const segments: Segment[] = [
      ['AK1', 'PR', '777', '005010'],
      ['AK2', '855', '0001'],
      ['IK5', 'A'],
      ['AK9', 'A', '1', '1', '1'],
    ];
    const file = interchangeWith(PARTNER, 14, [{ set: '999', segments }], new Date(), 'FA');
    const { interchangeId } = await take(in5010(file), agreement());
    expect(await given.prisma.document.findMany()).toMatchObject([
      {
        interchangeId,
        state: 'unmatched',
        errors: [{ code: 'nothing-to-acknowledge', place: { segment: 'AK1', position: 2, element: 2 }, value: '777' }],
      },
    ]);
  });

  it('gets 855, 856 and 810 in 5010, and its 999 acknowledges them', async () => {
    const deps = agreement();
    const { orderId, shipmentId } = await shippedFrom(deps);
    await invoiced(deps, shipmentId);

    const sent = await sendAll(deps);
    expect(sent.text).toContain('*^*00501*');
    expect(
      sent.text.match(/GS\*[^~]*/g)?.map((group) => group.split('*').filter((_, index) => index === 1 || index === 8)),
    ).toEqual([
      ['PR', '005010'],
      ['SH', '005010'],
      ['IN', '005010'],
    ]);
    const documents = () =>
      given.prisma.document.findMany({ where: { orderId, direction: 'outbound' }, orderBy: { createdAt: 'asc' } });
    const answers = (await documents()).map(
      ({ groupControl, transactionSet, transactionControl }, index): Segment[] => [
        ['AK1', ['PR', 'SH', 'IN'][index] ?? '', groupControl ?? '', '005010'],
        ['AK2', transactionSet, transactionControl ?? ''],
        ['IK5', ...(transactionSet === '856' ? ['R', '5'] : ['A'])],
        ['AK9', transactionSet === '856' ? 'R' : 'A', '1', '1', transactionSet === '856' ? '0' : '1'],
      ],
    );
    const file = interchangeWith(
      PARTNER,
      13,
      answers.map((segments) => ({ set: '999', segments })),
      new Date(),
      'FA',
    );
    expect(await take(in5010(file), deps)).toMatchObject({ accepted: 3, rejected: 0 });
    expect((await documents()).map(({ transactionSet, state }) => `${transactionSet} ${state}`)).toEqual([
      '855 acknowledged',
      '856 rejected',
      '810 acknowledged',
    ]);
    const told = await given.prisma.timelineEvent.findMany({
      where: { orderId, key: { startsWith: 'acknowledged/' } },
    });
    expect(told.map(({ summary }) => summary)).toContain('856 refused by Tri-Valley Supply (999 R)');
  });
});

describe('a partner that requires line feeds', () => {
  const order = (control: number) =>
    interchangeOf([purchaseOrder(PARTNER, `TV-${control}`, [each('MW-1001', 2)])], control);
  const agreement = () =>
    agreeing(given, PARTNER, ({ x12 }) => ({ x12: { ...x12, delimiters: { ...x12.delimiters, lineBreaks: true } } }));

  it('gets one after each segment of every interchange, also for documents queued earlier; the bytes are stored as sent', async () => {
    await take(order(31));
    const { text } = await sendAll(agreement());
    const { bytes, hash, size } = await given.prisma.interchange.findFirstOrThrow({ where: { direction: 'outbound' } });
    expect(text.split('~\n').map((segment) => segment.slice(0, 3))).toEqual([
      'ISA',
      'GS*',
      'ST*',
      'AK1',
      'AK2',
      'AK5',
      'AK9',
      'SE*',
      'GE*',
      'IEA',
      '',
    ]);
    expect(text.split('\n')).toHaveLength(text.split('~').length);
    expect(size).toBe(bytes.length);
    expect(hash).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('gets documents queued under other delimiters with those, and no line feed after a line feed terminator', async () => {
    const former = agreeing(given, PARTNER, ({ x12 }) => ({
      x12: { ...x12, delimiters: { ...x12.delimiters, element: '|', segment: '\n' } },
    }));
    await take(order(32), former);
    const { text } = await sendAll(agreement());
    expect(text).toMatch(/^ISA\|00\|/);
    expect(text).toContain('\nAK2|850|0001\nAK5|A\n');
    expect(text).not.toContain('\n\n');
  });
});

describe('an invalid document', () => {
  /** The 810 of two claw hammers, with the additions of the profile. */
  async function invoicing(addition: object) {
    const deps = agreeing(given, PARTNER, ({ map }) => ({ map: { ...map, documents: { '810': [addition] } } }));
    const { shipmentId } = await shippedFrom(deps);
    return invoiced(deps, shipmentId);
  }

  it.each([
    [
      'because an expression fails',
      { at: 'REF', elements: { '02': '$error("no such order")' } },
      'document-not-written',
      'no such order',
    ],
    [
      'because its guide refuses it',
      { at: 'DTM', elements: { '01': "'011'", '02': "'soon'" } },
      'document-not-valid',
      'DTM',
    ],
    [
      'because it contradicts itself',
      { at: 'IT1', elements: { '02': "'1'", '03': "'EA'", '04': "'5'", '06': "'VP'", '07': "'X'" } },
      'document-not-valid',
      'TDS',
    ],
  ])('is never queued: %s', async (_, addition, type, reason) => {
    await expect(invoicing(addition)).rejects.toMatchObject({
      type,
      nonRetryable: true,
      message: expect.stringContaining(reason),
    });
    expect(await given.prisma.document.count({ where: { transactionSet: '810' } })).toBe(0);
  });
});

it("an order whose guide rules do not fit the partner's current release waits for a person with the reason", async () => {
  const deps = agreeing(given, PARTNER, () => ({}));
  const profile = deps.profiles.get(PARTNER);
  if (profile === undefined) throw new Error(`no ${PARTNER}`);
  const former = { ...profile, guides: { '855': [{ segment: 'XYZ', required: true }] } };
  const orderId = await given.checked(PARTNER, [each('MW-1001', 2)]);
  await given.stock('RNO', 'MW-1001', 100);
  await given.records.reserveStock({ orderId, round: 1 });
  const acknowledged = given.acknowledged(orderId, {
    ...deps,
    profiles: { ...deps.profiles, forOrder: async () => former },
  });
  await expect(acknowledged).rejects.toMatchObject({
    type: 'guide-rules-invalid',
    nonRetryable: true,
    message: expect.stringContaining('XYZ'),
  });
});

/** Two claw hammers that were acknowledged and shipped from RNO. */
async function shippedFrom(deps: RecordsUnderTest): Promise<{ orderId: string; shipmentId: string }> {
  const records = createOrderRecords(deps);
  await given.stock('RNO', 'MW-1001', 100);
  const orderId = await given.checked(PARTNER, [each('MW-1001', 2)]);
  const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
  await given.acknowledged(orderId, deps);
  const [fulfillment] = fulfillments;
  if (fulfillment === undefined) throw new Error('nothing was reserved');
  const eventId = await given.shipped(fulfillment.releaseNumber, 'S1', [{ lineNumber: 1, quantity: '2' }]);
  const event = { orderId, fulfillmentId: fulfillment.id, system: 'main', eventId, progress: underWay };
  return { orderId, ...shipmentOf(await given.activity(() => records.recordShipment(event))) };
}

/** Records the ERP's invoice for two claw hammers. */
async function invoiced(deps: RecordsUnderTest, shipmentId: string): Promise<void> {
  const invoice: Invoice = {
    invoiceNumber: 'INV-1',
    invoicedOn: '2026-11-21',
    dueOn: '2027-01-05',
    currency: 'USD',
    lines: [{ lineNumber: 1, quantity: '2', unit: 'EA', unitPrice: '10.65', amount: 2130 }],
    charges: [],
    tax: 0,
    total: 2130,
  };
  await recordInvoice(deps, { shipmentId, invoice, progress: underWay });
}

/** Sends everything that is queued; returns the text of every interchange. */
async function sendAll(records: RecordsUnderTest, deliveredAt = new Date().toISOString()): Promise<{ text: string }> {
  const transport = { deliver: () => Promise.resolve({ deliveredAt, evidence: 'HTTP 201' }) };
  const deps = { ...records, transportFor: () => transport };
  let text = '';
  for (;;) {
    const next = await given.activity(() => assembleInterchange(deps, { partnerId: PARTNER }));
    if (next === undefined) return { text };
    await given.activity(() => transmitInterchange(deps, { interchangeId: next.interchangeId }));
    const { bytes } = await given.prisma.interchange.findUniqueOrThrow({ where: { id: next.interchangeId } });
    text += Buffer.from(bytes).toString('latin1');
  }
}
