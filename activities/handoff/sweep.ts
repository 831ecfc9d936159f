/** Hands on what was accepted and left behind when a process died or Temporal was away. */
import { log } from '@temporalio/activity';
import { type WarehouseEvent, warehouseEvent } from '../../mappings/canonical/v1/index.ts';
import { wakePartnerOutbox } from '../documents/queue.ts';
import { type IntakeDependencies, noticeOf, signalPayments, signalWarehouseEvent } from '../intake/intake.ts';
import { reporting } from '../lib/reporting.ts';
import { startInterchange, startOrder } from './starting.ts';

/** What is younger is still in the hands of the process that took it. */
const LEFT_BEHIND_MS = 10_000;
const AT_MOST = 500;

export type SweepActivities = ReturnType<typeof createSweepActivities>;

export function createSweepActivities(deps: IntakeDependencies) {
  const { prisma, temporal, profiles } = deps;

  async function orders(before: Date): Promise<number> {
    const waiting = await prisma.order.findMany({
      where: { startedAt: null, receivedAt: { lt: before }, status: 'received' },
      orderBy: { receivedAt: 'asc' },
      take: AT_MOST,
    });
    return each(waiting, async (order) => {
      const profile = profiles.get(order.partnerId);
      if (profile !== undefined) await startOrder(temporal, order, profile);
    });
  }

  async function interchanges(before: Date): Promise<number> {
    const waiting = await prisma.interchange.findMany({
      where: { direction: 'inbound', state: 'received', startedAt: null, receivedAt: { lt: before } },
      orderBy: { receivedAt: 'asc' },
      select: { id: true, workflowId: true, controlNumber: true, partnerId: true, correlationId: true },
      take: AT_MOST,
    });
    return each(waiting, async (interchange) => {
      const profile = profiles.get(interchange.partnerId ?? '');
      if (profile !== undefined) await startInterchange(temporal, interchange, profile);
    });
  }

  async function warehouseEvents(before: Date): Promise<number> {
    const waiting = await prisma.warehouseEvent.findMany({
      where: { signalledAt: null, receivedAt: { lt: before } },
      orderBy: { receivedAt: 'asc' },
      take: AT_MOST,
    });
    return each(waiting, async ({ system, payload, releaseNumber }) => {
      const event: WarehouseEvent = warehouseEvent.parse(payload);
      const notice = noticeOf(system, event);
      const fulfillment = await prisma.fulfillment.findUnique({
        where: { releaseNumber },
        select: { order: { select: { workflowId: true } } },
      });
      if (notice !== undefined && fulfillment !== null) {
        await signalWarehouseEvent(deps, fulfillment.order.workflowId, notice);
      }
    });
  }

  async function outboxes(before: Date): Promise<number> {
    const waiting = await prisma.document.findMany({
      where: { direction: 'outbound', state: 'queued', createdAt: { lt: before } },
      distinct: ['partnerId'],
      select: { partnerId: true },
    });
    return each(waiting, ({ partnerId }) => wakePartnerOutbox(deps, partnerId, true));
  }

  return {
    async handOnLeftBehind(): Promise<{ handedOn: number }> {
      const before = new Date(Date.now() - LEFT_BEHIND_MS);
      const handedOn = await reporting(
        async () =>
          (await orders(before)) +
          (await interchanges(before)) +
          (await warehouseEvents(before)) +
          (await signalPayments(deps, { createdAt: { lt: before } })) +
          (await outboxes(before)),
      );
      if (handedOn > 0) log.info('handed on what was left behind', { handedOn });
      return { handedOn };
    },
  };
}

/** One that fails does not keep the others from being handed on; it is tried again at the next sweep. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<number> {
  let done = 0;
  for (const item of items) {
    try {
      await work(item);
      done += 1;
    } catch (error) {
      log.warn('could not be handed on', { error });
    }
  }
  return done;
}
