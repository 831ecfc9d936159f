import type { Database } from '../../prisma/client.ts';

/** For tests: an order of 10,000 lines in one shipment of 2,500 cartons, written at once. */

export const LINES = 10_000;
export const CARTONS = 2_500;
export const numbers = Array.from({ length: LINES }, (_, index) => index + 1);
/** Lines that an open exception names. */
export const QUESTIONED = ['8000', '8001'];

/** Of 12, of which 6 are open and 2 shipped. */
const QUANTITIES: Readonly<Record<number, object>> = {
  7001: { backordered: '4' },
  7002: { cancelled: '4' },
  7003: { rejected: '4' },
  // A change has taken it off.
  7004: { orderedValue: '0', ordered: '0', shipped: '0', open: '0' },
};

export async function largeOrder(prisma: Database): Promise<void> {
  const canonical = {
    ...{ partnerId: 'cobalt-ridge', channel: 'api', poNumber: 'BIG', orderedOn: '2026-11-20' },
    shipTo: { identifiers: [{ scheme: 'partner', value: 'S1' }] },
    lines: numbers.map((number) => ({
      ...{ lineId: String(number), item: { customerSku: `B-${number}` }, quantity: { value: '12', unit: 'EA' } },
      ...(number === 9000 && {
        allocations: [{ store: { identifiers: [{ scheme: 'partner', value: '77' }] }, quantity: '12' }],
      }),
    })),
  };
  const whole = numbers.map((lineNumber) => ({ lineNumber, quantity: '2' }));
  await prisma.order.create({
    data: {
      ...{ id: 'BIG', partnerId: 'cobalt-ridge', poNumber: 'BIG', channel: 'api', contentHash: 'b' },
      ...{ profileVersion: '1', workflowId: 'order/BIG', correlationId: 'c', canonical, currency: 'USD' },
      orderedOn: new Date('2026-11-20'),
      fulfillments: {
        create: {
          ...{ id: 'f', round: 1, sequence: 1, node: 'RNO', wmsSystem: 'main', releaseNumber: 'BIG-1', lines: whole },
        },
      },
      exceptions: {
        create: {
          ...{ id: 'e', type: 'price-mismatch', category: 'price', summary: 'Two prices differ', step: 'check' },
          ...{ resolutions: ['cancel'], owner: 'customer-service', detail: { lineIds: QUESTIONED } },
        },
      },
    },
  });
  await prisma.orderLine.createMany({
    data: numbers.map((lineNumber) => ({
      ...{ orderId: 'BIG', lineNumber, lineId: String(lineNumber), sku: `MW-${lineNumber}`, ordered: '12' },
      ...{ customerSku: `B-${lineNumber}`, description: lineNumber === 9500 ? '50%_off Wrench' : 'Wrench' },
      ...{ orderedValue: '12', orderedUnit: 'EA', baseUnit: 'EA', unitFactor: '1', unitPrice: '5' },
      ...{ contractPrice: '5', shipped: '2', open: lineNumber in QUANTITIES ? '6' : '10', ...QUANTITIES[lineNumber] },
    })),
  });
  await prisma.shipment.create({
    data: {
      ...{ id: 's', orderId: 'BIG', fulfillmentId: 'f', shipmentNumber: '1', shippedAt: new Date() },
      ...{ carrierScac: 'RDWY', lines: whole },
    },
  });
  const each = LINES / CARTONS;
  await prisma.package.createMany({
    data: Array.from({ length: CARTONS }, (_, index) => ({
      ...{ id: `p${String(index).padStart(5, '0')}`, sscc: String(index).padStart(18, '0'), shipmentId: 's' },
      kind: 'carton',
      lines: whole.slice(index * each, (index + 1) * each),
    })),
  });
}
