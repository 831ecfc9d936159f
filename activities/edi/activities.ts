/** What workflows ask of EDI: file work as activities, the outbox’s own records as local activities. */
import type { ReadingDependencies } from './judgement.ts';
import {
  assembleInterchange,
  type OutboxActivityDependencies,
  reportUnacknowledged,
  reportUndelivered,
  transmitInterchange,
} from './outbox.ts';
import { processInterchange } from './read-interchange.ts';

export type EdiActivities = ReturnType<typeof createEdiActivities>;
export type OutboxRecords = ReturnType<typeof createOutboxRecords>;

export function createEdiActivities(deps: ReadingDependencies & OutboxActivityDependencies) {
  return {
    processInterchange: (input: { interchangeId: string }) => processInterchange(deps, input),
    transmitInterchange: (input: { interchangeId: string }) => transmitInterchange(deps, input),
  };
}

export function createOutboxRecords(deps: OutboxActivityDependencies) {
  return {
    assembleInterchange: (input: { partnerId: string }) => assembleInterchange(deps, input),
    reportUndelivered: (input: { interchangeId: string; refused: boolean; reason: string }) =>
      reportUndelivered(deps, input),
    reportUnacknowledged: (input: { partnerId: string }) => reportUnacknowledged(deps, input),
  };
}
