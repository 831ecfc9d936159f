import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Prisma } from '../prisma/generated/client.ts';
import type { ApiDependencies } from './dependencies.ts';
import { Problem } from './errors.ts';
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

/** For how long a key's first answer is given again. */
export const IDEMPOTENCY_HOURS = 24;

interface StoredAnswer {
  readonly status: number;
  readonly body: object;
  readonly subject?: string;
}

/**
 * Gives a repetition the answer of the first request. Only successes are kept: a refusal is found again by looking again.
 *
 * What is guarded must be safe to do twice by itself (orders and payments are, by their business keys), because two requests may run
 * at once, and the process may die between the deed and its note. The first to leave its note decides the answer of both.
 *
 * @throws Problem `idempotency-key-reused`.
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
  // The body has been through its schema, so the order of its keys and its defaults make no difference.
  const requestHash = createHash('sha256')
    .update(`${operation}\n${JSON.stringify(body)}`)
    .digest('hex');
  const earlier = await find();
  if (earlier !== undefined) return earlier;
  const answer = await act();
  try {
    await prisma.idempotencyKey.create({
      data: { clientId, key, requestHash, status: answer.status, body: answer.body as Prisma.InputJsonObject },
    });
  } catch (error) {
    if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== 'P2002') throw error;
    return (await find()) ?? answer;
  }
  return answer;

  async function find() {
    const row = await prisma.idempotencyKey.findUnique({
      where: { clientId_key: { clientId: clientId ?? '', key: key ?? '' } },
    });
    if (row === null) return undefined;
    if (row.requestHash !== requestHash) {
      throw new Problem('idempotency-key-reused', 'Use a new key for another request.', {
        errors: [{ path: 'idempotency-key', message: 'came before with another request' }],
      });
    }
    return { status: row.status, body: row.body, headers: { 'Idempotency-Replayed': 'true' } } as unknown as T & {
      headers: Record<string, string>;
    };
  }
}

export async function forgetOldIdempotencyKeys({ prisma }: Pick<ApiDependencies, 'prisma'>): Promise<number> {
  const { count } = await prisma.idempotencyKey.deleteMany({
    where: { createdAt: { lt: new Date(Date.now() - IDEMPOTENCY_HOURS * 3_600_000) } },
  });
  return count;
}
