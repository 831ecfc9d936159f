import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Prisma } from '../prisma/generated/client.ts';
import type { ApiDependencies } from './dependencies.ts';
import { Problem, toProblem } from './errors.ts';
import type { Caller } from './route.ts';

export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable characters without blanks')
    .optional()
    .meta({
      description:
        'Makes a repetition safe: the same key with the same body gets the first answer again, with another body it is refused. Kept for 24 hours at least.',
    }),
});

/** How long the first response of a key is repeated. */
export const IDEMPOTENCY_HOURS = 24;

interface StoredAnswer {
  readonly status: number;
  readonly body: object;
  readonly subject?: string;
}

/** The status of a key whose first request has no response yet. */
const UNDER_WAY = 0;

/**
 * Returns the first response to a repeated request. Only successes are stored: a repeated request
 * produces the same refusal again.
 *
 * The key is taken first, so that only one of several requests with different bodies is executed,
 * however close together they arrive. The guarded action must be idempotent by itself, as orders and
 * payments are by their business keys. A repetition that arrives while the first request is running,
 * or after the process died before storing the answer, executes it again instead of waiting for an
 * answer that may never come. The answer that is stored first is the answer of both.
 *
 * @throws Problem `idempotency-key-reused`, with nothing done.
 */
export async function once<T extends StoredAnswer>(
  { prisma }: Pick<ApiDependencies, 'prisma'>,
  caller: Caller,
  key: string | undefined,
  operation: string,
  body: unknown,
  act: () => Promise<T>,
): Promise<T & { headers?: Record<string, string> }> {
  const clientId = caller.client?.id;
  if (key === undefined || clientId === undefined) return act();
  // The schema has normalized the body, so key order and defaults make no difference.
  const requestHash = createHash('sha256')
    .update(`${operation}\n${JSON.stringify(body)}`)
    .digest('hex');
  const open = { clientId, key, requestHash, status: UNDER_WAY };

  let first = await take();
  while (!first) {
    const earlier = await find();
    if (earlier !== null && earlier.requestHash !== requestHash) {
      throw new Problem('idempotency-key-reused', 'Use a new key for another request.', {
        errors: [{ path: 'idempotency-key', message: 'came before with another request' }],
      });
    }
    const kept = answerOf(earlier);
    if (kept !== undefined) return kept;
    if (earlier !== null) break;
    // The first request was refused meanwhile, so the key is free again.
    first = await take();
  }
  let answer: T;
  try {
    answer = await act();
  } catch (error) {
    // A refusal changed nothing. Any other failure may have changed something, so the key stays bound to its body.
    if (first && toProblem(error).status < 500) await prisma.idempotencyKey.deleteMany({ where: open });
    // A concurrent request with the same body may have succeeded, and may be the reason for this refusal.
    const kept = first ? undefined : answerOf(await find());
    if (kept !== undefined) return kept;
    throw error;
  }
  const { count } = await prisma.idempotencyKey.updateMany({
    where: open,
    data: { status: answer.status, body: answer.body as Prisma.InputJsonObject },
  });
  return count > 0 ? answer : (answerOf(await find()) ?? answer);

  /** This request holds the key. */
  async function take(): Promise<boolean> {
    const { count } = await prisma.idempotencyKey.createMany({ data: [{ ...open, body: {} }], skipDuplicates: true });
    return count > 0;
  }

  function find() {
    return prisma.idempotencyKey.findUnique({
      where: { clientId_key: { clientId: clientId ?? '', key: key ?? '' } },
    });
  }

  /** The earlier answer to this request. */
  function answerOf(row: Awaited<ReturnType<typeof find>>) {
    if (row === null || row.requestHash !== requestHash || row.status === UNDER_WAY) return undefined;
    return { status: row.status, body: row.body, headers: { 'Idempotency-Replayed': 'true' } } as unknown as T & {
      headers: Record<string, string>;
    };
  }
}

/**
 * The id of what a request creates: that of the first request again for a repetition under its key, so that storing it
 * twice is noticed.
 */
export function idUnderKey(caller: Caller, key: string | undefined, operation: string, body: unknown): string {
  const clientId = caller.client?.id;
  if (key === undefined || clientId === undefined) return randomUUID();
  return createHash('sha256')
    .update(JSON.stringify([clientId, key, operation, body]))
    .digest('base64url');
}

export async function forgetOldIdempotencyKeys({ prisma }: Pick<ApiDependencies, 'prisma'>): Promise<number> {
  const { count } = await prisma.idempotencyKey.deleteMany({
    where: { createdAt: { lt: new Date(Date.now() - IDEMPOTENCY_HOURS * 3_600_000) } },
  });
  return count;
}
