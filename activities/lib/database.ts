import { Prisma } from '../../prisma/generated/client.ts';

/** Prisma’s code for a unique key that is taken. */
const UNIQUE_VIOLATION = 'P2002';

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === UNIQUE_VIOLATION;
}
