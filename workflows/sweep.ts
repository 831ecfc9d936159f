/**
 * Finds what was accepted but not handed on, because a process died in between or Temporal was away: orders and interchanges without
 * a workflow, warehouse events and payments that their order has not heard of, documents whose outbox sleeps. Runs on a schedule.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { SweepActivities } from '../activities/handoff/sweep.ts';
import { scheduledRead } from './kernel/activity-profiles.ts';

export async function sweep(): Promise<{ handedOn: number }> {
  const records = proxyActivities<SweepActivities>(scheduledRead('orders', 'hand on what was left behind'));
  return records.handOnLeftBehind();
}
