import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import winston from 'winston';
import type { ErpSystem, WmsSystem } from '../../runtime/systems.ts';
import { canonicalOrder, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { asJson } from '../lib/records.ts';
import { FollowedProfiles } from '../partners/partner-profiles.ts';
import { prepareOrder } from './prepare.ts';
import { reserveStock } from './reserve-stock.ts';

const erp: ErpSystem[] = [
  {
    id: 'main',
    kind: 'rest',
    taskQueue: 'erp-main',
    serves: ['test'],
    settings: {},
  },
];

const wms = [
  { id: 'main', nodes: ['RNO'], serves: ['test'] },
  { id: 'second', nodes: ['MEM'], serves: ['test'] },
] as unknown as WmsSystem[];

describe('an order that comes before the first reading of master data and stock', () => {
  let database: TestDatabase;
  let profiles: FollowedProfiles;
  const orderId = randomUUID();

  beforeAll(async () => {
    database = await createTestDatabase();
    profiles = await FollowedProfiles.open({
      directory: 'mappings/partners',
      prisma: database.prisma,
      log: winston.createLogger({ silent: true }),
      env: { PARTNERS_URL: 'http://partners.test', SANDBOX_TOKEN: 'x' },
    });
    const order = canonicalOrder(purchaseOrder('cobalt-ridge', 'CR-FIRST'));
    await database.prisma.order.create({
      data: {
        id: orderId,
        partnerId: order.partnerId,
        poNumber: order.poNumber,
        channel: order.channel,
        contentHash: '',
        profileVersion: '',
        workflowId: orderId,
        correlationId: orderId,
        canonical: asJson(order),
        currency: 'USD',
        orderedOn: new Date(order.orderedOn),
      },
    });
  });
  afterAll(async () => {
    profiles.stop();
    await database.remove();
  });

  const read = (source: string) =>
    database.prisma.synchronization.create({ data: { source, asOf: '', completedAt: new Date() } });
  const prepared = () =>
    prepareOrder(
      { prisma: database.prisma, profiles, erp, wms, erpRules: [], handOff: { committed: () => undefined } },
      { orderId, waived: [] },
    );

  it('is not refused for an unknown customer before customers were read, even if stock was read', async () => {
    await read('wms.main');
    await expect(prepared()).rejects.toThrow('the master data of ERP main has not been read yet');
  });

  it('is refused when master data was read and does not contain the customer', async () => {
    await read('erp.main');
    expect(await prepared()).toMatchObject({ ready: false, problem: { type: 'unknown-customer' } });
  });

  it('is not reported short of stock before the first stock reading of every warehouse', async () => {
    await database.prisma.orderLine.create({
      data: {
        orderId,
        lineNumber: 1,
        lineId: '10',
        sku: 'MW-1001',
        description: 'Claw hammer',
        orderedValue: 1,
        orderedUnit: 'EA',
        baseUnit: 'EA',
        unitFactor: 1,
        unitPrice: 1,
        contractPrice: 1,
        ordered: 1,
        open: 1,
      },
    });
    const reserved = () => reserveStock({ prisma: database.prisma, profiles, wms }, { orderId, round: 1 });
    await expect(reserved()).rejects.toThrow('stock has not been read yet from wms.second');
    await read('wms.second');
    expect(await reserved()).toEqual({ fulfillments: [], backordered: true });
  });
});
