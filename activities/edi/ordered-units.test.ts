import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cases, interchangeOf, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { createErpActivities } from '../erp/activities.ts';
import type { ErpOrderRequest, ErpPort } from '../erp/port.ts';
import { acceptInterchanges } from '../intake/receive-interchange.ts';
import { createOrderRecords } from '../orders/activities.ts';
import { type RecordsUnderTest, recordsUnderTest, underWay } from '../orders/testing/records-under-test.ts';
import { crossReferencesOfCsv } from '../partners/cross-reference-csv.ts';
import { loadCrossReferences } from '../partners/cross-references.ts';
import { processInterchange } from './read-interchange.ts';
import { agreeing } from './testing/agreeing.ts';

const PARTNER = 'tri-valley';

let given: RecordsUnderTest;
beforeEach(async () => {
  given = await recordsUnderTest();
});
afterEach(() => given.remove());

/**
 * Takes an 850 of two cases of MW-1002 whose unit the partner calls `unit`. Returns the line as
 * stored and as sent to the ERP.
 */
async function ordered(unit: string, units: Record<string, string>, crossReferences = '') {
  const deps = agreeing(given, PARTNER, () => ({ units }));
  const profile = deps.profiles.get(PARTNER);
  if (profile === undefined) throw new Error('no profile');
  const rows = crossReferencesOfCsv([Buffer.from(`kind,external,internal,sku,quantity\n${crossReferences}`)]);
  await loadCrossReferences(given, { profile, rows, source: 'api' });

  const file = interchangeOf([purchaseOrder(PARTNER, 'TV-UNITS', [cases('MW-1002', 2)])], 71).replace(
    '*CA*',
    `*${unit}*`,
  );
  const [receipt] = await acceptInterchanges(deps, {
    bytes: Buffer.from(file),
    transport: 'test',
    correlationId: randomUUID(),
  });
  if (receipt?.state !== 'received') throw new Error(JSON.stringify(receipt));
  await given.activity(() => processInterchange(deps, { interchangeId: receipt.interchangeId }));
  const { id: orderId } = await given.prisma.order.findFirstOrThrow();
  const prepared = await createOrderRecords(deps).prepareOrder({ orderId, waived: ['price-outside-tolerance'] });
  const line = await given.prisma.orderLine.findFirst({ where: { orderId } });
  if (line === null) return { prepared };
  const requests: ErpOrderRequest[] = [];
  const erp = {
    createOrder: (_key: string, request: ErpOrderRequest) => {
      requests.push(request);
      return Promise.resolve({ erpOrderNumber: 'SO-1', status: 'accepted', currency: request.currency });
    },
  };
  const activities = createErpActivities({
    system: 'main',
    port: erp as unknown as ErpPort,
    capabilities: { canAmend: true, canCancel: true },
    records: deps,
  });
  await given.activity(() => activities.placeOrder({ orderId, progress: underWay }));
  const [{ unit: told, unitFactor: factor } = { unit: '', unitFactor: '' }] = requests[0]?.lines ?? [];
  return { pieces: line.ordered.toFixed(), answeredIn: line.orderedUnit, erp: `${told} of ${factor}` };
}

it('a unit that the profile maps is acknowledged as received and sent to the ERP as ours', async () => {
  expect(await ordered('CT', { CT: 'CA' })).toEqual({ pieces: '24', answeredIn: 'CT', erp: 'CA of 12' });
});

it('a cross-reference for a unit takes precedence over the profile', async () => {
  const known = 'unit,CT,EA,,\n';
  expect(await ordered('CT', { CT: 'CA' }, known)).toEqual({ pieces: '2', answeredIn: 'CT', erp: 'EA of 1' });
});

it("a partner's pack has the quantity of its cross-reference, whatever the profile says of its unit", async () => {
  const known = 'pack,CT,EA,MW-1002,24\nunit,CT,EA,,\n';
  expect(await ordered('CT', { CT: 'CA' }, known)).toEqual({ pieces: '48', answeredIn: 'CT', erp: 'CT of 24' });
});

it('an unknown unit stops the order, and the problem names the unit as received', async () => {
  const summary = expect.stringContaining('MW-1002 is not sold by CT');
  expect(await ordered('CT', {})).toEqual({
    prepared: { ready: false, problem: { type: 'unknown-unit', summary, lineIds: ['10'] } },
  });
});
