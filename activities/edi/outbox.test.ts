import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { loadProfiles } from '../partners/profile-files.ts';
import { assembleInterchange } from './assemble-interchange.ts';
import type { TransportPort } from './port.ts';
import { reportUndelivered } from './report-trouble.ts';
import { transmitInterchange } from './transmit-interchange.ts';

const handOff = { committed: () => undefined };
const profiles = loadProfiles('mappings/partners', { PARTNERS_URL: 'http://partners.test', SANDBOX_TOKEN: 'x' });

describe('delivery of an interchange whose 997 arrives before the delivery is confirmed', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.remove());

  async function anInterchange(): Promise<{ interchangeId: string; documentId: string }> {
    const interchangeId = randomUUID();
    const documentId = randomUUID();
    const number = interchangeId.slice(0, 9);
    const ends = { partnerId: 'tri-valley', direction: 'outbound', correlationId: 'c-1', state: 'prepared' };
    await database.prisma.interchange.create({
      data: {
        ...ends,
        id: interchangeId,
        senderId: 'MERIDIAN',
        receiverId: 'TRIVALLEY',
        controlNumber: number,
        hash: number,
        transport: 'https',
        bytes: new Uint8Array([1]),
        size: 1,
        documents: {
          create: {
            ...ends,
            id: documentId,
            transactionSet: '855',
            version: '004010',
            position: 1,
            body: '',
            delimiters: '*>~',
            hash: '',
          },
        },
      },
    });
    return { interchangeId, documentId };
  }

  const acknowledge = (id: string) =>
    database.prisma.document.update({
      where: { id },
      data: { state: 'acknowledged', acknowledgment: 'A', acknowledgedAt: new Date() },
    });

  it('keeps the document acknowledged and records the transmission time', async () => {
    const { interchangeId, documentId } = await anInterchange();
    const transport: TransportPort = {
      deliver: async () => {
        await acknowledge(documentId);
        return { deliveredAt: '2026-11-21T09:00:00.000Z', evidence: 'HTTP 201' };
      },
    };
    const deps = { prisma: database.prisma, handOff, profiles, transportFor: () => transport };
    await new MockActivityEnvironment().run(() => transmitInterchange(deps, { interchangeId }));

    const document = await database.prisma.document.findUniqueOrThrow({ where: { id: documentId } });
    expect(document).toMatchObject({
      state: 'acknowledged',
      acknowledgment: 'A',
      transmittedAt: new Date('2026-11-21T09:00:00.000Z'),
    });
  });

  it('does not report an acknowledged document as late', async () => {
    const { interchangeId, documentId } = await anInterchange();
    await acknowledge(documentId);
    const deps = { prisma: database.prisma, handOff, profiles, transportFor: () => ({ deliver: neverAsked }) };
    await reportUndelivered(deps, { interchangeId, refused: false, reason: 'no answer' });
    const document = await database.prisma.document.findUniqueOrThrow({ where: { id: documentId } });
    expect(document.state).toBe('acknowledged');
  });
});

describe('delivery of an order document', () => {
  let database: TestDatabase;
  const deadline = '2026-11-21T10:00:00.000Z';

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.remove());

  async function timelineOfDocumentSentAt(deliveredAt: string) {
    const id = randomUUID();
    const ends = { partnerId: 'tri-valley', direction: 'outbound', correlationId: 'c-1', state: 'prepared' };
    await database.prisma.order.create({
      data: {
        id,
        partnerId: 'tri-valley',
        poNumber: id,
        channel: 'edi',
        contentHash: id,
        profileVersion: '1',
        workflowId: id,
        correlationId: 'c-1',
        canonical: {},
        currency: 'USD',
        orderedOn: new Date('2026-11-20'),
      },
    });
    await database.prisma.interchange.create({
      data: {
        ...ends,
        id,
        senderId: 'MERIDIAN',
        receiverId: 'TRIVALLEY',
        controlNumber: id.slice(0, 9),
        hash: id,
        transport: 'https',
        bytes: new Uint8Array([1]),
        size: 1,
        documents: {
          create: {
            ...ends,
            id,
            orderId: id,
            deadline: new Date(deadline),
            transactionSet: '856',
            version: '004010',
            position: 1,
            body: '',
            delimiters: '*>~',
            hash: '',
          },
        },
      },
    });
    const transport: TransportPort = { deliver: async () => ({ deliveredAt, evidence: 'HTTP 201' }) };
    const deps = { prisma: database.prisma, handOff, profiles, transportFor: () => transport };
    await new MockActivityEnvironment().run(() => transmitInterchange(deps, { interchangeId: id }));
    return database.prisma.timelineEvent.findMany({ where: { orderId: id }, orderBy: { id: 'asc' } });
  }

  it("after its deadline is recorded as late, with both times and the partner's receipt", async () => {
    const events = await timelineOfDocumentSentAt('2026-11-21T10:00:00.001Z');
    expect(events.map(({ type }) => type)).toEqual(['document.transmitted', 'document.late']);
    expect(events[1]?.detail).toMatchObject({
      deadline,
      transmittedAt: '2026-11-21T10:00:00.001Z',
      evidence: 'HTTP 201',
    });
  });

  it('at its deadline is in time', async () => {
    const events = await timelineOfDocumentSentAt(deadline);
    expect(events.map(({ type }) => type)).toEqual(['document.transmitted']);
  });
});

describe('an interchange that five attempts assemble concurrently', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.remove());

  it('is numbered once, contains each document once, and is retried under its number until delivered', async () => {
    const { prisma } = database;
    const deps = { prisma, handOff, profiles, transportFor: () => ({ deliver: delivered }) };
    const common = { partnerId: 'tri-valley', direction: 'outbound', correlationId: 'c', transactionSet: '855' };
    for (const round of [1, 2, 3]) {
      await prisma.document.createMany({
        data: ['a', 'b'].map((name) => ({
          ...{ ...common, id: `${round}${name}`, version: '004010', state: 'queued', delimiters: '*>~', hash: '' },
          body: 'BAK*00*AC*1*20261121~',
        })),
      });
      const assembled = () => assembleInterchange(deps, { partnerId: 'tri-valley' });
      const answers = await Promise.all([1, 2, 3, 4, 5].map(assembled));
      const controlNumber = `00000000${round}`;
      for (const one of answers) expect(one).toMatchObject({ controlNumber, documents: 2 });
      expect(new Set(answers.map((one) => one?.interchangeId)).size).toBe(1);
      const interchangeId = answers[0]?.interchangeId ?? '';
      await new MockActivityEnvironment().run(() => transmitInterchange(deps, { interchangeId }));
      expect(await assembled()).toBeUndefined();
    }
    const numbers = await prisma.document.findMany({ orderBy: { id: 'asc' }, select: { transactionControl: true } });
    expect(numbers.map(({ transactionControl }) => Number(transactionControl))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await prisma.interchange.count()).toBe(3);
  });
});

const delivered = async () => ({ deliveredAt: new Date().toISOString(), evidence: 'HTTP 201' });
const neverAsked = () => Promise.reject(new Error('nothing is to be sent here'));
