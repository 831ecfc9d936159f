/** Keeps the list of steps that a system outside holds up (activities/lib/held-up-steps.ts), and logs one alert for each outage. */
import { activityInfo } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { HandOff } from '../activities/handoff/hand-off.ts';
import {
  type Attempt,
  MISSED_AFTER_MS,
  noteHeldUp,
  noteThrough,
  systemTroubleOf,
} from '../activities/lib/held-up-steps.ts';
import { tellHeldUp } from '../activities/orders/held-up.ts';
import type { Database } from '../prisma/client.ts';
import type { Logger } from '../runtime/logger.ts';

export function noteHeldUpSteps(deps: {
  prisma: Database;
  handOff: HandOff;
  log: Logger;
}): ActivityInterceptorsFactory {
  const { prisma, log } = deps;
  // The list is for people. That it cannot be written must not fail a step.
  const quietly = (work: Promise<unknown>) =>
    work.catch((error: unknown) => log.warn('the list of held up steps is not up to date', { error }));

  // Steps that fail, or get through, at the same moment each find themselves the first, or the last.
  const said = new Map<string, number>();
  const isNews = (what: string) => {
    const before = said.get(what);
    said.set(what, Date.now());
    return before === undefined || before < Date.now() - MISSED_AFTER_MS;
  };

  async function through(attempt: Attempt): Promise<void> {
    const system = await noteThrough(prisma, attempt);
    if (system !== undefined && isNews(`${system} answers`)) log.info('a system answers again', { system });
  }
  return () => ({
    inbound: {
      async execute(input, next) {
        const attempt = attemptOf(activityInfo());
        if (attempt === undefined) return next(input);
        try {
          const result = await next(input);
          if (attempt.attempt > 1) await quietly(through(attempt));
          return result;
        } catch (error) {
          const trouble = systemTroubleOf(error);
          if (trouble === undefined) {
            if (attempt.attempt > 1) await quietly(through(attempt));
            throw error;
          }
          await quietly(
            noteHeldUp(prisma, attempt, trouble).then((first) => {
              const { system, reason } = trouble;
              if (first && isNews(`${system} fails`)) log.error('a system does not answer', { system, reason });
            }),
          );
          await quietly(tellHeldUp(deps, attempt));
          throw error;
        }
      },
    },
  });
}

/** Undefined for record keeping, which calls no system outside. */
function attemptOf(info: ReturnType<typeof activityInfo>): Attempt | undefined {
  const { isLocal, workflowExecution, retryPolicy } = info;
  if (isLocal || workflowExecution === undefined) return undefined;
  return {
    workflowId: workflowExecution.workflowId,
    activityId: info.activityId,
    attempt: info.attempt,
    since: info.scheduledTimestampMs,
    triedForMs: info.scheduleToCloseTimeoutMs,
    retry: {
      initialMs: Number(retryPolicy?.initialInterval ?? 1_000),
      coefficient: retryPolicy?.backoffCoefficient ?? 2,
      maximumMs: Number(retryPolicy?.maximumInterval ?? 60_000),
    },
  };
}
