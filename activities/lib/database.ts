import { Prisma } from '../../prisma/generated/client.ts';

/** SQLSTATE class 22, data that no column can hold (a NUL in text, a year 0), and a broken check constraint. */
const DATA_FAULT = /^22|^23514$/;

/**
 * What Postgres says of data that it can never hold, or undefined for any other error. Asking again gives the same answer, so such a fault is
 * for a person, not for a retry.
 */
export function dataFaultOf(error: unknown): string | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined;
  const { driverAdapterError } = (error.meta ?? {}) as {
    driverAdapterError?: { cause?: { originalCode?: string; originalMessage?: string } };
  };
  const { originalCode = '', originalMessage = '' } = driverAdapterError?.cause ?? {};
  return DATA_FAULT.test(originalCode) ? `${originalMessage} (SQLSTATE ${originalCode})` : undefined;
}
