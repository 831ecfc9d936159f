import { CREDIT_MEMO } from '../../activities/returns/settle-return.ts';
import type { SkippedNetwork } from '../support/skipped-network.ts';
import { undecidedOf } from './returns.ts';
import type { Walk } from './walk.ts';

const ENDS = ['closed', 'cancelled', 'rejected'];

/** What is wrong with an order and its books at the end of its walk; nothing, if all is well. */
export async function faultsOf(walk: Walk, network: SkippedNetwork): Promise<string[]> {
  const { prisma, orderId } = walk;
  const order = await prisma.order.findUniqueOrThrow({
    where: { id: orderId },
    include: {
      lines: true,
      fulfillments: true,
      shipments: { include: { invoice: true, packages: true } },
      invoices: { include: { payments: { include: { payment: true } } } },
      documents: { where: { direction: 'outbound' } },
      exceptions: { where: { state: 'open' } },
    },
  });
  const faults: string[] = [];
  const check = (holds: boolean, what: string) => {
    if (!holds) faults.push(what);
  };
  const ended = ENDS.includes(order.status);

  check(
    ended || order.exceptions.length > 0,
    `it is ${order.status} and waits for ${order.waitingFor}, without an open exception`,
  );
  check(!ended || order.exceptions.length === 0, `it is ${order.status} and has an open exception`);
  check(ended === (order.closedAt !== null), `it is ${order.status}, closed at ${order.closedAt?.toISOString()}`);

  const shippedOf = new Map<number, number>();
  for (const { lines } of order.shipments) {
    for (const { lineNumber, quantity } of lines as unknown as { lineNumber: number; quantity: string }[]) {
      shippedOf.set(lineNumber, (shippedOf.get(lineNumber) ?? 0) + Number(quantity));
    }
  }
  for (const line of order.lines) {
    const parts = [line.cancelled, line.rejected, line.backordered, line.open, line.shipped].map(Number);
    const sum = parts.reduce((total, one) => total + one, 0);
    check(sum === Number(line.ordered), `line ${line.lineNumber}: ${parts.join(' + ')} is not ${line.ordered}`);
    check(
      parts.every((one) => one >= 0),
      `line ${line.lineNumber}: a quantity is negative`,
    );
    check(
      Number(line.shipped) === (shippedOf.get(line.lineNumber) ?? 0),
      `line ${line.lineNumber}: ${line.shipped} shipped, its shipments have ${shippedOf.get(line.lineNumber) ?? 0}`,
    );
    check(!ended || Number(line.open) === 0, `line ${line.lineNumber} is open after the end`);
    check(!ended || Number(line.backordered) === 0, `line ${line.lineNumber} is backordered after the end`);
  }

  const perSubject = (set: string, id: 'shipmentId' | 'invoiceId') => {
    const of = order.documents.filter(({ transactionSet }) => transactionSet === set).map((one) => one[id]);
    check(new Set(of).size === of.length, `a second ${set} of one ${id}`);
    return of.length;
  };
  check(perSubject('856', 'shipmentId') === order.shipments.length, 'not one 856 for each shipment');
  check(perSubject('810', 'invoiceId') === order.invoices.length, 'not one 810 for each invoice');

  await checkErp(walk, network, check, order);

  const reservations = await prisma.reservation.findMany({ where: { orderId } });
  const reserved = reservations.reduce((total, { quantity }) => total + Number(quantity), 0);
  check(!ended || reserved === 0, `${reserved} units are reserved after the end`);
  const releases = (await network.wms(`/releases?poNumber=${walk.poNumber}`)).body.items as {
    releaseNumber: string;
    state: string;
  }[];
  const standing = releases.filter(({ state }) => state !== 'cancelled');
  if (order.status === 'cancelled' && order.shipments.length === 0) {
    const short = new Set(
      walk.events
        .filter(({ type }) => type === 'closed' || type === 'refused')
        .map(({ releaseNumber }) => releaseNumber),
    );
    const left = standing.filter(({ releaseNumber }) => !short.has(releaseNumber));
    check(left.length === 0, `the warehouse still has ${left.map(({ releaseNumber }) => releaseNumber).join(', ')}`);
  }

  for (const invoice of order.invoices) {
    const applied = invoice.payments.filter(({ receiptNumber }) => receiptNumber !== null);
    const paid = applied.reduce((total, { amount, adjustment }) => total + amount + adjustment, 0n);
    check(paid === invoice.paid, `invoice ${invoice.invoiceNumber}: ${invoice.paid} paid, ${paid} applied`);
    const lost = invoice.payments.filter(({ receiptNumber, noEffect }) => receiptNumber === null && noEffect === null);
    check(!ended || lost.length === 0, `a payment of ${invoice.invoiceNumber} is neither applied nor a dead letter`);
  }
  await checkChanges(walk, check, ended);
  await checkReturns(walk, network, check);
  const unmatched = await prisma.paymentAllocation.count({ where: { orderId: null, noEffect: null } });
  check(unmatched === 0, 'a payment of no invoice is no dead letter');
  return faults;
}

interface Books {
  readonly erpOrderNumber: string | null;
  readonly status: string;
  readonly shipments: readonly {
    shipmentNumber: string;
    erpShipmentNumber: string | null;
    invoice: { invoiceNumber: string } | null;
  }[];
  readonly invoices: readonly {
    invoiceNumber: string;
    paid: bigint;
    payments: readonly { adjustment: bigint; receiptNumber: string | null; payment: { method: string } }[];
  }[];
}

/** The ERP has the same books, each entry once. */
async function checkErp(
  walk: Walk,
  network: SkippedNetwork,
  check: (holds: boolean, what: string) => void,
  { erpOrderNumber, status, shipments, invoices }: Books,
): Promise<void> {
  const items = async (path: string) => (await network.erp(path)).body.items;
  const orders = (await items(`/orders?reference=${walk.orderId}`)) as { erpOrderNumber: string; state: string }[];
  check(orders.length <= 1, `the ERP has ${orders.length} orders`);
  check(
    (orders[0]?.erpOrderNumber ?? null) === erpOrderNumber,
    `the ERP has order ${orders[0]?.erpOrderNumber}, we have ${erpOrderNumber}`,
  );
  const [erpOrder] = orders;
  if (erpOrder === undefined) return;
  const isUndone = status === 'rejected' || (status === 'cancelled' && shipments.length === 0);
  check(!isUndone || erpOrder.state === 'cancelled', `it is ${status}, and the ERP has it as ${erpOrder.state}`);
  const of = `erpOrderNumber=${erpOrder.erpOrderNumber}`;
  const posted = (await items(`/shipments?${of}`)) as { erpShipmentNumber: string }[];
  const booked = (await items(`/invoices?${of}`)) as { paid: number; invoice: { invoiceNumber: string } }[];
  const same = (one: readonly unknown[], other: readonly unknown[]) =>
    one.toSorted().join() === other.toSorted().join();
  const ours = shipments.flatMap(({ erpShipmentNumber }) => erpShipmentNumber ?? []);
  check(
    same(
      posted.map(({ erpShipmentNumber }) => erpShipmentNumber),
      ours,
    ),
    `the ERP posted ${posted.length} shipments, we have ${ours.length}`,
  );
  // What a credit settles is no payment in the books of the ERP.
  const received = invoices.map(({ invoiceNumber, paid, payments }) => {
    const credits = payments.filter(({ payment, receiptNumber }) => payment.method === CREDIT_MEMO && receiptNumber);
    return `${invoiceNumber} ${credits.reduce((left, { adjustment }) => left - adjustment, paid)}`;
  });
  const theirs = booked.map(({ invoice, paid }) => `${invoice.invoiceNumber} ${paid}`);
  check(same(theirs, received), `the ERP booked ${theirs}, we ${received}`);
}

/** Every change is answered, and by no more than one document. */
async function checkChanges(
  { prisma, orderId }: Walk,
  check: (holds: boolean, what: string) => void,
  ended: boolean,
): Promise<void> {
  const changes = await prisma.orderChange.findMany({ where: { orderId } });
  const open = changes.filter(({ state }) => state !== 'answered');
  check(!ended || open.length === 0, `${open.length} changes are not answered after the end`);
  for (const { id, outcome } of changes) {
    const answers = await prisma.document.count({ where: { orderId, businessKey: { endsWith: `/${id}` } } });
    check(answers <= 1, `change ${id} has ${answers} answers`);
    check(outcome !== null || !ended, `nothing became of change ${id}`);
  }
}

/** What came back is accounted for, credited once, and the ERP has the same credits. */
async function checkReturns(
  walk: Walk,
  network: SkippedNetwork,
  check: (holds: boolean, what: string) => void,
): Promise<void> {
  const returns = await walk.prisma.return.findMany({
    where: { orderId: walk.orderId },
    include: { lines: true, credits: true, exceptions: { where: { state: 'open' } } },
  });
  const backOf = new Map<number, number>();
  for (const { rmaNumber, status, waitingFor, closedAt, lines, credits, exceptions } of returns) {
    const of = (what: string) => `return ${rmaNumber}: ${what}`;
    check(
      closedAt !== null || exceptions.length > 0,
      of(`it is ${status} and waits for ${waitingFor}, no exception is open`),
    );
    check(closedAt === null || exceptions.length === 0, of(`it is ${status} and has an open exception`));
    for (const line of lines) {
      const undecided = undecidedOf(line);
      const kept = Number(line.received) - undecided - Number(line.sentBack);
      const settled = Number(line.credited) + Number(line.waived);
      check(undecided >= 0, of(`line ${line.lineNumber}: more is decided than came`));
      check(
        Number(line.received) <= Number(line.authorized),
        of(`line ${line.lineNumber}: more is received than authorized`),
      );
      check(settled <= kept, of(`line ${line.lineNumber}: ${settled} are settled, ${kept} were kept`));
      check(
        closedAt === null || (undecided === 0 && settled === kept),
        of(`it is ${status}, line ${line.lineNumber} is not settled`),
      );
      const number = line.orderLineNumber;
      if (number !== null) backOf.set(number, (backOf.get(number) ?? 0) + Number(line.received));
    }
    for (const { creditMemoNumber } of credits)
      check(closedAt === null || creditMemoNumber !== null, of('a credit is not booked'));
  }
  for (const { lineNumber, shipped, surplus } of await walk.lines()) {
    const back = backOf.get(lineNumber) ?? 0;
    const left = Number(shipped) + Number(surplus);
    check(back <= left, `${back} of line ${lineNumber} came back, ${left} left`);
  }
  const invoices = await walk.prisma.invoice.findMany({ where: { orderId: walk.orderId } });
  for (const { id, invoiceNumber } of invoices) {
    const { items } = (await network.erp(`/credit-memos?invoiceNumber=${invoiceNumber}`)).body;
    const ours = returns.flatMap(({ credits }) =>
      credits.filter((one) => one.invoiceId === id && one.creditMemoNumber !== null),
    );
    const totals = (list: readonly { total: number | bigint }[]) =>
      list
        .map(({ total }) => Number(total))
        .toSorted()
        .join();
    check(totals(items) === totals(ours), `the ERP credited ${totals(items)} of ${invoiceNumber}, we ${totals(ours)}`);
  }
}
