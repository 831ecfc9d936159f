import type { Client } from '@temporalio/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import winston from 'winston';
import type { CurrentProfiles } from '../../mappings/profile/earlier.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { Dispatcher } from './dispatcher.ts';
import { type HandOffItem, handOffRows } from './hand-off.ts';

let database: TestDatabase;
let dispatchers: Dispatcher[];
beforeEach(async () => {
  database = await createTestDatabase();
  dispatchers = [];
});
afterEach(async () => {
  await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop()));
  await database.remove();
});

/** A Temporal that notes what it is given, and answers when it is let. */
class Notes {
  readonly given: string[] = [];
  answer: (workflowId: string) => Promise<void> = () => Promise.resolve();
  readonly client: Client;

  constructor() {
    const call = async (workflowId: string) => {
      this.given.push(workflowId);
      await this.answer(workflowId);
    };
    const workflow = {
      start: (_type: string, { workflowId }: { workflowId: string }) => call(workflowId),
      signalWithStart: (_type: string, { workflowId }: { workflowId: string }) => call(workflowId),
      getHandle: (workflowId: string) => ({ signal: () => call(workflowId) }),
    };
    const connection = { withDeadline: <T>(_until: number, ask: () => Promise<T>) => ask() };
    this.client = { workflow, connection } as unknown as Client;
  }
}

function dispatching(temporal: Notes): Dispatcher {
  const profiles = new Map() as unknown as CurrentProfiles;
  const log = winston.createLogger({ silent: true });
  const dispatcher = new Dispatcher({
    refuseLate: async () => undefined,
    prisma: database.prisma,
    temporal: temporal.client,
    profiles,
    log,
  });
  dispatchers.push(dispatcher);
  return dispatcher;
}

const start = (poNumber: string, partnerId = 'tri-valley'): HandOffItem => ({
  kind: 'start-order',
  partnerId,
  orderId: `order-${poNumber}`,
  workflowId: poNumber,
  poNumber,
  part: '',
  channel: 'api',
  correlationId: 'c',
});

async function stored(...items: HandOffItem[]) {
  const rows = handOffRows(items);
  await database.prisma.handOff.createMany({ data: rows });
  return rows;
}

const until = async (what: () => Promise<boolean> | boolean) => {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 10));
};
const left = () => database.prisma.handOff.count();

it('a row that was committed is handed on at once, once, and then deleted', async () => {
  const temporal = new Notes();
  dispatching(temporal).committed(await stored(start('A'), start('B')));
  await until(async () => (await left()) === 0);
  expect(temporal.given.sort()).toEqual(['A', 'B']);
});

it('a row whose writer died is handed on by another process', async () => {
  await stored(start('A'));
  const temporal = new Notes();
  dispatching(temporal).start();
  await until(async () => (await left()) === 0);
  expect(temporal.given).toEqual(['A']);
});

it('what several processes find is handed on by one of them', async () => {
  await stored(...Array.from({ length: 40 }, (_, index) => start(`A${index}`)));
  await database.prisma.handOff.updateMany({ data: { nextAttemptAt: new Date(0) } });
  const temporal = new Notes();
  for (let process = 0; process < 3; process += 1) dispatching(temporal).start();
  await until(async () => (await left()) === 0);
  expect(temporal.given).toHaveLength(40);
});

it('one that gets no answer holds back none of the others', async () => {
  const temporal = new Notes();
  let answerStuck = () => {};
  temporal.answer = (workflowId) =>
    workflowId === 'stuck' ? new Promise((resolve) => (answerStuck = resolve)) : Promise.resolve();
  dispatching(temporal).committed(
    await stored(start('stuck'), ...Array.from({ length: 200 }, (_, i) => start(`${i}`))),
  );
  await until(async () => (await left()) === 1);
  expect(temporal.given).toHaveLength(201);
  answerStuck();
  await until(async () => (await left()) === 0);
});

it('one that is refused is tried again later, and counts its attempts', async () => {
  const temporal = new Notes();
  temporal.answer = () => Promise.reject(new Error('too large'));
  dispatching(temporal).committed(await stored(start('refused')));
  const row = async () => (await database.prisma.handOff.findMany())[0];
  await until(async () => (await row())?.attempts === 1);
  expect(temporal.given).toEqual(['refused']);
});

it('one that failed often is tried again within a minute, and waiting for Temporal itself lengthens no interval', async () => {
  const away = Object.assign(new Error('no answer'), { code: 14, details: '', metadata: {} });
  const row = () => database.prisma.handOff.findFirstOrThrow();
  const temporal = new Notes();
  const rows = await stored(start('refused'));
  await database.prisma.handOff.updateMany({ data: { attempts: 12, nextAttemptAt: new Date(0) } });
  const held = rows.map((one) => ({ ...one, attempts: 12 }));

  temporal.answer = () => Promise.reject(away);
  const first = dispatching(temporal);
  first.start();
  await until(async () => temporal.given.length === 1 && (await row()).nextAttemptAt.getTime() > Date.now() - 500);
  await first.stop();
  expect(await row()).toMatchObject({ id: held[0]?.id, attempts: 12 });

  temporal.answer = () => Promise.reject(new Error('not now'));
  dispatching(temporal).start();
  await until(async () => (await row()).attempts === 13);
  const wait = (await row()).nextAttemptAt.getTime() - Date.now();
  expect(wait).toBeGreaterThan(30_000);
  expect(wait).toBeLessThanOrEqual(60_000);
});

it('wakes of one outbox that wait at the same time are one call, and a wake during a call is another', async () => {
  const temporal = new Notes();
  let answer = () => {};
  temporal.answer = () => new Promise((resolve) => (answer = resolve));
  const dispatcher = dispatching(temporal);
  const wake: HandOffItem = { kind: 'wake-outbox', partnerId: 'tri-valley' };
  dispatcher.committed(await stored(wake));
  await until(() => temporal.given.length === 1);
  for (let time = 0; time < 20; time += 1) dispatcher.committed(await stored(wake));
  temporal.answer = () => Promise.resolve();
  answer();
  await until(async () => (await left()) === 0);
  expect(temporal.given).toEqual(['outbox/tri-valley', 'outbox/tri-valley']);
});

it('one partner’s many do not hide another’s few', async () => {
  const many = Array.from({ length: 500 }, (_, index) => start(`bulk${index}`, 'bulk'));
  await stored(...many, start('few', 'small'));
  await database.prisma.handOff.updateMany({ data: { nextAttemptAt: new Date(0) } });
  const temporal = new Notes();
  dispatching(temporal).start();
  await until(() => temporal.given.includes('few'));
  expect(temporal.given.indexOf('few')).toBeLessThan(64);
});

it('a process that stops leaves what it could not hand on to the others', async () => {
  const away = new Notes();
  away.answer = () => Promise.reject(new Error('not now'));
  const dispatcher = dispatching(away);
  dispatcher.committed(await stored(start('A')));
  await dispatcher.stop();
  const temporal = new Notes();
  dispatching(temporal).start();
  await until(async () => (await left()) === 0);
  expect(temporal.given).toEqual(['A']);
});
