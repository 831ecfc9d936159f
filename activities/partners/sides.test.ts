import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import type { ErpSystem, WmsSystem } from '../../runtime/systems.ts';
import { canonicalOrder, each, interchangeOf, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { acceptOrder } from '../intake/accept-order.ts';
import { acceptInterchanges } from '../intake/receive-interchange.ts';
import { createOrderRecords } from '../orders/activities.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';

const PRODUCTION = 'tri-valley';
const TEST = 'tri-valley-test';

let directory: string;
let given: RecordsUnderTest;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'partners-'));
  cpSync('mappings/partners', directory, { recursive: true });
  appendFileSync(join(directory, `${PRODUCTION}.yaml`), 'usage: production\n');
  writeFileSync(
    join(directory, `${TEST}.yaml`),
    `extends: ${PRODUCTION}\nid: ${TEST}\nname: Tri-Valley Supply (test)\nusage: test\n`,
  );
  given = await recordsUnderTest(directory);
  for (const [node, onHand] of [
    ['RNO', 100],
    ['MEM', 100],
  ] as const) {
    await given.stock(node, 'MW-1001', onHand);
  }
  await given.prisma.synchronization.create({ data: { source: 'wms.trial', asOf: '1', completedAt: new Date() } });
});
afterAll(async () => {
  await given?.remove();
  rmSync(directory, { recursive: true });
});

const erpNamed = (id: string, serves: ErpSystem['serves']): ErpSystem => ({
  id,
  kind: 'rest',
  taskQueue: `erp.${id}`,
  baseUrl: `http://${id}.test`,
  token: undefined,
  serves,
  timeoutSeconds: 5,
});
const wmsNamed = (id: string, nodes: string[], serves: WmsSystem['serves']): WmsSystem => ({
  ...erpNamed(id, serves),
  taskQueue: `wms.${id}`,
  nodes,
  addresses: {},
  webhookSecret: undefined,
});
const erp = [erpNamed('main', ['production']), erpNamed('trial', ['test'])];
const wms = [wmsNamed('main', ['RNO'], ['production']), wmsNamed('trial', ['MEM'], ['test'])];

async function accepted(partnerId: string, poNumber: string): Promise<string> {
  const order = salesOrder.parse(canonicalOrder(purchaseOrder(PRODUCTION, poNumber, [each('MW-1001', 10)])));
  const source = { kind: 'api' as const };
  const receipt = await acceptOrder(given, { order: { ...order, partnerId }, correlationId: poNumber, source });
  expect(receipt.outcome).toBe('accepted');
  return receipt.orderId;
}

describe('the sides of a partner that uses the same ids for both', () => {
  const usageOf = (file: string, usage: 'T' | 'P') => file.replace(/^(ISA(?:\*[^*]*){14})\*[TP]\*/, `$1*${usage}*`);
  const send = async (partnerId: 'tri-valley' | 'harbor-pine', usage: 'T' | 'P', control: number) => {
    const file = usageOf(interchangeOf([purchaseOrder(partnerId, `PO-${control}`)], control), usage);
    const bytes = Buffer.from(file, 'latin1');
    const [receipt] = await acceptInterchanges(given, { bytes, transport: 'test', correlationId: `c-${control}` });
    return receipt;
  };

  it('are told apart by ISA15', async () => {
    expect(await send('tri-valley', 'T', 101)).toMatchObject({ state: 'received', partnerId: TEST });
    expect(await send('tri-valley', 'P', 101)).toMatchObject({ state: 'received', partnerId: PRODUCTION });
  });

  it('are not mixed up with a partner that has one side alone', async () => {
    expect(await send('harbor-pine', 'P', 102)).toMatchObject({
      state: 'rejected',
      partnerId: 'harbor-pine',
      errors: [{ code: 'wrong-usage' }],
    });
  });
});

describe('a test order', () => {
  it('is another one than the production order of the same number, buys as the same customer, and stays on its systems', async () => {
    const records = createOrderRecords({ ...given, erp, wms });
    const orders = [await accepted(TEST, 'SAME-1'), await accepted(PRODUCTION, 'SAME-1')];
    const placed = [];
    for (const orderId of orders) {
      expect(await records.prepareOrder({ orderId, waived: [] })).toMatchObject({ ready: true });
      const { fulfillments } = await records.reserveStock({ orderId, round: 1 });
      const { customerNumber, erpSystem } = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
      placed.push({ customerNumber, erpSystem, nodes: fulfillments.map(({ node }) => node) });
    }
    expect(placed[0]).toMatchObject({ erpSystem: 'trial', nodes: ['MEM'] });
    expect(placed[1]).toMatchObject({ erpSystem: 'main', nodes: ['RNO'] });
    expect(placed[0]?.customerNumber).toBe(placed[1]?.customerNumber);
  });

  it('goes to no system at all where none serves tests', async () => {
    const orderId = await accepted(TEST, 'NONE-1');
    const checked = (systems: { erp: ErpSystem[]; wms: WmsSystem[] }) =>
      createOrderRecords({ ...given, ...systems }).prepareOrder({ orderId, waived: [] });
    expect(await checked({ erp: erp.slice(0, 1), wms })).toMatchObject({
      ready: false,
      problem: { type: 'no-system-for-side', summary: 'no ERP is there for test orders' },
    });
    expect(await checked({ erp, wms: wms.slice(0, 1) })).toMatchObject({ problem: { type: 'no-system-for-side' } });
    const reserved = createOrderRecords({ ...given, erp, wms: wms.slice(0, 1) }).reserveStock({ orderId, round: 1 });
    await expect(reserved).rejects.toMatchObject({ type: 'no-system-for-side', nonRetryable: true });
  });
});
