/** A return in plain words, for the Temporal UI. */
import { setCurrentDetails } from '@temporalio/workflow';
import { openReturnExceptions, returnProgressOf } from '../../domain/returns/projection.ts';
import type { ReturnState } from '../../domain/returns/state.ts';

export function describeReturn(state: ReturnState): void {
  const { status, waitingFor } = returnProgressOf(state);
  const exceptions = openReturnExceptions(state).map(
    ({ type, summary, resolutions }) => `- \`${type}\` ${summary} (${resolutions.join(' | ')})`,
  );
  const lines = [
    `**${state.rmaNumber}**${state.partnerId === '' ? '' : ` of ${state.partnerId}`}: ${status}`,
    waitingFor && `waits for ${waitingFor}`,
    ...exceptions,
  ];
  setCurrentDetails(lines.filter(Boolean).join('\n\n'));
}
