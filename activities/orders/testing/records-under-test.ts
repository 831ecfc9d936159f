import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import winston from 'winston';
import type { Progress } from '../../../domain/order/state.ts';
import { salesOrder } from '../../../mappings/canonical/v1/index.ts';
import type { ErpSystem, WmsSystem } from '../../../runtime/systems.ts';
import { customers, items, prices, taxRates } from '../../../sandbox/erp/master-data.ts';
import {
  canonicalOrder,
  type OrderedLine,
  type Partner,
  purchaseOrder,
} from '../../../test/integration/purchase-orders.ts';
import { createTestDatabase } from '../../../test/support/database.ts';
import { createErpActivities } from '../../erp/activities.ts';
import type { ErpPort } from '../../erp/port.ts';
import type { HandOff } from '../../handoff/hand-off.ts';
import { acceptOrder } from '../../intake/accept-order.ts';
import { acceptWarehouseEvent } from '../../intake/accept-warehouse-event.ts';
import { FollowedProfiles } from '../../partners/partner-profiles.ts';
import { createOrderRecords } from '../activities.ts';
import { loadOrder } from '../order-record.ts';
import { recordAcceptance } from '../record-acceptance.ts';
import type { RecordedShipment } from '../record-shipment.ts';

export type RecordsUnderTest = Awaited<ReturnType<typeof recordsUnderTest>>;

/** The shipment that was recorded. @throws where a person is asked about a surplus first */
export function shipmentOf(recorded: RecordedShipment): { shipmentId: string } {
  if ('surplus' in recorded) throw new Error(recorded.surplus.summary);
  return recorded;
}

/** Progress of an order under way, for tests that do not depend on it. */
export const underWay: Progress = { status: 'inFulfillment', waitingFor: 'RNO to ship' };

/**
 * Our records on a real Postgres with master data and no stock, and a Temporal that only records
 * its calls.
 */
export async function recordsUnderTest(directory = 'mappings/partners') {
  const database = await createTestDatabase();
  const { prisma } = database;
  const told: { workflowId: string; what: string; payload?: unknown }[] = [];
  const erp: ErpSystem[] = [
    {
      id: 'main',
      kind: 'rest',
      taskQueue: 'erp-main',
      serves: ['test', 'production'],
      settings: {},
    },
  ];
  const wms = [
    { id: 'main', taskQueue: 'wms-main', nodes: ['RNO', 'MEM'], addresses: {}, serves: ['test', 'production'] },
  ] as unknown as WmsSystem[];
  const log = winston.createLogger({ silent: true });
  const env = { PARTNERS_URL: 'http://partners.test', SANDBOX_TOKEN: 'x' };
  const profiles = await FollowedProfiles.open({ directory, prisma, log, env });
  const deps = {
    prisma,
    profiles,
    erp,
    wms,
    erpRules: [],
    temporal: temporalThatNotes(told),
    handOff: handOffThatNotes(told),
    log,
  };
  const activity = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);
  const records = createOrderRecords(deps);

  const known = customers.map(({ creditLimit: _, ...customer }) => customer);
  const port = {
    readMasterData: () => Promise.resolve({ asOf: '1', items, customers: known, prices, taxRates }),
  } as unknown as ErpPort;
  await activity(() =>
    createErpActivities({
      system: 'main',
      port,
      capabilities: { canAmend: true, canCancel: true },
      records: deps,
    }).syncMasterData(),
  );
  await prisma.synchronization.create({ data: { source: 'wms.main', asOf: '1', completedAt: new Date() } });

  return {
    ...deps,
    told,
    activity,
    records,
    async remove(): Promise<void> {
      profiles.stop();
      await database.remove();
    },

    async stock(node: string, sku: string, onHand: number): Promise<void> {
      await prisma.inventoryBalance.upsert({
        where: { node_sku: { node, sku } },
        create: { node, sku, onHand, asOf: new Date() },
        update: { onHand },
      });
    },

    accept: (partnerId: Partner, poNumber: string, lines?: readonly OrderedLine[]) =>
      acceptOrder(deps, {
        order: salesOrder.parse(canonicalOrder(purchaseOrder(partnerId, poNumber, lines))),
        correlationId: `correlation-${poNumber}`,
        source: { kind: 'api' },
      }),

    /** Creates an accepted and checked order with an ERP number; resolves to its id. */
    async checked(partnerId: Partner, lines: readonly OrderedLine[], by = records): Promise<string> {
      const { orderId } = await this.accept(partnerId, `PO-${randomBytes(4).toString('hex')}`, lines);
      const prepared = await by.prepareOrder({ orderId, waived: [] });
      if (!prepared.ready) throw new Error(prepared.problem.summary);
      await prisma.order.update({
        where: { id: orderId },
        data: { erpOrderNumber: `SO-${orderId.slice(0, 8)}`, startedAt: new Date() },
      });
      return orderId;
    },

    /** Records that the ERP accepted the order, which queues the 855. */
    async acknowledged(orderId: string, by: Parameters<typeof recordAcceptance>[0] = deps): Promise<void> {
      const order = await loadOrder(prisma, orderId);
      await activity(() => recordAcceptance(by, { order, progress: underWay }));
    },

    /**
     * Stores a shipment event of the warehouse: `cartons` are line numbers and quantities, and the store of each
     * where there is one. Resolves to the event's id.
     */
    async shipped(
      releaseNumber: string,
      shipmentNumber: string,
      cartons: { lineNumber: number; quantity: string; markFor?: string }[],
      eventId = `${releaseNumber}/${shipmentNumber}`,
    ): Promise<string> {
      await acceptWarehouseEvent(deps, {
        system: 'main',
        correlationId: 'c',
        event: {
          schema: 'warehouseEvent/v1',
          eventId,
          releaseNumber,
          occurredAt: new Date().toISOString(),
          type: 'shipped',
          shipment: {
            shipmentNumber,
            shippedAt: new Date().toISOString(),
            carrier: { scac: 'ODFL', billOfLading: `BOL-${shipmentNumber}` },
            packages: cartons.map(({ markFor, ...line }) => ({ lines: [line], ...(markFor && { markFor }) })),
          },
        },
      });
      return eventId;
    },

    async refused(releaseNumber: string, mark = 'refused'): Promise<void> {
      const event = {
        schema: 'warehouseEvent/v1',
        eventId: `${releaseNumber}/${mark}`,
        releaseNumber,
        occurredAt: new Date().toISOString(),
        type: 'refused',
        reason: 'no dock is free',
      } as const;
      await acceptWarehouseEvent(deps, { system: 'main', correlationId: 'c', event });
    },

    async closedShort(
      releaseNumber: string,
      short: { lineNumber: number; quantity: string; markFor?: string }[],
    ): Promise<string> {
      const eventId = `${releaseNumber}/close`;
      const occurredAt = new Date().toISOString();
      await acceptWarehouseEvent(deps, {
        system: 'main',
        correlationId: 'c',
        event: { schema: 'warehouseEvent/v1', eventId, releaseNumber, occurredAt, type: 'closed', short },
      });
      return eventId;
    },
  };
}

function handOffThatNotes(told: { workflowId: string; what: string; payload?: unknown }[]): HandOff {
  return {
    committed(rows) {
      for (const { kind, target, payload } of rows) {
        const { workflowId = target, signal, ...rest } = payload as Record<string, string>;
        if (kind === 'wake-outbox') told.push({ workflowId: `outbox/${target}`, what: 'wake' });
        else if (kind === 'signal-order') told.push({ workflowId, what: signal ?? '', ...rest });
        else told.push({ workflowId, what: kind === 'start-order' ? 'start orderToCash' : 'start interchange' });
      }
    },
  };
}

function temporalThatNotes(told: { workflowId: string; what: string; payload?: unknown }[]): Client {
  const note = (workflowId: string, what: string, payload?: unknown) => {
    told.push({ workflowId, what, ...(payload !== undefined && { payload }) });
    return Promise.resolve();
  };
  const workflow = {
    start: (type: string, { workflowId }: { workflowId: string }) => note(workflowId, `start ${type}`),
    signalWithStart: (_type: string, { workflowId }: { workflowId: string }) => note(workflowId, 'wake'),
    getHandle: (workflowId: string) => ({
      signal: ({ name }: { name: string }, payload: unknown) => note(workflowId, name, payload),
    }),
  };
  const connection = { withDeadline: <T>(_until: number, call: () => Promise<T>) => call() };
  return { workflow, connection } as unknown as Client;
}
