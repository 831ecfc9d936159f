import { expect, it } from 'vitest';
import { type LabelWishes, labelContents } from '../../mappings/labels/content.ts';
import { canonicalOrder, each, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { labelledPackageOf, labelledShipmentOf } from './shipment-labels.ts';

const wishes: LabelWishes = {
  format: 'pdf',
  ...{ pallets: true, contents: false, department: false, vendorNumber: false, markFor: true },
  ...{ postalCodeBarcode: false, poNumberBarcode: false },
};

it('a label is marked for the store of its package, otherwise as the order says', () => {
  const order = canonicalOrder(purchaseOrder('harbor-pine', 'LABELS', [each('MW-1001', 3)]));
  const stores = [
    { identifiers: [{ scheme: 'store', value: '0101' }], address: { name: 'Monterey', lines: [], country: 'US' } },
    { identifiers: [{ scheme: 'store', value: '0102' }] },
  ];
  const allocations = stores.map((store, index) => ({ store, quantity: String(index + 1) }));
  const canonical = {
    ...order,
    oneTimeShipTo: false,
    lines: order.lines.map((line) => ({ ...line, allocations })),
  };
  const packed = (sscc: string, markFor: string | null) =>
    labelledPackageOf({ sscc, kind: 'carton', palletSscc: null, markFor, lines: [] });
  const shipment = labelledShipmentOf(
    {
      ...{ shipmentNumber: 'S1', carrierScac: 'ODFL', tracking: null, billOfLading: null },
      order: { poNumber: 'LABELS', canonical, lines: [] },
      packages: [packed('1', '0101'), packed('2', '0102'), packed('3', null)],
    },
    { shipFrom: { lines: [], country: 'US' }, shipTo: null, vendorNumber: undefined },
  );
  expect(labelContents(shipment, wishes).map(({ markFor }) => markFor)).toEqual([
    { code: '0101', name: 'Monterey' },
    { code: '0102' },
    { code: 'DC07' },
  ]);
});
