import { expect, it } from 'vitest';
import type { Database } from '../../prisma/client.ts';
import { Opening } from './opening.ts';

/**
 * A partner whose orders are opened at a steady rate, seen by a file that has just had 16 of its orders accepted.
 * Resolves to the seconds that the file waits before each of its next batches of eight.
 */
async function secondsOfWaiting({ backlog, perSecond }: { backlog: number; perSecond: number }): Promise<number[]> {
  let now = 0;
  const time = {
    now: () => now,
    delay: async (ms: number) => {
      now += ms;
    },
  };
  const opening = () => Math.max(0, backlog - Math.floor((perSecond * now) / 1000));
  const prisma = { $queryRaw: async () => [{ opening: opening() }] } as unknown as Database;
  const file = new Opening(prisma, 'tri-valley', time);
  const waits = [];
  for (const count of [16, 8, 8, 8]) {
    const began = now;
    await file.room(count, () => undefined);
    waits.push((now - began) / 1000);
  }
  return waits;
}

it.each([
  ['until there is room, if orders are opened soon', { backlog: 20, perSecond: 4 }, [0, 3, 0, 0]],
  ['for a short time, if nothing is opened at all', { backlog: 20, perSecond: 0 }, [0, 5, 5, 5]],
  [
    'for a bounded time, however many orders are opened before its own',
    { backlog: 5_000, perSecond: 8 },
    [0, 5, 15, 15],
  ],
])('a file waits %s', async (_title, partner, seconds) => {
  expect(await secondsOfWaiting(partner)).toEqual(seconds);
});
