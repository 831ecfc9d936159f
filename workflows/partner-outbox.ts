/**
 * Sends one partner's documents. They wait in Postgres. Each round gathers all due documents into one
 * interchange, numbers it and transmits it, so that a burst of documents becomes a few interchanges.
 * One permanent execution per partner keeps control numbers sequential.
 *
 * Queued documents wake it. It also looks at intervals, so that a lost wake-up loses no document.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  continueAsNew,
  log,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { EdiActivities, OutboxRecords } from '../activities/edi/activities.ts';
import { records as recordsProfile, transmission } from './kernel/activity-profiles.ts';
import { reasonOf } from './kernel/failures.ts';
import { shielded } from './kernel/shield.ts';
import { wakeOutbox } from './messages.ts';

export interface PartnerOutboxInput {
  partnerId: string;
}

const LOOK = '5 minutes';
/** An interchange whose deadline has passed is still tried, in rounds of this length, until it is delivered or refused. */
const LATE_ROUND_MS = 60 * 60 * 1000;

/** Documents that wait to be sent are sent, whoever presses “cancel” in the Temporal UI. */
export const partnerOutbox = shielded(sendForEver);

async function sendForEver(input: PartnerOutboxInput): Promise<never> {
  const { partnerId } = input;
  let woken = true;
  setHandler(wakeOutbox, () => {
    woken = true;
  });
  const outbox = proxyLocalActivities<OutboxRecords>(recordsProfile);

  for (;;) {
    woken = false;
    const next = await outbox.assembleInterchange({ partnerId });
    if (next !== undefined) {
      setCurrentDetails(`sends interchange ${next.controlNumber} with ${next.documents} documents`);
      if (!(await transmit(next))) woken = true;
    } else {
      await outbox.reportUnacknowledged({ partnerId });
    }
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof sendForEver>(input);
    setCurrentDetails('waits for documents');
    await condition(() => woken, LOOK);
  }

  /** True when nothing else waited once it was delivered, so that the outbox need not look. */
  async function transmit(next: {
    interchangeId: string;
    controlNumber: string;
    documents: number;
    deadline: string;
  }): Promise<boolean> {
    const left = Date.parse(next.deadline) - Date.now();
    const edi = proxyActivities<EdiActivities>(
      transmission(`interchange ${next.controlNumber}, ${next.documents} documents`, left > 0 ? left : LATE_ROUND_MS),
    );
    try {
      return (await edi.transmitInterchange({ interchangeId: next.interchangeId })).last;
    } catch (error) {
      const refused =
        error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.nonRetryable;
      log.warn('interchange not delivered', { partnerId, interchangeId: next.interchangeId, refused });
      await outbox.reportUndelivered({
        interchangeId: next.interchangeId,
        refused: refused === true,
        reason: reasonOf(error),
      });
      return false;
    }
  }
}
