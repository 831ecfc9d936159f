import { ScheduleOverlapPolicy } from '@temporalio/client';
import type { Resolution } from '../domain/exceptions.ts';
import { SYNC_SCHEDULE } from '../workflows/schedule-ids.ts';
import type { ApiDependencies } from './dependencies.ts';

/**
 * Has master data and stock read again at once, before the next interval: whoever chooses `retry` may just have corrected
 * them. The order tries again with what is known; what the reading brings lets it go on by itself. Readings that are asked
 * for during another one become a single further one.
 */
export function readAgainFor(resolution: Resolution, { temporal, log }: ApiDependencies): void {
  if (resolution !== 'retry') return;
  temporal.schedule
    .getHandle(SYNC_SCHEDULE)
    .trigger(ScheduleOverlapPolicy.BUFFER_ONE)
    .catch((error: unknown) => log.warn('master data are read at the next interval only', { error }));
}
