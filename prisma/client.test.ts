import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../test/support/database.ts';
import { createPrismaClient, statementNames } from './client.ts';

/** A message of the server (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

const AUTHENTICATION_OK = message('R', Buffer.alloc(4));
const READY_FOR_QUERY = message('Z', Buffer.from('I'));
const SHUTDOWN = message('E', Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0'));

describe('a Postgres that dies', () => {
  it('fails only the pending query, even if it dies while the pool hands over a connection', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      // One packet, so that the client reads the shutdown before it uses the connection.
      socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATION_OK, READY_FOR_QUERY, SHUTDOWN])));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const prisma = createPrismaClient(`postgresql://anybody@127.0.0.1:${(server.address() as AddressInfo).port}/any`);
    await expect(prisma.$transaction((records) => records.order.count())).rejects.toThrow();
    await expect(prisma.order.count()).rejects.toThrow();
    await prisma.$disconnect();
    server.close();
  });

  it('is used again as soon as it has restarted', async () => {
    const database = await createTestDatabase();
    const { prisma } = database;
    await expect(
      prisma.$transaction(async (records) => {
        await records.$executeRaw`SELECT pg_terminate_backend(pg_backend_pid())`;
      }),
    ).rejects.toThrow();
    expect(await prisma.order.count()).toBe(0);
    await database.remove();
  });
});

describe('names of prepared statements', () => {
  it('are unique per text and assigned at the second use of the text', () => {
    const nameOf = statementNames();
    const [a, b] = [{ sql: 'SELECT 1' }, { sql: 'SELECT 2' }];
    expect(nameOf(a)).toBe('');
    const name = nameOf(a);
    expect(name).toMatch(/^t_.{22}$/);
    expect([nameOf(a), nameOf(b), nameOf(b)]).toEqual([name, '', expect.not.stringContaining(name)]);
    const another = statementNames();
    expect([another(a), another(a)]).toEqual(['', name]);
  });

  it('are bounded: a text used once has none, and there are at most 400', () => {
    const nameOf = statementNames();
    const texts = Array.from({ length: 3_000 }, (_, index) => ({ sql: `SELECT ${index}` }));
    expect(new Set(texts.map(nameOf))).toEqual(new Set(['']));
    const names = texts.flatMap((text) => [nameOf(text), nameOf(text), nameOf(text)]);
    expect(new Set(names.filter((name) => name !== '')).size).toBe(400);
  });

  it('are the names of the statements that Postgres has prepared', async () => {
    const database = await createTestDatabase();
    const prisma = createPrismaClient(database.url, { poolSize: 1 });
    for (const poNumber of ['1', '2', '3'])
      await prisma.$queryRaw`SELECT "id" FROM "Order" WHERE "poNumber" = ${poNumber}`;
    const kept = await prisma.$queryRaw<{ name: string; statement: string }[]>`
      SELECT "name", "statement" FROM pg_prepared_statements`;
    expect(kept).toEqual([
      { name: expect.stringMatching(/^t_/), statement: 'SELECT "id" FROM "Order" WHERE "poNumber" = $1' },
    ]);
    await prisma.$disconnect();
    await database.remove();
  });
});
