import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { scanInterchanges } from '../../mappings/x12/scan.ts';
import { each, interchangeOf, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { acceptInterchanges } from '../intake/receive-interchange.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
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
const order = (control: number) =>
  interchangeOf([purchaseOrder(PARTNER, `TV-${control}`, [each('MW-1001', 2)])], control);

const acknowledging = (interchangeAcknowledgment: PartnerProfile['documents']['interchangeAcknowledgment']) =>
  agreeing(given, PARTNER, ({ documents }) => ({ documents: { ...documents, interchangeAcknowledgment } }));

function accept(file: string, deps = acknowledging('onError'), only?: string) {
  const bytes = Buffer.from(file, 'latin1');
  const speaksFor = only === undefined ? {} : { partnerId: only };
  return acceptInterchanges(deps, { bytes, transport: 'test', correlationId: randomUUID(), ...speaksFor });
}

const answers = async () =>
  (await given.prisma.document.findMany({ where: { transactionSet: 'TA1' }, orderBy: { createdAt: 'asc' } })).map(
    ({ body }) => body,
  );

/** Sends everything that is queued with TA1s requested; returns each interchange. */
async function sendAll(meanwhile = async () => {}): Promise<string[]> {
  const deliver = async () => {
    await meanwhile();
    return { deliveredAt: new Date().toISOString(), evidence: 'HTTP 201' };
  };
  const transport = { deliver };
  const asking = agreeing(given, PARTNER, ({ x12 }) => ({ x12: { ...x12, requestAcknowledgment: true } }));
  const deps = { ...asking, transportFor: () => transport };
  const files: string[] = [];
  for (;;) {
    const next = await given.activity(() => assembleInterchange(deps, { partnerId: PARTNER }));
    if (next === undefined) return files;
    await given.activity(() => transmitInterchange(deps, { interchangeId: next.interchangeId }));
    const { bytes } = await given.prisma.interchange.findUniqueOrThrow({ where: { id: next.interchangeId } });
    files.push(Buffer.from(bytes).toString('latin1'));
  }
}

describe('a TA1 that we send', () => {
  const wrongCount = (control: number) => order(control).replace(/IEA\*1/, 'IEA*4');
  const asking = (control: number) => order(control).replace(/\*0\*T\*>~/, '*1*T*>~');

  it('reports to a known partner that an interchange is rejected, and why', async () => {
    expect(await accept(wrongCount(61))).toMatchObject([{ state: 'rejected' }]);
    expect(await answers()).toEqual([expect.stringMatching(/^TA1\*000000061\*\d{6}\*\d{4}\*R\*021~$/)]);
    expect(given.told).toContainEqual({ workflowId: `outbox/${PARTNER}`, what: 'wake' });
    // A repetition of the file is answered by the TA1 that is already queued.
    await accept(wrongCount(61));
    expect(await answers()).toHaveLength(1);
  });

  it('reports production data while the partner is in test', async () => {
    await accept(order(62).replace('*T*>~', '*P*>~'));
    expect(await answers()).toEqual([expect.stringMatching(/\*R\*020~$/)]);
  });

  it('is sent for a valid interchange that requests it in ISA14, and for each if the profile says so', async () => {
    await accept(order(63));
    expect(await answers()).toEqual([]);
    await accept(asking(64));
    expect(await answers()).toEqual([expect.stringMatching(/^TA1\*000000064\*\d{6}\*\d{4}\*A\*000~$/)]);
    await accept(order(65), acknowledging('always'));
    await accept(order(65), acknowledging('always'));
    expect(await answers()).toHaveLength(2);
    await accept(wrongCount(66), acknowledging('never'));
    await accept(asking(67), acknowledging('never'));
    expect(await answers()).toHaveLength(2);
  });

  it('reports a reused control number of a valid interchange, if one is sent at all', async () => {
    const again = (control: number, poNumber: string) =>
      interchangeOf([purchaseOrder(PARTNER, poNumber, [each('MW-1001', 3)])], control);
    await accept(order(72));
    await accept(again(72, 'TV-A'));
    expect(await answers()).toEqual([]);
    expect(await accept(again(72, 'TV-B'), acknowledging('always'))).toMatchObject([
      { state: 'received', errors: [{ code: 'control-number-again' }] },
    ]);
    expect(await answers()).toEqual([expect.stringMatching(/^TA1\*000000072\*\d{6}\*\d{4}\*E\*025~$/)]);
  });

  it('is not sent to an unknown sender, nor for a sender that may not act for the partner', async () => {
    await accept(wrongCount(68).replaceAll('TRIVALLEY  ', 'STRANGER   '));
    await accept(wrongCount(69), acknowledging('always'), 'harbor-pine');
    expect(await answers()).toEqual([]);
  });

  it('is sent in its own interchange without a group, which is valid and not answered by another TA1', async () => {
    await accept(wrongCount(70));
    await accept(wrongCount(71));
    await given.prisma.document.create({
      data: {
        id: '997',
        direction: 'outbound',
        partnerId: PARTNER,
        transactionSet: '997',
        version: '004010',
        state: 'queued',
        body: 'AK1*PO*1~AK9*A*1*1*1~',
        delimiters: '*>~',
        hash: '',
        correlationId: 'c',
        deadline: new Date(),
      },
    });
    const files = await sendAll();
    expect(files.map((file) => file.split('~').map((segment) => segment.slice(0, 3)))).toEqual([
      ['ISA', 'TA1', 'IEA', ''],
      ['ISA', 'TA1', 'IEA', ''],
      ['ISA', 'GS*', 'ST*', 'AK1', 'AK9', 'SE*', 'GE*', 'IEA', ''],
    ]);
    // ISA14: a TA1 does not request a TA1.
    expect(files.map((file) => file.split('*')[14])).toEqual(['0', '0', '1']);
    const [scanned] = scanInterchanges(Buffer.from(files[0] ?? '', 'latin1'));
    expect(scanned).toMatchObject({ ok: true, groupCount: 0, interchangeAcknowledgments: [{ note: '021' }] });
    // The outbox numbers have no gaps, although a TA1 has no group and set control numbers.
    const numbers = await given.prisma.document.findMany({
      where: { direction: 'outbound' },
      select: { groupControl: true, transactionControl: true, state: true },
      orderBy: { createdAt: 'asc' },
    });
    expect(numbers).toEqual([
      { groupControl: null, transactionControl: null, state: 'transmitted' },
      { groupControl: null, transactionControl: null, state: 'transmitted' },
      { groupControl: '1', transactionControl: '0001', state: 'transmitted' },
    ]);

    const back = (files[0] ?? '')
      .replace('MERIDIAN       ', 'X')
      .replace('TRIVALLEY      ', 'MERIDIAN       ')
      .replace('ZZ*X', 'ZZ*TRIVALLEY      ');
    expect(await accept(back, acknowledging('always'))).toMatchObject([{ state: 'received' }]);
    expect(await answers()).toHaveLength(2);
  });
});

describe('a TA1 from the partner', () => {
  /** Two 855s that were sent in one interchange; its control number. */
  async function sent(meanwhile?: () => Promise<void>): Promise<string> {
    for (const poNumber of ['A', 'B']) {
      const { orderId } = await given.accept(PARTNER, `TV-${poNumber}`);
      await given.prisma.document.create({
        data: {
          id: `855-${poNumber}`,
          direction: 'outbound',
          partnerId: PARTNER,
          transactionSet: '855',
          version: '004010',
          state: 'queued',
          orderId,
          body: `BAK*00*AD*TV-${poNumber}*20261121~`,
          delimiters: '*>~',
          hash: '',
          correlationId: 'c',
          deadline: new Date(Date.now() + 3_600_000),
        },
      });
    }
    await sendAll(meanwhile);
    given.told.length = 0;
    const { controlNumber } = await given.prisma.interchange.findFirstOrThrow({ where: { direction: 'outbound' } });
    return controlNumber;
  }

  async function hear(control: number, ta1: string): Promise<void> {
    const file = order(control).replace(/~\s*GS\*.*~\s*IEA\*1/s, `~${ta1}~IEA*0`);
    const [receipt] = await accept(file);
    if (receipt?.state !== 'received') throw new Error(JSON.stringify(receipt));
    await given.activity(() => processInterchange(given, { interchangeId: receipt.interchangeId }));
  }

  const states = async () =>
    (await given.prisma.document.findMany({ where: { transactionSet: '855' }, orderBy: { id: 'asc' } })).map(
      ({ state, acknowledgment }) => `${state} ${acknowledgment}`,
    );
  // A hand-off names the order; the workflow id is resolved on delivery.
  const orderIdOf = async (poNumber: string) => (await given.prisma.order.findFirstOrThrow({ where: { poNumber } })).id;
  const troubles = () => given.told.filter(({ what }) => what === 'documentTrouble');

  it('that rejects our interchange rejects each of its documents and signals their orders once, with the reason', async () => {
    const controlNumber = await sent();
    await hear(81, `TA1*${controlNumber}*261121*1200*R*023`);
    expect(await states()).toEqual(['rejected R', 'rejected R']);
    expect(troubles()).toMatchObject([
      { workflowId: await orderIdOf('TV-A'), payload: { documentId: '855-A', trouble: 'rejected' } },
      { workflowId: await orderIdOf('TV-B'), payload: { documentId: '855-B', trouble: 'rejected' } },
    ]);
    expect(JSON.stringify(troubles())).toContain(`refused interchange ${controlNumber}: the file ends too early`);
    await hear(82, `TA1*${controlNumber}*261121*1200*R*023`);
    expect(troubles()).toHaveLength(2);
    const refused = await given.prisma.interchange.findFirstOrThrow({ where: { direction: 'outbound' } });
    expect(refused).toMatchObject({ state: 'refused', evidence: expect.stringContaining('TA1 R 023') });
  });

  it('that arrives before our delivery is confirmed is not overwritten by the confirmation', async () => {
    const meanwhile = async () => {
      const { controlNumber } = await given.prisma.interchange.findFirstOrThrow({ where: { direction: 'outbound' } });
      await hear(86, `TA1*${controlNumber}*261121*1200*R*023`);
    };
    await sent(meanwhile);
    expect(await states()).toEqual(['rejected R', 'rejected R']);
    expect(await given.prisma.interchange.findFirstOrThrow({ where: { direction: 'outbound' } })).toMatchObject({
      state: 'refused',
      evidence: expect.stringContaining('TA1 R 023'),
      deliveredAt: expect.any(Date),
    });
  });

  it('that accepts it is noted on each order, and the 997 is still expected', async () => {
    const controlNumber = await sent();
    await hear(83, `TA1*${controlNumber}*261121*1200*A*000`);
    expect(await states()).toEqual(['transmitted null', 'transmitted null']);
    expect(troubles()).toEqual([]);
    const noted = await given.prisma.timelineEvent.findMany({ where: { key: { startsWith: 'interchange-ack' } } });
    expect(noted.map(({ summary }) => summary)).toEqual([
      `Interchange ${controlNumber} with the 855 reached Tri-Valley Supply (TA1 A 000)`,
      `Interchange ${controlNumber} with the 855 reached Tri-Valley Supply (TA1 A 000)`,
    ]);
  });

  it('for an interchange that we never sent changes nothing, and is shown with the file that contained it', async () => {
    await sent();
    await hear(84, 'TA1*000009999*261121*1200*R*023');
    expect(await states()).toEqual(['transmitted null', 'transmitted null']);
    expect(troubles()).toEqual([]);
    expect(await given.prisma.interchange.findFirstOrThrow({ where: { direction: 'inbound' } })).toMatchObject({
      state: 'processed',
      errors: [
        {
          code: 'nothing-to-acknowledge',
          message: expect.stringContaining('interchange 000009999, which was never sent'),
          place: { segment: 'TA1', element: 1 },
          value: '000009999',
        },
      ],
    });
    expect(await answers()).toEqual([]);
  });

  it('with a TA101 that cannot be queried is shown like any other', async () => {
    await hear(85, 'TA1*00000\x00999*261121*1200*R*023');
    const { errors } = await given.prisma.interchange.findFirstOrThrow({ where: { direction: 'inbound' } });
    expect(errors).toMatchObject([{ code: 'nothing-to-acknowledge', value: '00000\u2400999' }]);
  });
});
