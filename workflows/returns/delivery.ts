/** Goods that a carrier did not deliver as it should: a person says what becomes of them. */
import { type DeliveryTrouble, exceptionOfTrouble } from '../../domain/returns/delivery.ts';
import type { ReturnRun } from './return-run.ts';
import * as steps from './steps.ts';

/** Why nothing is returned. */
export interface NotReturned {
  end: 'cancelled' | 'refused';
  reason: string;
  by: string;
}

/** Undefined once the return goes on: the goods are expected at the warehouse, or are to be credited without coming back. */
export async function decideAboutDelivery(
  rma: ReturnRun,
  trouble: DeliveryTrouble,
  why: string,
): Promise<NotReturned | undefined> {
  const delivered = () => rma.state.delivered;
  const problem = { type: exceptionOfTrouble[trouble], summary: why };
  const { resolution, by, note } = await rma.decide(problem, 'deliver the goods', { goneAway: delivered });
  if (resolution === 'take-back' || resolution === 'credit') {
    const result =
      resolution === 'credit' ? await rma.perform(steps.concede, { by }) : await rma.perform(steps.authorize, { by });
    const refusals = result !== undefined && 'refusals' in result ? result.refusals : [];
    if (refusals.length > 0) return { end: 'refused', reason: refusals.join('; '), by };
    if (resolution === 'take-back') {
      rma.apply({ type: 'announcing' });
      await rma.perform(steps.announce, undefined);
    }
    return undefined;
  }
  const usual = resolution === 'redeliver' ? 'the carrier delivers again' : 'the buyer has the goods';
  return { end: 'cancelled', reason: delivered() ? 'the carrier has delivered the goods' : (note ?? usual), by };
}
