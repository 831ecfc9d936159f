/** What every record-keeping step shares: the forms in which values are stored, and the order’s progress. */

import type { Progress } from '../../domain/order/state.ts';
import type { Prisma } from '../../prisma/generated/client.ts';

/** A transaction of Prisma, or the client itself. */
export type Transaction = Prisma.TransactionClient;

/** Plain JSON as Prisma wants it; undefined members vanish as they do on the wire. */
export function asJson(value: unknown): Prisma.InputJsonValue {
  return JSON.parse(JSON.stringify(value)) as Prisma.InputJsonValue;
}

/** The form in which numbers are compared by search: upper case, without blanks and dashes. */
export function searchForm(value: string): string {
  return value.toUpperCase().replace(/[\s-]+/g, '');
}

/** What a step of the workflow writes into the order’s row, so that lists agree with it. */
export function progressColumns(progress: Progress) {
  return {
    status: progress.status,
    waitingFor: progress.waitingFor === '' ? null : progress.waitingFor,
    nextDeadline: progress.nextDeadline === undefined ? null : new Date(progress.nextDeadline),
  };
}

/** Quantities of order lines as stored. */
export interface LineQuantity {
  lineNumber: number;
  /** Base units. */
  quantity: string;
}

/** Sums quantities by line. */
export function byLine(lines: readonly LineQuantity[], add: (a: string, b: string) => string): LineQuantity[] {
  const totals = new Map<number, string>();
  for (const { lineNumber, quantity } of lines) totals.set(lineNumber, add(totals.get(lineNumber) ?? '0', quantity));
  return [...totals].map(([lineNumber, quantity]) => ({ lineNumber, quantity }));
}
