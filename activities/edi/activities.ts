/**
 * EDI steps of workflows: file work as activities, the outbox's own records as local activities.
 */
import type { IntakeDependencies } from '../intake/dependencies.ts';
import { assembleInterchange } from './assemble-interchange.ts';
import { processInterchange } from './read-interchange.ts';
import { reportUnacknowledged, reportUndelivered } from './report-trouble.ts';
import { type TransmitDependencies, transmitInterchange } from './transmit-interchange.ts';

export type EdiActivities = ReturnType<typeof createEdiActivities>;
export type OutboxRecords = ReturnType<typeof createOutboxRecords>;

export function createEdiActivities(deps: IntakeDependencies & TransmitDependencies) {
  return {
    processInterchange: (input: { interchangeId: string }) => processInterchange(deps, input),
    transmitInterchange: (input: { interchangeId: string }) => transmitInterchange(deps, input),
  };
}

export function createOutboxRecords(deps: TransmitDependencies) {
  return {
    assembleInterchange: (input: { partnerId: string }) => assembleInterchange(deps, input),
    reportUndelivered: (input: { interchangeId: string; refused: boolean; reason: string }) =>
      reportUndelivered(deps, input),
    reportUnacknowledged: (input: { partnerId: string }) => reportUnacknowledged(deps, input),
  };
}
