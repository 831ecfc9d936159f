/** An order and its shipment as the systems would make them, with example numbers where only they give any. */
import { dayOf } from '../../domain/calendar/calendar.ts';
import { agreedCharges, netOfCharges } from '../../domain/charges.ts';
import { extend } from '../../domain/money.ts';
import { hasRules, type RoutedCarrier, route } from '../../domain/policy/carrier-routing.ts';
import type { Address, Invoice, SalesOrder, Shipment } from '../../mappings/canonical/v1/index.ts';
import type { ShipmentDocument } from '../../mappings/edi/document-content.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { nodeAddress, systemsFor } from '../../runtime/systems.ts';
import type { OrderLineRecord, OrderRecord } from '../orders/order-record.ts';
import { withSsccs } from '../orders/packages.ts';
import type { Problem } from '../orders/prepare/problem.ts';
import { type CheckedLine, type CheckedOrder, lineRow } from '../orders/prepare/record.ts';
import { termsOf } from '../orders/prepare/terms.ts';
import { allocationsOf } from '../orders/stores.ts';
import { answerOf, askedOf, linesOf } from '../wms/routing.ts';
import { EXAMPLE_ORDER, type OrderToPreview, type PreviewSystems } from './check-order.ts';
import type { MasterData } from './master-data.ts';
import type { Example } from './result.ts';

export const EXAMPLES = {
  erpOrder: 'EXAMPLE-SO-1',
  shipment: 'EXAMPLE-SHP-1',
  billOfLading: 'EXAMPLE-BOL-1',
  invoice: 'EXAMPLE-INV-1',
} as const;
/** The carrier where neither order nor profile names one. */
const EXAMPLE_SCAC = 'XXXX';
const EXAMPLE_NODE = 'EXAMPLE';
const EXAMPLE_PRICE = '1';
const NET_DAYS = 30;
const FIRST_SERIAL = 1;

export interface ExampleOrder {
  readonly record: OrderRecord;
  readonly node: { code: string; address: Address };
  readonly shipment: Shipment;
  readonly invoice: Invoice;
  /** The address in the ERP; null if it was not looked at. */
  readonly shipTo: Address | null;
  readonly routing: NonNullable<ShipmentDocument['routing']>;
  readonly shipBy: string;
  readonly examples: readonly Example[];
  /** The routing guide allows no carrier. */
  readonly problem?: Problem;
}

/** `checked` is absent if the check did not get through; then the order's own words stand for master data. */
export async function exampleOrder(
  subject: OrderToPreview,
  profile: PartnerProfile,
  checked: CheckedOrder | undefined,
  masterData: MasterData | undefined,
  systems: PreviewSystems,
): Promise<ExampleOrder> {
  const examples: Example[] = [
    { what: 'order number of the ERP', value: EXAMPLES.erpOrder },
    { what: 'shipment number', value: EXAMPLES.shipment },
    { what: 'bill of lading', value: EXAMPLES.billOfLading },
    { what: 'invoice number', value: EXAMPLES.invoice },
  ];
  const { order, receivedAt } = subject;
  const shipBy = checked?.shipBy ?? termsOf(order, receivedAt, profile, { taskQueue: '' }).shipBy;
  const shipTo = await shipToOf(checked, masterData);
  const record = {
    ...recordOf(subject, profile, checked, shipBy, examples),
    shipToAddress: order.oneTimeShipTo ? null : shipTo,
  };
  const code = await nodeOf(record, profile, masterData, systems);
  if (code === EXAMPLE_NODE) examples.push({ what: 'warehouse', value: code });
  const node = { code, address: nodeAddress(systems.wms, code) };
  const routed = await routedBy(record, profile, code, shipTo, masterData, receivedAt);
  const scac = routed.scac ?? order.carrier?.scac ?? profile.routing.scac ?? EXAMPLE_SCAC;
  if (scac === EXAMPLE_SCAC) examples.push({ what: 'carrier', value: scac });
  const { sscc } = profile.shipNotice;
  const packed = shipmentOf(record, profile, scac, shipBy);
  const shipment = sscc === undefined ? packed : withSsccs(packed, sscc, FIRST_SERIAL);
  for (const one of shipment.packages) if (one.sscc !== undefined) examples.push({ what: 'SSCC', value: one.sscc });
  const { problem, scac: _, ...routing } = routed;
  return {
    record,
    node,
    shipment,
    invoice: invoiceOf(record, profile, shipBy),
    shipTo,
    routing,
    shipBy,
    examples,
    ...(problem && { problem }),
  };
}

function recordOf(
  { order, receivedAt }: OrderToPreview,
  profile: PartnerProfile,
  checked: CheckedOrder | undefined,
  shipBy: string,
  examples: Example[],
): OrderRecord {
  const lines = checked?.lines ?? order.lines.map((line, index) => lineAsOrdered(line, index, profile, examples));
  return {
    id: EXAMPLE_ORDER,
    partnerId: order.partnerId,
    poNumber: order.poNumber,
    profileVersion: profile.version,
    correlationId: EXAMPLE_ORDER,
    canonical: order,
    asOrdered: null,
    corrections: [],
    orderedOn: order.orderedOn,
    currency: order.currency,
    customerNumber: checked?.customerNumber ?? null,
    shipToNumber: checked?.shipToNumber ?? null,
    shipToAddress: null,
    paymentTerms: (checked?.paymentTerms as SalesOrder['terms']) ?? order.terms ?? profile.invoicing.terms ?? null,
    taxTotal: checked?.taxTotal ?? 0,
    erpSystem: checked?.erpSystem ?? null,
    erpOrderNumber: EXAMPLES.erpOrder,
    receivedAt: receivedAt.toISOString(),
    shipBy,
    reservedRound: 0,
    lines: lines.map(lineRecordOf),
  };
}

function lineRecordOf(line: CheckedLine): OrderLineRecord {
  const { contractPrice: _, customerSku, unit, ...row } = lineRow(line);
  const nothing = { cancelled: '0', rejected: '0', backordered: '0', shipped: '0', surplus: '0' };
  return { ...row, ...nothing, customerSku: customerSku ?? null, unit: unit ?? null };
}

/** The order's own words: its unit is taken for ours, and its number for our item. */
function lineAsOrdered(
  { lineId, item, quantity, unitPrice }: SalesOrder['lines'][number],
  index: number,
  { units }: PartnerProfile,
  examples: Example[],
): CheckedLine {
  const unit = Object.hasOwn(units, quantity.unit) ? (units[quantity.unit] ?? quantity.unit) : quantity.unit;
  const sku = item.sku ?? `EXAMPLE-SKU-${index + 1}`;
  if (item.sku === undefined) examples.push({ what: `our item of line ${lineId}`, value: sku });
  if (unitPrice === undefined) examples.push({ what: `price of line ${lineId}`, value: EXAMPLE_PRICE });
  const price = unitPrice ?? EXAMPLE_PRICE;
  return {
    lineNumber: index + 1,
    lineId,
    customerSku: item.customerSku,
    ordered: quantity,
    contractPrice: price,
    unitPrice: price,
    unit,
    unitFactor: '1',
    base: quantity.value,
    item: {
      sku,
      description: item.description ?? '',
      baseUnit: unit,
      gtin: item.gtin ?? null,
      taxable: false,
    },
  };
}

/** The first node that the customer prefers and a warehouse of this side runs; else the first of those. */
async function nodeOf(
  { canonical: order, erpSystem, shipToNumber }: OrderRecord,
  profile: PartnerProfile,
  masterData: MasterData | undefined,
  { wms }: PreviewSystems,
): Promise<string> {
  const nodes = systemsFor(wms, profile.usage).flatMap((system) => system.nodes);
  if (masterData === undefined || erpSystem === null) return nodes[0] ?? EXAMPLE_NODE;
  const known = await masterData.known({ profile, erps: [erpSystem], order, corrections: [] });
  const buyer = known.buyers.find((one) => one.shipToNumber === shipToNumber);
  return buyer?.preferredNodes.find((node) => nodes.includes(node)) ?? nodes[0] ?? EXAMPLE_NODE;
}

async function shipToOf(checked: CheckedOrder | undefined, masterData: MasterData | undefined) {
  if (checked === undefined || masterData === undefined) return null;
  return masterData.shipTo(checked.erpSystem, checked.shipToNumber);
}

interface Routed extends Partial<RoutedCarrier> {
  problem?: Problem;
}

async function routedBy(
  { canonical, erpSystem, lines }: OrderRecord,
  profile: PartnerProfile,
  node: string,
  shipTo: Awaited<ReturnType<typeof shipToOf>>,
  masterData: MasterData | undefined,
  receivedAt: Date,
): Promise<Routed> {
  const guide = profile.routing;
  const { method, shipmentPayment } = guide;
  // Without weights and the ERP's address, rules of the guide cannot be followed.
  if (shipTo === null || masterData === undefined || erpSystem === null) return { method, shipmentPayment };
  const asked = askedOf({ node, canonical, receivedAt, shipTo }, profile);
  const skus = lines.map(({ sku }) => sku);
  const loads = hasRules(guide)
    ? new Map((await masterData.loads(erpSystem, skus)).map((one) => [one.sku, one]))
    : null;
  const loaded = lines.map(({ sku, open }) => {
    const { weight = null, packs = null } = loads?.get(sku) ?? {};
    return { sku, quantity: open, weight, packs };
  });
  const today = dayOf(receivedAt, profile.calendar);
  const answer = answerOf(route({ ...asked, today, lines: loads === null ? [] : linesOf({ lines: loaded }) }, guide));
  if ('violation' in answer) {
    return { method, shipmentPayment, problem: { type: 'routing-violation', summary: answer.violation } };
  }
  return answer.carrier;
}

/** A carton for each line, or each store of a line, on one pallet if the partner wants pallets. */
function shipmentOf(
  { lines, canonical }: OrderRecord,
  { shipNotice, calendar }: PartnerProfile,
  scac: string,
  shipBy: string,
): Shipment {
  const cartons = lines.flatMap(({ lineNumber, open, unitFactor }): Shipment['packages'] => {
    const stores = allocationsOf(canonical.lines[lineNumber - 1], unitFactor);
    if (stores.length === 0) return [{ lines: [{ lineNumber, quantity: open }] }];
    return stores.map(({ store, quantity }) => ({ markFor: store, lines: [{ lineNumber, quantity }] }));
  });
  const pallets = shipNotice.hierarchy === 'SOTPI' ? [{ lines: [] }] : [];
  return {
    shipmentNumber: EXAMPLES.shipment,
    // Documents state the local day of the shipment.
    shippedAt: `${dayOf(new Date(shipBy), calendar)}T12:00:00Z`,
    carrier: { scac, billOfLading: EXAMPLES.billOfLading },
    packages: [...pallets, ...cartons.map((carton) => ({ ...carton, ...(pallets.length > 0 && { onPallet: 0 }) }))],
  };
}

function invoiceOf(
  { lines, currency, taxTotal, paymentTerms }: OrderRecord,
  { invoicing, calendar }: PartnerProfile,
  shipBy: string,
): Invoice {
  const invoiced = lines.map(({ lineNumber, orderedValue, orderedUnit, unitPrice }) => ({
    lineNumber,
    quantity: orderedValue,
    unit: orderedUnit,
    unitPrice,
    amount: extend(orderedValue, unitPrice, currency),
  }));
  const goods = invoiced.reduce((total, { amount }) => total + amount, 0);
  const charges = agreedCharges(goods, invoicing.charges);
  const tax = taxTotal ?? 0;
  const invoicedOn = dayOf(new Date(shipBy), calendar);
  return {
    invoiceNumber: EXAMPLES.invoice,
    invoicedOn,
    dueOn: daysAfter(invoicedOn, paymentTerms?.netDays ?? NET_DAYS),
    currency,
    lines: invoiced,
    charges,
    tax,
    total: goods + netOfCharges(charges) + tax,
  };
}

function daysAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
