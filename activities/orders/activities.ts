/**
 * The order's own records. Each step of {@link OrderRecords} runs as a local activity: short and
 * idempotent.
 */
import { resendDocument } from '../documents/resend-document.ts';
import { cancelAsked, cancelRefused } from './cancellation.ts';
import { changeAsked } from './changes/asked.ts';
import { planChange } from './changes/plan.ts';
import { recordChange } from './changes/record.ts';
import type { RecordDependencies } from './dependencies.ts';
import { createExceptionRecords } from './exceptions.ts';
import { finishOrder } from './finish-order.ts';
import { moveRelease } from './move-release.ts';
import { moveShipBy } from './move-ship-by.ts';
import { noteProgress } from './note-progress.ts';
import { type PrepareDependencies, prepareOrder } from './prepare.ts';
import { type InvoicedByHand, recordInvoicedByHand } from './record-invoiced-by-hand.ts';
import { recordShipment } from './record-shipment.ts';
import { recordShort } from './record-short.ts';
import { releaseReservations } from './release-reservations.ts';
import { renumberRelease } from './renumber-release.ts';
import { reserveStock } from './reserve-stock.ts';
import { tellNotMoved } from './tell-not-moved.ts';
import { tellOfDeadline } from './tell-of-deadline.ts';

export type OrderRecords = ReturnType<typeof createOrderRecords>;

export function createOrderRecords(deps: RecordDependencies & PrepareDependencies) {
  return {
    prepareOrder: (input: Parameters<typeof prepareOrder>[1]) => prepareOrder(deps, input),
    reserveStock: (input: Parameters<typeof reserveStock>[1]) => reserveStock(deps, input),
    releaseReservations: (input: Parameters<typeof releaseReservations>[1]) => releaseReservations(deps, input),
    renumberRelease: (input: Parameters<typeof renumberRelease>[1]) => renumberRelease(deps, input),
    recordShipment: (input: Parameters<typeof recordShipment>[1]) => recordShipment(deps, input),
    recordShort: (input: Parameters<typeof recordShort>[1]) => recordShort(deps, input),
    noteProgress: (input: Parameters<typeof noteProgress>[1]) => noteProgress(deps, input),
    moveRelease: (input: Parameters<typeof moveRelease>[1]) => moveRelease(deps, input),
    tellNotMoved: (input: Parameters<typeof tellNotMoved>[1]) => tellNotMoved(deps, input),
    recordInvoicedByHand: (input: InvoicedByHand) => recordInvoicedByHand(deps, input),
    moveShipBy: (input: Parameters<typeof moveShipBy>[1]) => moveShipBy(deps, input),
    tellOfDeadline: (input: Parameters<typeof tellOfDeadline>[1]) => tellOfDeadline(deps, input),
    changeAsked: (input: Parameters<typeof changeAsked>[1]) => changeAsked(deps, input),
    planChange: (input: Parameters<typeof planChange>[1]) => planChange(deps, input),
    recordChange: (input: Parameters<typeof recordChange>[1]) => recordChange(deps, input),
    cancelAsked: (input: Parameters<typeof cancelAsked>[1]) => cancelAsked(deps, input),
    cancelRefused: (input: Parameters<typeof cancelRefused>[1]) => cancelRefused(deps, input),
    finishOrder: (input: Parameters<typeof finishOrder>[1]) => finishOrder(deps, input),
    resendDocument: (input: Parameters<typeof resendDocument>[1]) => resendDocument(deps, input),
    ...createExceptionRecords(deps),
  };
}
