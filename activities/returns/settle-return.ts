/** Rounds of crediting what was kept: planned under the lock of the order, before the ERP is called. */
import { createHash, randomUUID } from 'node:crypto';
import { compare, isPositive } from '../../domain/decimal.ts';
import { fromMinor } from '../../domain/money.ts';
import { type Credit, type CreditableInvoice, creditsFor } from '../../domain/returns/credit.ts';
import { countOf, credit, type ReturnCount, toCredit, waive } from '../../domain/returns/quantities.ts';
import type { Invoice } from '../../mappings/canonical/v1/index.ts';
import { baseQuantityOf } from '../../mappings/edi/stated-quantity.ts';
import type { Database } from '../../prisma/client.ts';
import { type HandOffRow, handOffRows } from '../handoff/hand-off.ts';
import { asJson, insertReferences, type Transaction } from '../lib/records.ts';
import type { RecordDependencies } from '../orders/dependencies.ts';
import { found, loadOrder, type OrderRecord } from '../orders/order-record.ts';
import { profileOfReturn } from './check-return.ts';
import { creditDocumentOf, queueDocuments } from './return-documents.ts';
import { type Counted, counted, loadReturn, lockOrder, saveLines, tellOfReturn } from './return-record.ts';

/** A round is planned, or the goods came back before they were invoiced, or no invoice has anything left of what was kept. */
export type Plan = { count: ReturnCount } | { awaited: string } | { nothing: string };

export async function planSettlement(
  deps: Pick<RecordDependencies, 'prisma'>,
  { returnId, round }: { returnId: string; round: number },
): Promise<Plan> {
  return deps.prisma.$transaction(async (records) => {
    const { orderId } = await records.return.findUniqueOrThrow({ where: { id: returnId }, select: { orderId: true } });
    await lockOrder(records, orderId);
    const rma = await loadReturn(records, returnId, 'locked');
    const known = await records.returnSettlement.findUnique({ where: { returnId_round: { returnId, round } } });
    if (known !== null) return { count: countOf(rma.lines) };
    const order = await loadOrder(records, orderId ?? '');
    const returned = rma.lines.flatMap((line) =>
      line.orderLineNumber === null || !isPositive(toCredit(line))
        ? []
        : [{ returnLine: line.lineNumber, lineNumber: line.orderLineNumber, quantity: toCredit(line) }],
    );
    const { credits, left } = creditsFor(await invoicesOf(records, order), returned, rma.restockingFee);
    if (credits.length === 0) {
      const awaited = await shipmentToInvoice(records, order, left);
      if (awaited !== undefined) return { awaited: `the invoice of shipment ${awaited}` };
      const what = left.map(({ lineNumber, quantity }) => {
        const line = order.lines.find((one) => one.lineNumber === lineNumber);
        return `${quantity} ${line?.baseUnit ?? ''} of line ${line?.lineId ?? lineNumber}`;
      });
      return { nothing: `no invoice of the order has ${what.join(', ')} that was not credited before` };
    }
    const lines = credits.flatMap((one) => one.lines);
    await records.returnSettlement.create({ data: { returnId, round, lines: asJson(lines) } });
    await records.creditMemo.createMany({
      data: credits.map(({ invoiceId, lines: of, goods, allowances, tax, restockingFee, total }) => ({
        ...{ id: randomUUID(), returnId, round, invoiceId, partnerId: rma.partnerId, currency: order.currency },
        ...{ lines: asJson(of), goods, allowances, tax, restockingFee, total },
      })),
    });
    const after = lines.reduce(
      (all, { returnLine, quantity }) =>
        all.map((line) => (line.lineNumber === returnLine ? credit(line, quantity) : line)),
      rma.lines,
    );
    return { count: await saveLines(records, returnId, after) };
  });
}

/** A shipment of these lines that the order has yet to invoice. One that has ended invoices nothing more; one that a person invoices outside is not credited by us. */
async function shipmentToInvoice(
  records: Transaction,
  { id: orderId }: OrderRecord,
  left: readonly { lineNumber: number }[],
): Promise<string | undefined> {
  const shipments = await records.shipment.findMany({
    where: { orderId, invoice: null, invoicedByHand: null, order: { closedAt: null } },
    select: { shipmentNumber: true, lines: true },
    orderBy: { shipmentNumber: 'asc' },
  });
  const isLeft = (one: { lineNumber: number }) => left.some(({ lineNumber }) => lineNumber === one.lineNumber);
  return shipments.find(({ lines }) => (lines as unknown as { lineNumber: number }[]).some(isLeft))?.shipmentNumber;
}

/** The invoices of an order, oldest first, with what was credited of each. */
async function invoicesOf(records: Transaction, order: OrderRecord): Promise<CreditableInvoice[]> {
  const invoices = await records.invoice.findMany({
    where: { orderId: order.id },
    include: { credits: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] } },
    orderBy: [{ invoicedOn: 'asc' }, { createdAt: 'asc' }, { id: 'asc' }],
  });
  return invoices.map(({ id, content, credits }) => {
    const { lines, charges, tax } = content as unknown as Invoice;
    return {
      invoiceId: id,
      lines: lines.flatMap(({ lineNumber, quantity, unit, amount }) => {
        const line = order.lines.find((one) => one.lineNumber === lineNumber);
        if (line === undefined) return [];
        const inBaseUnit = unit === line.baseUnit && compare(line.unitFactor, '1') !== 0;
        return [{ lineNumber, quantity: inBaseUnit ? quantity : baseQuantityOf(quantity, line.unitFactor), amount }];
      }),
      allowances: charges.reduce((sum, { kind, amount }) => (kind === 'allowance' ? sum + amount : sum), 0),
      tax,
      credited: credits.map((memo) => ({
        lines: memo.lines as unknown as Credit['lines'],
        allowances: Number(memo.allowances),
        tax: Number(memo.tax),
      })),
    };
  });
}

export interface SettlementToPost {
  rmaNumber: string;
  node: string;
  correlationId: string;
  erpOrderNumber: string;
  erpReturnNumber: string | null;
  lines: Credit['lines'];
  memos: MemoToPost[];
}

export interface MemoToPost {
  id: string;
  creditMemoNumber: string | null;
  invoiceNumber: string;
  currency: string;
  lines: Credit['lines'];
  goods: number;
  allowances: number;
  tax: number;
  restockingFee: number;
  total: number;
  applied: number | null;
  refundNumber: string | null;
}

export async function loadSettlement(prisma: Database, returnId: string, round: number): Promise<SettlementToPost> {
  const row = await prisma.returnSettlement.findUnique({
    where: { returnId_round: { returnId, round } },
    include: {
      return: {
        select: { rmaNumber: true, node: true, correlationId: true, order: { select: { erpOrderNumber: true } } },
      },
      credits: {
        include: { invoice: { select: { invoiceNumber: true } } },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      },
    },
  });
  const settlement = found(row ?? undefined, `round ${round} of return ${returnId}`);
  const { return: rma, credits, erpReturnNumber, lines } = settlement;
  return {
    rmaNumber: rma.rmaNumber,
    node: rma.node ?? '',
    correlationId: rma.correlationId,
    erpOrderNumber: rma.order?.erpOrderNumber ?? '',
    erpReturnNumber,
    lines: lines as unknown as Credit['lines'],
    memos: credits.map((memo) => ({
      id: memo.id,
      creditMemoNumber: memo.creditMemoNumber,
      invoiceNumber: memo.invoice.invoiceNumber,
      currency: memo.currency,
      lines: memo.lines as unknown as Credit['lines'],
      goods: Number(memo.goods),
      allowances: Number(memo.allowances),
      tax: Number(memo.tax),
      restockingFee: Number(memo.restockingFee),
      total: Number(memo.total),
      applied: memo.applied === null ? null : Number(memo.applied),
      refundNumber: memo.refundNumber,
    })),
  };
}

export async function recordErpReturn(
  { prisma }: { prisma: Database },
  {
    returnId,
    round,
    erpReturnNumber,
    actor,
  }: { returnId: string; round: number; erpReturnNumber: string; actor: string },
): Promise<void> {
  await prisma.$transaction(async (records) => {
    const rma = await loadReturn(records, returnId, 'locked');
    await records.returnSettlement.update({
      where: { returnId_round: { returnId, round } },
      data: { erpReturnNumber },
    });
    const summary = `return receipt ${erpReturnNumber} in the ERP`;
    await tellOfReturn(records, rma, [{ key: `erp-return/${round}`, type: 'return.posted', summary, actor }]);
  });
}

type Deps = Pick<RecordDependencies, 'prisma' | 'profiles' | 'handOff'>;

/**
 * Records a credit memo that the ERP has made, and queues its document. What reduced the open amount of the invoice
 * settles that much of it, by the way of a payment: the order does not wait for cash that is credited.
 */
export async function recordCredit(
  deps: Deps,
  {
    memoId,
    creditMemoNumber,
    creditedOn,
    applied,
    actor,
  }: { memoId: string; creditMemoNumber: string; creditedOn: string; applied: number; actor: string },
): Promise<void> {
  const handOffs = await deps.prisma.$transaction(async (records): Promise<HandOffRow[]> => {
    const { returnId } = await records.creditMemo.findUniqueOrThrow({
      where: { id: memoId },
      select: { returnId: true },
    });
    const rma = await loadReturn(records, returnId, 'locked');
    const memo = await records.creditMemo.findUniqueOrThrow({ where: { id: memoId }, include: { invoice: true } });
    if (memo.creditMemoNumber !== null) return [];
    await records.creditMemo.update({
      where: { id: memoId },
      data: { creditMemoNumber, creditedOn: new Date(creditedOn), applied },
    });
    const { invoice, currency } = memo;
    const money = (minor: number) => `${fromMinor(minor, currency)} ${currency}`;
    const total = Number(memo.total);
    const rest = applied < total ? `, of which ${money(applied)} were open` : '';
    await tellOfReturn(records, rma, [
      {
        key: `credit/${memoId}`,
        type: 'return.credited',
        summary: `credit ${creditMemoNumber} of ${money(total)} for invoice ${invoice.invoiceNumber}${rest}`,
        actor,
      },
    ]);
    const order = await loadOrder(records, invoice.orderId);
    await records.$executeRaw`${insertReferences(order.id, [['credit-memo', creditMemoNumber]])}`;
    const profile = await profileOfReturn(deps, rma);
    const document = creditDocumentOf(deps, profile, order, rma, {
      creditMemoNumber,
      creditedOn,
      invoiceNumber: invoice.invoiceNumber,
      invoicedOn: invoice.invoicedOn.toISOString().slice(0, 10),
      credited: (memo.lines as unknown as Credit['lines']).map(({ lineNumber, quantity, amount }) => ({
        ...{ lineNumber, quantity, amount },
      })),
      allowances: Number(memo.allowances),
      tax: Number(memo.tax),
      restockingFee: Number(memo.restockingFee),
      total,
    });
    const queued = await queueDocuments(records, profile, document);
    return [...queued, ...(await settleInvoice(records, { ...memo, creditMemoNumber }, applied, creditedOn))];
  });
  deps.handOff.committed(handOffs);
}

/** Method of the payment that stands for a credit memo: no money comes, and the ERP has it already. */
export const CREDIT_MEMO = 'credit-memo';

async function settleInvoice(
  records: Transaction,
  memo: {
    partnerId: string;
    currency: string;
    creditMemoNumber: string;
    returnId: string;
    invoice: { id: string; orderId: string; invoiceNumber: string };
  },
  applied: number,
  creditedOn: string,
): Promise<HandOffRow[]> {
  if (applied === 0) return [];
  const { partnerId, currency, creditMemoNumber, invoice } = memo;
  const { correlationId } = await records.order.findUniqueOrThrow({
    where: { id: invoice.orderId },
    select: { correlationId: true },
  });
  const reference = `credit memo ${creditMemoNumber}`;
  const allocationId = randomUUID();
  const { orderId, invoiceNumber } = invoice;
  await records.payment.create({
    data: {
      ...{ id: randomUUID(), partnerId, reference, method: CREDIT_MEMO, currency, amount: 0, source: CREDIT_MEMO },
      paidOn: new Date(creditedOn),
      contentHash: createHash('sha256').update(reference).digest('hex'),
      correlationId,
      allocations: {
        create: [
          {
            ...{ id: allocationId, invoiceNumber, invoiceId: invoice.id, orderId, amount: 0, adjustment: applied },
            adjustmentReason: reference,
          },
        ],
      },
    },
  });
  const payload = { allocationId, invoiceNumber, amount: 0, adjustment: applied };
  const rows = handOffRows([{ kind: 'signal-order', partnerId, orderId, signal: 'paymentReceived', payload }]);
  await records.handOff.createMany({ data: rows });
  return rows;
}

export async function recordRefund(
  { prisma }: { prisma: Database },
  { memoId, refundNumber, amount, actor }: { memoId: string; refundNumber: string; amount: number; actor: string },
): Promise<void> {
  await prisma.$transaction(async (records) => {
    const { returnId, currency } = await records.creditMemo.update({ where: { id: memoId }, data: { refundNumber } });
    const rma = await loadReturn(records, returnId, 'locked');
    const summary = `refund ${refundNumber} of ${fromMinor(amount, currency)} ${currency}`;
    await tellOfReturn(records, rma, [{ key: `refund/${memoId}`, type: 'return.refunded', summary, actor }]);
  });
}

/** What no invoice has left is kept without a credit. */
export async function waiveCredit(
  deps: RecordDependencies,
  { returnId, by }: { returnId: string; by: string },
): Promise<Counted> {
  return deps.prisma.$transaction(async (records) => {
    const rma = await loadReturn(records, returnId, 'locked');
    const lines = rma.lines.map((line) => (line.orderLineNumber === null ? line : waive(line, toCredit(line))));
    const key = `waived/${lines.map(({ waived }) => waived).join('/')}`;
    await tellOfReturn(records, rma, [
      { key, type: 'return.kept-without-credit', summary: 'kept without a credit', actor: by },
    ]);
    return counted(records, returnId, lines);
  });
}
