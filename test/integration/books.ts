import type {
  ErpInvoiceRecord,
  ErpOrderRecord,
  ErpReceiptRecord,
  ErpShipmentRecord,
} from '../../activities/erp/connectors/rest/rest-contract.ts';
import type { ReleaseRecord } from '../../activities/wms/connectors/rest/rest-contract.ts';
import { compare, multiply, sum } from '../../domain/decimal.ts';
import { extend, toMinor } from '../../domain/money.ts';
import { isSscc } from '../../domain/sscc.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import type { Calls } from './calls.ts';
import { lineIdOf, type PurchaseOrder, piecesIn } from './purchase-orders.ts';
import { elementOf, elementsOf, type ReceivedDocument, receivedDocuments } from './received-documents.ts';

/**
 * The audit: what our records say, held line by line and cent by cent against the books of the ERP, the warehouse and the partners. It
 * judges only what is there when it looks; whether everything has come to rest is for the caller to wait for.
 */

export type Books = Awaited<ReturnType<typeof readBooks>>;

export async function readBooks(calls: Calls, prisma: Database, profiles: ReadonlyMap<string, PartnerProfile>) {
  const list = async <T>(system: 'erp' | 'wms', path: string): Promise<T[]> =>
    ((await calls.system(system, path)).body as { items: T[] }).items;
  const [orders, documents, interchanges, payments, reservations, controlNumbers] = await Promise.all([
    prisma.order.findMany({
      include: {
        lines: true,
        fulfillments: true,
        shipments: { include: { packages: true } },
        invoices: { include: { payments: true } },
        exceptions: true,
      },
    }),
    prisma.document.findMany(),
    prisma.interchange.findMany({ omit: { bytes: true } }),
    prisma.payment.findMany({ include: { allocations: true } }),
    prisma.reservation.findMany(),
    prisma.controlNumber.findMany(),
  ]);
  return {
    orders,
    documents,
    interchanges,
    payments,
    reservations,
    controlNumbers,
    erp: {
      orders: await list<ErpOrderRecord>('erp', '/orders'),
      shipments: await list<ErpShipmentRecord>('erp', '/shipments'),
      invoices: await list<ErpInvoiceRecord>('erp', '/invoices'),
      receipts: await list<ErpReceiptRecord>('erp', '/receipts'),
    },
    releases: await list<ReleaseRecord>('wms', '/releases'),
    received: await receivedDocuments(calls, profiles),
    mailboxes: (await calls.system('partners', '/_control/summary')).body.partners as Record<
      string,
      { repeatedDocuments: string[] }
    >,
  };
}

type OurOrder = Books['orders'][number];
type Complain = (what: string) => void;

/** `lines` where the test knows what they must come to; without them, whatever was ordered must have shipped. */
type Wanted = Pick<PurchaseOrder, 'partnerId' | 'poNumber'> & Partial<Pick<PurchaseOrder, 'lines'>>;

/** Everything that does not agree for these purchase orders, in plain words; an empty list when the books balance. */
export function audit(books: Books, purchaseOrders: readonly Wanted[]): string[] {
  const complaints: string[] = [];
  for (const wanted of purchaseOrders) {
    const complain: Complain = (what) => complaints.push(`${wanted.partnerId} ${wanted.poNumber}: ${what}`);
    const ours = books.orders.filter(
      ({ partnerId, poNumber }) => partnerId === wanted.partnerId && poNumber === wanted.poNumber,
    );
    const [order] = ours;
    if (order === undefined || ours.length !== 1) {
      complain(`has ${ours.length} orders in our records`);
      continue;
    }
    auditOrder(books, wanted, order, complain);
  }
  auditNetwork(books, purchaseOrders, (what) => complaints.push(what));
  return complaints;
}

function auditOrder(books: Books, wanted: Wanted, order: OurOrder, complain: Complain): void {
  if (order.status !== 'closed') complain(`is ${order.status}, waits for ${order.waitingFor}`);
  for (const { type, state, summary } of order.exceptions) complain(`exception ${type} (${state}): ${summary}`);
  auditLines(wanted, order, complain);
  auditErp(books, order, complain);
  auditWarehouse(books, order, complain);
  auditDocuments(books, order, complain);
  auditMoney(books, order, complain);
}

/** ordered = cancelled + rejected + backordered + open + shipped, and all of what was ordered has shipped. */
function auditLines(wanted: Wanted, order: OurOrder, complain: Complain): void {
  if (wanted.lines !== undefined) same('number of lines', order.lines.length, wanted.lines.length, complain);
  for (const [index, line] of (wanted.lines ?? []).entries()) {
    const ours = order.lines.find(({ lineId }) => lineId === lineIdOf(index));
    const pieces = String(line.quantity * piecesIn(line));
    sameQuantity(`line ${lineIdOf(index)} ordered`, ours?.ordered.toFixed(), pieces, complain);
  }
  for (const { lineId, ordered, cancelled, rejected, backordered, open, shipped } of order.lines) {
    sameQuantity(`line ${lineId} shipped`, shipped.toFixed(), ordered.toFixed(), complain);
    const told = [cancelled, rejected, backordered, open, shipped].map((part) => part.toFixed());
    sameQuantity(`line ${lineId} accounted for`, sum(told), ordered.toFixed(), complain);
  }
}

interface LineQuantity {
  lineNumber: number;
  quantity: string;
}

function auditErp({ erp }: Books, order: OurOrder, complain: Complain): void {
  const theirs = erp.orders.filter(
    ({ orderId, poNumber, customerNumber }) =>
      orderId === order.id || (poNumber === order.poNumber && customerNumber === order.customerNumber),
  );
  const [erpOrder] = theirs;
  if (erpOrder === undefined || theirs.length !== 1) {
    complain(`the ERP has ${theirs.length} orders (${theirs.map((one) => one.erpOrderNumber).join(', ')})`);
    return;
  }
  same('ERP order number', erpOrder.erpOrderNumber, order.erpOrderNumber, complain);
  same('state in the ERP', erpOrder.state, 'invoiced', complain);
  same('correlation id in the ERP', erpOrder.correlationId, order.correlationId, complain);
  for (const line of order.lines) {
    const there = erpOrder.lines.find(({ lineNumber }) => lineNumber === line.lineNumber);
    sameQuantity(`line ${line.lineId} ordered in the ERP`, there?.ordered, line.ordered.toFixed(), complain);
    sameQuantity(`line ${line.lineId} shipped in the ERP`, there?.shipped, line.shipped.toFixed(), complain);
  }
  const posted = erp.shipments.filter(({ erpOrderNumber }) => erpOrderNumber === erpOrder.erpOrderNumber);
  same('shipments in the ERP', posted.length, order.shipments.length, complain);
  for (const shipment of order.shipments) {
    const there = posted.filter(({ shipmentNumber }) => shipmentNumber === shipment.shipmentNumber);
    same(`shipment ${shipment.shipmentNumber} in the ERP`, there.length, 1, complain);
    sameLines(
      `shipment ${shipment.shipmentNumber} in the ERP`,
      there[0]?.lines ?? [],
      linesOf(shipment.lines),
      complain,
    );
  }
}

function auditWarehouse({ releases }: Books, order: OurOrder, complain: Complain): void {
  const theirs = releases.filter(({ releaseNumber }) => releaseNumber.includes(`-${order.id.slice(0, 8)}-`));
  const expected = order.fulfillments.flatMap(({ releaseNumber, refusedNumbers }) => [
    releaseNumber,
    ...refusedNumbers,
  ]);
  same('releases at the warehouse', theirs.map(({ releaseNumber }) => releaseNumber).sort(), expected.sort(), complain);
  for (const fulfillment of order.fulfillments) {
    const name = `release ${fulfillment.releaseNumber}`;
    const release = theirs.find(({ releaseNumber }) => releaseNumber === fulfillment.releaseNumber);
    if (release === undefined) {
      complain(`${name} is not at the warehouse`);
      continue;
    }
    same(`${name} state`, release.state, 'closed', complain);
    const shipments = order.shipments.filter(({ fulfillmentId }) => fulfillmentId === fulfillment.id);
    same(
      `${name} shipments`,
      shipments.map(({ shipmentNumber }) => shipmentNumber).sort(),
      [...release.shipmentNumbers].sort(),
      complain,
    );
    const left = release.lines.map(({ lineNumber, shipped }) => ({ lineNumber, quantity: shipped }));
    sameLines(
      `${name} shipped`,
      shipments.flatMap(({ lines }) => linesOf(lines)),
      left,
      complain,
    );
    sameLines(`${name} released`, linesOf(fulfillment.lines), left, complain);
  }
}

/** One 855, an 856 for each shipment, an 810 for each invoice, each once in the partner's mailbox, accepted by its guide and by a 997. */
function auditDocuments({ documents, received }: Books, order: OurOrder, complain: Complain): void {
  const expected = [
    {
      set: '855',
      key: `855/${order.id}`,
      told: (one: ReceivedDocument) => elementOf(one, 'BAK', 3) === order.poNumber,
    },
    ...order.shipments.map(({ id, shipmentNumber }) => ({
      set: '856',
      key: `856/${id}`,
      told: (one: ReceivedDocument) => elementOf(one, 'BSN', 2) === shipmentNumber,
    })),
    ...order.invoices.map(({ id, invoiceNumber }) => ({
      set: '810',
      key: `810/${id}`,
      told: (one: ReceivedDocument) => elementOf(one, 'BIG', 2) === invoiceNumber,
    })),
  ];
  const ours = documents.filter(({ orderId, direction }) => orderId === order.id && direction === 'outbound');
  same('documents', ours.length, expected.length, complain);
  for (const { set, key, told } of expected) {
    const document = ours.find(({ businessKey }) => businessKey === key);
    const theirs = received.filter((one) => one.partnerId === order.partnerId && one.set === set && told(one));
    same(`${key} received`, theirs.length, 1, complain);
    const [there] = theirs;
    if (document === undefined || there === undefined) continue;
    same(`${key} correlation id`, document.correlationId, order.correlationId, complain);
    same(`${key} state`, document.state, 'acknowledged', complain);
    same(`${key} acknowledged with`, document.acknowledgment, 'A', complain);
    const acknowledging = documents.find(({ id }) => id === document.acknowledgedById);
    same(`${key} acknowledged by`, acknowledging?.transactionSet, '997', complain);
    same(`${key} group`, there.groupControl, document.groupControl, complain);
    same(`${key} transaction`, there.transactionControl, document.transactionControl, complain);
    same(`${key} faults`, there.faults, [], complain);
    if (set === '855') audit855(there, order, complain);
  }
  for (const shipment of order.shipments) {
    const notice = received.find(
      ({ set, ...one }) => set === '856' && elementOf(one, 'BSN', 2) === shipment.shipmentNumber,
    );
    if (notice !== undefined) audit856(notice, order, shipment, complain);
  }
}

function audit855(document: ReceivedDocument, order: OurOrder, complain: Complain): void {
  same('855 type', elementOf(document, 'BAK', 2), 'AD', complain);
  let lineId = '';
  const accepted = new Map<string, string>();
  for (const segment of document.segments) {
    const element = elementsOf(segment);
    if (segment.id === 'PO1') lineId = element(1);
    if (segment.id !== 'ACK') continue;
    same(`855 line ${lineId} status`, element(1), 'IA', complain);
    const pieces = inPieces(order, lineId, element(2), element(3));
    accepted.set(lineId, sum([accepted.get(lineId) ?? '0', pieces]));
  }
  for (const line of order.lines) {
    sameQuantity(`855 line ${line.lineId}`, accepted.get(line.lineId), line.ordered.toFixed(), complain);
  }
}

function audit856(
  document: ReceivedDocument,
  order: OurOrder,
  shipment: OurOrder['shipments'][number],
  complain: Complain,
): void {
  const name = `856 ${shipment.shipmentNumber}`;
  const told: LineQuantity[] = [];
  const labels: string[] = [];
  for (const segment of document.segments) {
    const element = elementsOf(segment);
    if (segment.id === 'MAN' && element(1) === 'GM') labels.push(element(2).slice(2));
    if (segment.id !== 'SN1') continue;
    const line = order.lines.find(({ lineId }) => lineId === element(1));
    if (line === undefined) complain(`${name} names line ${element(1)}`);
    else told.push({ lineNumber: line.lineNumber, quantity: inPieces(order, line.lineId, element(2), element(3)) });
  }
  sameLines(name, told, linesOf(shipment.lines), complain);
  sameLines(
    `packages of ${shipment.shipmentNumber}`,
    shipment.packages.flatMap(({ lines }) => linesOf(lines)),
    linesOf(shipment.lines),
    complain,
  );
  if (labels.length === 0) return;
  same(`${name} labels`, labels.sort(), shipment.packages.flatMap(({ sscc }) => sscc ?? []).sort(), complain);
}

/** Every shipment invoiced once and paid once, to the cent, in the ERP, in our records, on the 810 and in the remittance. */
function auditMoney({ erp, received, payments }: Books, order: OurOrder, complain: Complain): void {
  same('invoices', order.invoices.length, order.shipments.length, complain);
  const erpOrder = erp.orders.find(({ orderId }) => orderId === order.id);
  const booked = erp.invoices.filter(({ erpOrderNumber }) => erpOrderNumber === erpOrder?.erpOrderNumber);
  same('invoices in the ERP', booked.length, order.invoices.length, complain);
  const goods = (erpOrder?.netTotal ?? 0) + (erpOrder?.taxTotal ?? 0);
  same('ERP invoices together', total(booked.map(({ invoice }) => invoice.total)), goods, complain);
  for (const ours of order.invoices) {
    const name = `invoice ${ours.invoiceNumber}`;
    const amount = Number(ours.total);
    const there = booked.find(({ invoice }) => invoice.invoiceNumber === ours.invoiceNumber);
    same(`${name} in the ERP`, there?.invoice.total, amount, complain);
    same(`${name} open in the ERP`, there?.open, 0, complain);
    same(`${name} paid in our records`, Number(ours.paid), amount, complain);
    const receipts = erp.receipts.filter(({ invoiceNumber }) => invoiceNumber === ours.invoiceNumber);
    same(`${name} receipts`, total(receipts.map((receipt) => receipt.amount)), amount, complain);
    same(`${name} number of receipts`, receipts.length, 1, complain);
    const remitted = payments.flatMap(({ allocations }) => allocations.filter((one) => one.invoiceId === ours.id));
    same(`${name} remitted`, total(remitted.map((one) => Number(one.amount + one.adjustment))), amount, complain);
    same(
      `${name} receipt numbers`,
      remitted.map((one) => one.receiptNumber),
      receipts.map((one) => one.receiptNumber),
      complain,
    );
    const document = received.find((one) => one.set === '810' && elementOf(one, 'BIG', 2) === ours.invoiceNumber);
    if (document !== undefined) audit810(document, order, amount, there?.invoice.tax ?? 0, complain);
  }
}

function audit810(document: ReceivedDocument, order: OurOrder, amount: number, tax: number, complain: Complain): void {
  const name = `810 ${elementOf(document, 'BIG', 2)}`;
  same(`${name} PO number`, elementOf(document, 'BIG', 4), order.poNumber, complain);
  same(`${name} TDS01`, Number(elementOf(document, 'TDS', 1)), amount, complain);
  const lines = document.segments.filter(({ id }) => id === 'IT1').map((segment) => elementsOf(segment));
  const goods = total(lines.map((element) => extend(element(2), element(4), order.currency)));
  same(`${name} lines and tax`, goods + tax, amount, complain);
  const stated = elementOf(document, 'TXI', 2);
  same(`${name} tax`, stated === '' ? 0 : toMinor(stated, order.currency), tax, complain);
}

/** Invariants over all orders. */
function auditNetwork(books: Books, wanted: readonly Wanted[], complain: Complain): void {
  for (const [partner, { repeatedDocuments }] of Object.entries(books.mailboxes)) {
    // 855s are told apart by their PO number alone: one that other orders share may come for each of them.
    const repeated = repeatedDocuments.filter(
      (name) => !name.startsWith('855 ') || wanted.some(({ poNumber }) => name === `855 ${poNumber}`),
    );
    same(`documents repeated to ${partner}`, repeated, [], complain);
  }
  for (const one of books.received) {
    if (one.faults.length > 0) complain(`${one.set} in ${one.fileName}: ${one.faults.join('; ')}`);
  }
  unique(
    'ISA13',
    new Map(books.received.map((one) => [one.fileName, `${one.partnerId} ${one.interchangeControl}`])),
    complain,
  );
  const groups = new Map(
    books.received.map((one) => [`${one.fileName} ${one.groupControl}`, `${one.partnerId} ${one.groupControl}`]),
  );
  unique('GS06', groups, complain);
  unique(
    'ST02',
    new Map(books.received.map((one, index) => [String(index), `${one.partnerId} ${one.transactionControl}`])),
    complain,
  );
  const labels = books.received.flatMap(({ segments }) =>
    segments
      .filter(({ id, elements }) => id === 'MAN' && elements[0] === 'GM')
      .map(({ elements }) => elements[1] ?? ''),
  );
  unique('SSCC', new Map(labels.map((label, index) => [String(index), label])), complain);
  for (const label of labels) {
    if (!/^00\d{18}$/.test(label) || !isSscc(label.slice(2))) complain(`${label} is no SSCC`);
  }
  auditAcknowledgements(books, complain);
  for (const { fulfillmentId, quantity } of books.reservations) {
    if (compare(quantity.toFixed(), '0') !== 0) complain(`${fulfillmentId} still holds ${quantity.toFixed()}`);
  }
}

/** Every group that a partner sent us, 997s excepted, has exactly one 997 of ours in its mailbox. */
function auditAcknowledgements({ documents, interchanges, received }: Books, complain: Complain): void {
  const inbound = interchanges.filter(({ direction, state }) => direction === 'inbound' && state !== 'rejected');
  for (const { id, state, partnerId, controlNumber } of inbound) {
    const name = `interchange ${controlNumber} of ${partnerId}`;
    if (state !== 'processed') complain(`${name} is ${state}`);
    const groups = new Set(
      documents
        .filter((one) => one.interchangeId === id && one.transactionSet !== '997')
        .map(({ groupControl }) => groupControl),
    );
    for (const group of groups) {
      const answers = received.filter(
        (one) => one.partnerId === partnerId && one.set === '997' && elementOf(one, 'AK1', 2) === group,
      );
      same(`${name}, group ${group}: 997s`, answers.length, 1, complain);
    }
  }
}

/** Compares our balances with the warehouse's count. Valid only right after a synchronisation. */
export async function auditStock(calls: Calls, prisma: Database): Promise<string[]> {
  const complaints: string[] = [];
  const { body } = await calls.system('wms', '/stock?nodes=RNO,MEM');
  const counted = body.balances as { node: string; sku: string; onHand: string }[];
  const balances = await prisma.inventoryBalance.findMany();
  same('balances', balances.length, counted.length, (what) => complaints.push(what));
  for (const { node, sku, onHand, reserved } of balances) {
    const complain: Complain = (what) => complaints.push(`${sku} at ${node}: ${what}`);
    const there = counted.find((one) => one.node === node && one.sku === sku);
    sameQuantity('on hand', onHand.toFixed(), there?.onHand, complain);
    sameQuantity('reserved', reserved.toFixed(), '0', complain);
  }
  return complaints;
}

// ── Comparing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function same(what: string, found: unknown, expected: unknown, complain: Complain): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left !== right) complain(`${what}: ${left}, expected ${right}`);
}

function sameQuantity(what: string, found: string | undefined, expected: string | undefined, complain: Complain): void {
  if (found === undefined || expected === undefined || compare(found, expected) !== 0)
    complain(`${what}: ${found}, expected ${expected}`);
}

function sameLines(what: string, found: LineQuantity[], expected: LineQuantity[], complain: Complain): void {
  const [left, right] = [byLine(found), byLine(expected)];
  for (const lineNumber of new Set([...left.keys(), ...right.keys()])) {
    sameQuantity(`${what}, line ${lineNumber}`, left.get(lineNumber) ?? '0', right.get(lineNumber) ?? '0', complain);
  }
}

function byLine(lines: LineQuantity[]): Map<number, string> {
  const totals = new Map<number, string>();
  for (const { lineNumber, quantity } of lines) {
    totals.set(lineNumber, sum([totals.get(lineNumber) ?? '0', quantity]));
  }
  return totals;
}

/** The JSON columns that hold lines and quantities. */
function linesOf(lines: unknown): LineQuantity[] {
  return lines as LineQuantity[];
}

function inPieces(order: OurOrder, lineId: string, value: string, unit: string): string {
  const line = order.lines.find((candidate) => candidate.lineId === lineId);
  if (line === undefined || unit === line.baseUnit) return value;
  return multiply(value, line.unitFactor.toFixed());
}

function total(amounts: readonly number[]): number {
  return amounts.reduce((together, amount) => together + amount, 0);
}

function unique(what: string, names: ReadonlyMap<string, string>, complain: Complain): void {
  const seen = new Set<string>();
  for (const name of names.values()) {
    if (seen.has(name)) complain(`${what} ${name} came more than once`);
    seen.add(name);
  }
}
