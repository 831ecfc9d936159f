import { ApplicationFailure } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { refuseImpossibleData } from '../../workers/impossible-data.ts';
import { dataFaultOf } from './database.ts';
import { rowsAs } from './records.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.remove());

const event = { system: 's', eventId: 'e', releaseNumber: 'r', type: 't', correlationId: 'c' };
const attempts: [string, () => Promise<unknown>, string][] = [
  [
    'a NUL in text',
    () => database.prisma.taxRate.create({ data: { erpSystem: 'main', country: 'US', region: 'a\0b', percent: 1 } }),
    '22021',
  ],
  ['a NUL in a statement of ours', () => database.prisma.$queryRaw`SELECT ${'a\0b'}`, '22021'],
  [
    'a NUL in its rows',
    () => database.prisma.$queryRaw`SELECT * FROM ${rowsAs('t', '"a" text', [{ a: 'a\0b' }])}`,
    '22P05',
  ],
  ['a NUL in JSON', () => database.prisma.warehouseEvent.create({ data: { ...event, payload: ['\0'] } }), '22P05'],
  [
    'half a character',
    () => database.prisma.warehouseEvent.create({ data: { ...event, payload: ['\ud800'] } }),
    '22P02',
  ],
  [
    'a time before all times',
    () =>
      database.prisma.warehouseEvent.create({
        data: { ...event, payload: {}, receivedAt: new Date('0000-12-31T10:00:00Z') },
      }),
    '22008',
  ],
];

describe('data that Postgres can never hold', () => {
  it.each(attempts)('is told from an outage: %s', async (_, attempt, state) => {
    const error = await attempt().catch((caught: unknown) => caught);
    expect(dataFaultOf(error)).toContain(`SQLSTATE ${state}`);
  });

  it('is not a key that is taken, nor a row that is not there', async () => {
    const { prisma } = database;
    await prisma.taxRate.create({ data: { erpSystem: 'main', country: 'US', region: 'p', percent: 1 } });
    const taken = await prisma.taxRate
      .create({ data: { erpSystem: 'main', country: 'US', region: 'p', percent: 1 } })
      .catch((error: unknown) => error);
    const absent = await prisma.taxRate
      .findUniqueOrThrow({ where: { erpSystem_country_region: { erpSystem: 'main', country: 'US', region: 'q' } } })
      .catch((error: unknown) => error);
    expect([taken, absent].map(dataFaultOf)).toEqual([undefined, undefined]);
  });

  it('ends the activity that meets it, instead of being tried for ever', async () => {
    const { inbound } = refuseImpossibleData({} as never);
    const execute = inbound?.execute?.bind(inbound);
    const failing = (attempt: () => Promise<unknown>) => execute?.({ args: [], headers: {} }, attempt);
    const [[, nul]] = attempts as [(typeof attempts)[number]];
    await expect(failing(nul)).rejects.toMatchObject({ nonRetryable: true, type: 'data-impossible' });
    await expect(failing(nul)).rejects.toBeInstanceOf(ApplicationFailure);
    await expect(failing(() => Promise.reject(new Error('connection lost')))).rejects.toThrow('connection lost');
  });
});
