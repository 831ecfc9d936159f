import { afterAll, beforeAll, expect, it } from 'vitest';
import { kindOf } from '../../domain/exceptions.ts';
import { customers, items, prices, taxRates } from '../../sandbox/erp/master-data.ts';
import { createExceptionRecords } from '../orders/exceptions.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { createErpActivities } from './activities.ts';
import type { ErpMasterDataPage, ErpPort } from './port.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

const known = customers.map(({ creditLimit: _, ...customer }) => customer);
const nothing = { items: [], customers: [], prices: [], taxRates: [] };

/** An ERP that returns these pages in order. */
function reading(system: string, pages: readonly (ErpMasterDataPage | Error)[]) {
  const asked: { since?: string | undefined; cursor?: string | undefined }[] = [];
  const port: Partial<ErpPort> = {
    readMasterData: (page) => {
      asked.push(page);
      const answer = pages[asked.length - 1];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as ErpMasterDataPage);
    },
  };
  const capabilities = { canAmend: true, canCancel: true };
  const erp = createErpActivities({ system, port: port as ErpPort, capabilities, records: given });
  return { asked, read: () => given.activity(() => erp.syncMasterData()) };
}

it('two ERPs may use the same numbers for different things', async () => {
  const east = items.map((item) => ({ ...item, description: `East ${item.sku}` }));
  await reading('east', [{ asOf: '1', items: east, customers: known, prices, taxRates }]).read();
  const hammers = await given.prisma.item.findMany({ where: { sku: 'MW-1001' }, orderBy: { erpSystem: 'asc' } });
  expect(hammers.map(({ erpSystem, description }) => [erpSystem, description])).toEqual([
    ['east', 'East MW-1001'],
    ['main', 'Claw hammer 16 oz, fiberglass handle'],
  ]);
  expect(await given.prisma.customer.count({ where: { customerNumber: 'C-10010' } })).toBe(2);
});

it('a reading is complete with its last page; one that broke off asks for all of it again', async () => {
  const source = { where: { source: 'erp.paged' } };
  const page = { ...nothing, asOf: '2026-11-20T00:00:00Z' };
  const broken = reading('paged', [{ ...page, items: items.slice(0, 6), next: 'two' }, new Error('gone')]);
  await expect(broken.read()).rejects.toThrow('gone');
  expect(await given.prisma.synchronization.findUnique(source)).toBeNull();

  const whole = reading('paged', [
    { ...page, items: items.slice(0, 6), next: 'two' },
    { ...page, items: items.slice(6), customers: known, taxRates },
  ]);
  expect(await whole.read()).toEqual({ items: 12, customers: 3, prices: 0 });
  expect(whole.asked).toEqual([{}, { cursor: 'two' }]);
  const later = reading('paged', [{ ...page, asOf: '2026-11-21T00:00:00Z' }]);
  await later.read();
  expect(later.asked).toEqual([{ since: '2026-11-20T00:00:00Z' }]);
});

it('a later page wins where an ERP names a thing twice, and nothing else is touched', async () => {
  const [hammer, ...others] = items;
  const renamed = { ...hammer, description: 'Renamed' } as (typeof items)[number];
  const rows = [hammer as typeof renamed, renamed];
  await reading('twice', [{ ...nothing, asOf: '1', items: [...rows, ...others], taxRates }]).read();
  const versions = () =>
    given.prisma.$queryRaw<{ sku: string; xmin: string }[]>`
      SELECT "sku", xmin::text FROM "Item" WHERE "erpSystem" = 'twice' ORDER BY "sku"`;
  const before = await versions();
  await reading('twice', [{ ...nothing, asOf: '2', items: [...rows, ...others], taxRates }]).read();
  expect(await versions()).toEqual(before);
  const { description } = await given.prisma.item.findUniqueOrThrow({
    where: { erpSystem_sku: { erpSystem: 'twice', sku: 'MW-1001' } },
  });
  expect(description).toBe('Renamed');
});

it('an ERP that answers again makes the orders go on whose step gave up on it, and no others', async () => {
  const order = (id: string) => ({
    ...{ id, poNumber: id, workflowId: `order/tri-valley/${id}`, partnerId: 'tri-valley', channel: 'api' },
    ...{ contentHash: id, profileVersion: '1', correlationId: 'c', canonical: {}, currency: 'USD' },
    orderedOn: new Date('2026-11-20'),
  });
  await given.prisma.order.createMany({ data: ['GU-1', 'GU-2', 'GU-3'].map(order) });
  const exceptions = createExceptionRecords(given);
  // The task queue of an activity under test.
  const queues = { 'GU-1': 'test', 'GU-2': 'erp.other', 'GU-3': undefined };
  for (const [orderId, taskQueue] of Object.entries(queues)) {
    const type = taskQueue === undefined ? 'erp-refused-order' : 'system-unavailable';
    const common = { step: 'place the order', summary: 'x', resolutions: [], openedAt: new Date().toISOString() };
    await exceptions.openException({
      standing: [],
      orderId,
      exception: { id: `e-${orderId}`, type, ...common, ...(taskQueue && { taskQueue }) },
      kind: kindOf(type),
      progress: { status: 'exception', waitingFor: 'a decision' },
    });
  }
  given.told.length = 0;
  await reading('back', [{ ...nothing, asOf: '2026-11-22T00:00:00Z' }]).read();
  expect(given.told).toEqual([
    {
      workflowId: 'GU-1',
      what: 'exceptionDecided',
      payload: { exceptionId: 'e-GU-1', resolution: 'retry', note: 'erp.back answers again', by: 'system' },
    },
  ]);
});
