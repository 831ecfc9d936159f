/** The order’s own records: everything that {@link OrderRecords} offers runs as a local activity, is short, and may run twice. */
import type { ExceptionType } from '../../domain/exceptions.ts';
import { resendDocument } from '../edi/outbox.ts';
import { createExceptionRecords } from './exceptions.ts';
import { type PrepareDependencies, prepareOrder } from './prepare.ts';
import { createProcessRecords, type RecordDependencies } from './record.ts';
import { releaseReservations, reserveStock } from './reserve.ts';

export type OrderRecords = ReturnType<typeof createOrderRecords>;

export function createOrderRecords(deps: RecordDependencies & PrepareDependencies) {
  return {
    prepareOrder: (input: { orderId: string; waived: readonly ExceptionType[] }) => prepareOrder(deps, input),
    reserveStock: (input: { orderId: string; round: number }) => reserveStock(deps, input),
    releaseReservations: (input: { orderId: string }) => releaseReservations(deps, input),
    resendDocument: (input: { documentId: string }) => resendDocument(deps, input),
    ...createProcessRecords(deps),
    ...createExceptionRecords(deps),
  };
}
