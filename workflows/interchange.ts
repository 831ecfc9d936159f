/** One inbound file: split, checked, taken transaction by transaction, acknowledged. A handful of events, whatever the file’s size. */
import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { EdiActivities } from '../activities/edi/activities.ts';
import type { InterchangeOutcome } from '../activities/edi/read-interchange.ts';
import { fileReading } from './kernel/activity-profiles.ts';
import { shielded } from './kernel/shield.ts';

export interface InterchangeInput {
  interchangeId: string;
  partnerId: string;
  correlationId: string;
}

export async function interchange(input: InterchangeInput): Promise<InterchangeOutcome> {
  const edi = proxyActivities<EdiActivities>(fileReading);
  // A file that was accepted is read, whoever presses “cancel” in the Temporal UI.
  const outcome = await shielded(edi.processInterchange)({ interchangeId: input.interchangeId });
  setCurrentDetails(`${outcome.accepted} transaction sets accepted, ${outcome.rejected} rejected`);
  return outcome;
}
