import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgreedCharge, Invoice } from '../../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { startErp } from '../../sandbox/erp/server.ts';
import type { RunningServer } from '../../sandbox/server.ts';
import { TOKEN, temporaryFolder } from '../../sandbox/testing.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { agreeing } from '../edi/testing/agreeing.ts';
import { createOrderRecords } from '../orders/activities.ts';
import { type RecordsUnderTest, recordsUnderTest, shipmentOf, underWay } from '../orders/testing/records-under-test.ts';
import { createErpActivities } from './activities.ts';
import { createRestErp } from './connectors/rest/client.ts';
import type { ErpPort } from './port.ts';

const PARTNER = 'tri-valley';
const AGREED: AgreedCharge[] = [
  { kind: 'allowance', code: 'C310', description: 'Promotional allowance', percent: '2.5' },
  { kind: 'charge', code: 'G830', description: 'Handling', amount: 750 },
];

let given: RecordsUnderTest;
let folder: ReturnType<typeof temporaryFolder>;
let server: RunningServer;
beforeEach(async () => {
  folder = temporaryFolder();
  server = await startErp({ port: 0, dataDir: folder.path, token: TOKEN });
  given = await recordsUnderTest();
});
afterEach(async () => {
  await server.close();
  folder.remove();
  await given.remove();
});

/**
 * Takes an order of three claw hammers at 10.65 to its 810 against a real ERP. Returns the ERP's
 * invoice and the document that we sent.
 */
async function invoiced(
  agreed: Partial<PartnerProfile['invoicing']>,
  change: (port: ErpPort) => ErpPort = (port) => port,
) {
  const { prisma } = given;
  const deps = agreeing(given, PARTNER, ({ invoicing }) => ({ invoicing: { ...invoicing, charges: [], ...agreed } }));
  const port = createRestErp({ id: 'main', baseUrl: server.url, token: TOKEN, timeoutSeconds: 5 });
  const erp = createErpActivities({
    system: 'main',
    port: change(port),
    capabilities: { canAmend: true, canCancel: true },
    records: deps,
  });
  const records = createOrderRecords(deps);
  await given.stock('RNO', 'MW-1001', 100);
  const orderId = await given.checked(PARTNER, [each('MW-1001', 3)], createOrderRecords(deps));
  const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
  await given.activity(() => erp.placeOrder({ orderId, progress: underWay }));
  const [fulfillment] = fulfillments;
  if (fulfillment === undefined) throw new Error('nothing was reserved');
  const eventId = await given.shipped(fulfillment.releaseNumber, 'S1', [{ lineNumber: 1, quantity: '3' }]);
  const event = { orderId, fulfillmentId: fulfillment.id, system: 'main', eventId, progress: underWay };
  const { shipmentId } = shipmentOf(await given.activity(() => records.recordShipment(event)));
  const invoice = () => given.activity(() => erp.invoiceShipment({ shipmentId, progress: underWay }));
  const answer = await invoice();
  // A repeated call finds the same invoice.
  expect(await invoice()).toEqual(answer);
  const document = await prisma.document.findFirstOrThrow({ where: { orderId, transactionSet: '810' } });
  const stored = await prisma.invoice.findUniqueOrThrow({ where: { shipmentId } });
  const noted = await prisma.timelineEvent.findMany({ where: { orderId, type: 'invoice.charges-differ' } });
  return {
    invoice: stored.content as unknown as Invoice,
    total: answer.total,
    sent: document.body.split('~').filter((segment) => /^(TDS|SAC)/.test(segment)),
    terms: document.body.split('~').find((segment) => segment.startsWith('ITD')),
    noted: noted.map(({ summary }) => summary),
  };
}

describe('agreed allowances and charges', () => {
  it('are on the ERP’s invoice and in the 810 to the same cent', async () => {
    const { invoice, total, sent, noted } = await invoiced({ charges: AGREED });
    // 2.5 % of 31.95 is 0.79875.
    expect(invoice.charges.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['allowance', 80],
      ['charge', 750],
    ]);
    expect(total).toBe(3195 - 80 + 750 + invoice.tax);
    expect(sent).toEqual([
      `TDS*${total}`,
      'SAC*A*C310***80*******02***Promotional allowance',
      'SAC*C*G830***750*******06***Handling',
    ]);
    expect(noted).toEqual([]);
  });

  it('that an ERP leaves out are not made up: the 810 says what the ERP booked, and the order tells what is missing', async () => {
    const deaf = (port: ErpPort): ErpPort => ({
      ...port,
      createInvoice: (key, { charges: _, ...request }) => port.createInvoice(key, request),
    });
    const { total, sent, noted } = await invoiced({ charges: AGREED }, deaf);
    expect(sent).toEqual([`TDS*${total}`]);
    expect(noted).toEqual([
      expect.stringMatching(/has not what is agreed: allowance C310 of 0\.8 USD, charge G830 of 7\.5 USD$/),
    ]);
  });
});

describe('payment terms', () => {
  const dayAfter = ({ invoicedOn }: Invoice, days: number) =>
    new Date(Date.parse(invoicedOn) + days * 86_400_000).toISOString().slice(0, 10);
  const inX12 = (...after: Parameters<typeof dayAfter>) => dayAfter(...after).replaceAll('-', '');
  const ofRecord = (terms: object | null) =>
    given.prisma.customer.updateMany({
      where: { partnerId: PARTNER },
      data: { terms: terms === null ? Prisma.DbNull : terms },
    });
  const profileTerms = { discountPercent: '1.5', discountDays: 15, netDays: 45, description: '1.5% 15 net 45' };

  it('are those of the customer’s record where the order has none, on the invoice and in the 810', async () => {
    await ofRecord({ netDays: 20, description: 'Net 20' });
    const { invoice, terms } = await invoiced({ terms: profileTerms });
    expect(invoice.dueOn).toBe(dayAfter(invoice, 20));
    expect(terms).toBe(`ITD*01*3****${inX12(invoice, 20)}*20*****Net 20`);
  });

  it('are those of the profile where the record has none either: the ERP gets them, so that it books by them', async () => {
    await ofRecord(null);
    const { invoice, terms } = await invoiced({ terms: profileTerms });
    expect(invoice.dueOn).toBe(dayAfter(invoice, 45));
    expect(terms).toBe(`ITD*08*3*1.5**15*${inX12(invoice, 45)}*45*****1.5% 15 net 45`);
  });

  it('that the ERP does not follow are not offered: the 810 says when the invoice is due', async () => {
    await ofRecord(null);
    const deaf = (port: ErpPort): ErpPort => ({
      ...port,
      createOrder: (key, request) => port.createOrder(key, { ...request, terms: { netDays: 10 } }),
    });
    const { invoice, terms } = await invoiced({ terms: profileTerms }, deaf);
    expect(terms).toBe(`ITD*01*3****${inX12(invoice, 10)}*10`);
  });
});
