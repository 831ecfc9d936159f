import { Prisma } from '../../prisma/generated/client.ts';

/** SQLSTATE class 22, data that no column can hold (a NUL in text, a year 0), and a broken check constraint. */
const DATA_FAULT = /^22|^23514$/;

/**
 * Postgres's message for data that it can never store; undefined for any other error. A retry would
 * fail the same way, so a person has to decide.
 */
export function dataFaultOf(error: unknown): string | undefined {
  const { code, message } = faultOf(error);
  return DATA_FAULT.test(code) ? `${message} (SQLSTATE ${code})` : undefined;
}

/** Whether a statement failed because a value is there that the index holds once. */
export function isTaken(error: unknown, index: string): boolean {
  const { code, message } = faultOf(error);
  return code === '23505' && message.includes(`"${index}"`);
}

function faultOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return { code: '', message: '' };
  const { driverAdapterError } = (error.meta ?? {}) as {
    driverAdapterError?: { cause?: { originalCode?: string; originalMessage?: string } };
  };
  const { originalCode = '', originalMessage = '' } = driverAdapterError?.cause ?? {};
  return { code: originalCode, message: originalMessage };
}
