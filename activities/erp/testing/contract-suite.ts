import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { invoice } from '../../../mappings/canonical/v1/index.ts';
import type { ErpCapabilities } from '../connector.ts';
import type { ErpMasterDataPage, ErpOrderRequest, ErpPort } from '../port.ts';

/** A connector and a system without any entries. */
export interface ErpUnderTest {
  /** As returned by `connect`, with pages of at most ten rows of master data. */
  readonly port: ErpPort;
  readonly capabilities: ErpCapabilities;
  /** An order of two lines that the system accepts. */
  readonly order: ErpOrderRequest;
  /** While true, the system does its work and the response is lost. */
  loseAnswers(lose: boolean): Promise<void>;
  books(): Promise<{
    orders: number;
    shipments: number;
    invoices: number;
    receipts: number;
    cancelled: number;
    returns: number;
    creditMemos: number;
    refunds: number;
  }>;
  end(): Promise<void>;
}

/** The rules of an ERP that the order process relies on. Every connector's test runs this suite. */
export function erpContractSuite(kind: string, start: () => Promise<ErpUnderTest>): void {
  describe(`an ERP of kind ${kind}`, () => {
    let erp: ErpUnderTest;
    beforeEach(async () => {
      erp = await start();
    });
    afterEach(() => erp.end());

    /** The creates in process order, each repeatable under its key. */
    function steps() {
      const { port, order } = erp;
      const made = {
        ...{ erpOrderNumber: '', erpShipmentNumber: '', invoiceNumber: '', amount: 0 },
        ...{ erpReturnNumber: '', creditMemoNumber: '' },
      };
      return {
        order: async () => {
          const answer = await port.createOrder(`${order.orderId}/order`, order);
          made.erpOrderNumber = answer.erpOrderNumber;
          return answer;
        },
        shipment: async () => {
          const answer = await port.postShipment('s-1/shipment', {
            erpOrderNumber: made.erpOrderNumber,
            shipmentNumber: 'S-1',
            node: 'RNO',
            shippedAt: '2026-11-21T10:00:00.000Z',
            carrierScac: 'ODFL',
            lines: order.lines.map(({ lineNumber, sources }) => ({
              lineNumber,
              quantity: sources[0]?.quantity ?? '0',
            })),
          });
          made.erpShipmentNumber = answer.erpShipmentNumber;
          return { erpShipmentNumber: answer.erpShipmentNumber };
        },
        invoice: async () => {
          const { erpOrderNumber, erpShipmentNumber } = made;
          const answer = await port.createInvoice('s-1/invoice', { erpOrderNumber, erpShipmentNumber });
          made.invoiceNumber = answer.invoiceNumber;
          made.amount = answer.total;
          return answer;
        },
        cash: async () => {
          const { receiptNumber } = await port.applyCash('p-1/cash', {
            invoiceNumber: made.invoiceNumber,
            amount: made.amount,
            currency: order.currency,
            reference: 'TRACE-1',
            paidOn: '2026-11-30',
          });
          return { receiptNumber };
        },
        return: async () => {
          const { erpReturnNumber } = await port.postReturn('r-1/return/1', {
            ...{ erpOrderNumber: made.erpOrderNumber, reference: 'RMA-1/1', rmaNumber: 'RMA-1', node: 'RNO' },
            lines: [{ lineNumber: order.lines[0]?.lineNumber ?? 1, quantity: '1' }],
          });
          made.erpReturnNumber = erpReturnNumber;
          return { erpReturnNumber };
        },
        credit: async () => {
          const { erpOrderNumber, erpReturnNumber, invoiceNumber } = made;
          const lineNumber = order.lines[0]?.lineNumber ?? 1;
          const { creditMemoNumber, applied, total } = await port.createCreditMemo('m-1/credit', {
            ...{ erpOrderNumber, erpReturnNumber, invoiceNumber, reference: 'm-1', currency: order.currency },
            lines: [{ lineNumber, quantity: '1', amount: 100 }],
            ...{ allowances: 0, tax: 0, restockingFee: 15, total: 85 },
          });
          made.creditMemoNumber = creditMemoNumber;
          return { creditMemoNumber, applied, total };
        },
        refund: async () => {
          const { creditMemoNumber } = made;
          const { refundNumber } = await port.createRefund('m-1/refund', {
            ...{ creditMemoNumber, amount: 85, currency: order.currency },
          });
          return { refundNumber };
        },
      };
    }
    const names = ['order', 'shipment', 'invoice', 'cash', 'return', 'credit', 'refund'] as const;
    const ONCE = {
      ...{ orders: 1, shipments: 1, invoices: 1, receipts: 1, cancelled: 0 },
      ...{ returns: 1, creditMemos: 1, refunds: 1 },
    };

    it('takes an order from its creation to cash, in the order’s currency', async () => {
      const { order, shipment, invoice: bill, cash } = steps();
      expect(await order()).toMatchObject({ status: 'accepted', currency: erp.order.currency });
      await shipment();
      const billed = await bill();
      expect(invoice.parse(billed)).toEqual(billed);
      expect(billed.currency).toBe(erp.order.currency);
      await cash();
      expect(await erp.books()).toEqual({ ...ONCE, returns: 0, creditMemos: 0, refunds: 0 });
    });

    it.each(names)('%s: a repeated call returns the first answer and has no second effect', async (repeated) => {
      const all = steps();
      for (const name of names) {
        const first = await all[name]();
        if (name === repeated) expect(await all[name]()).toEqual(first);
      }
      expect(await erp.books()).toEqual(ONCE);
    });

    it.each(names)('%s: a call whose answer was lost has one effect when it is repeated', async (lost) => {
      const all = steps();
      for (const name of names) {
        if (name === lost) {
          await erp.loseAnswers(true);
          await expect(all[name]()).rejects.toMatchObject({ name: 'SystemUnavailable' });
          await erp.loseAnswers(false);
        }
        await all[name]();
      }
      expect(await erp.books()).toEqual(ONCE);
    });

    it('reduces an unpaid invoice by a credit, and leaves nothing of it to refund', async () => {
      const { order, shipment, invoice: bill, return: back, credit } = steps();
      for (const step of [order, shipment, bill, back]) await step();
      expect(await credit()).toMatchObject({ applied: 85, total: 85 });
    });

    it('refuses to credit more than the invoice has', async () => {
      const all = steps();
      for (const name of ['order', 'shipment', 'return'] as const) await all[name]();
      const { erpOrderNumber } = await all.order();
      const { erpReturnNumber } = await all.return();
      const billed = await all.invoice();
      const request = {
        ...{ erpOrderNumber, erpReturnNumber, invoiceNumber: billed.invoiceNumber, reference: 'm-9' },
        ...{ currency: billed.currency, allowances: 0, tax: 0, restockingFee: 0 },
        lines: [{ lineNumber: erp.order.lines[0]?.lineNumber ?? 1, quantity: '1', amount: billed.total + 1 }],
        total: billed.total + 1,
      };
      await expect(erp.port.createCreditMemo('m-9/credit', request)).rejects.toMatchObject({
        name: 'SystemRefusal',
        code: 'amount-exceeds-invoiced',
      });
    });

    it('refuses an unknown customer permanently and books nothing', async () => {
      await expect(
        erp.port.createOrder('k', { ...erp.order, customerNumber: 'NOBODY', shipToNumber: 'NOWHERE' }),
      ).rejects.toMatchObject({ name: 'SystemRefusal', code: 'unknown-customer' });
      expect((await erp.books()).orders).toBe(0);
    });

    it('refuses cash for an invoice that it does not know', async () => {
      const cash = { invoiceNumber: 'NONE', amount: 1, currency: 'USD', reference: 'T', paidOn: '2026-11-30' };
      await expect(erp.port.applyCash('k', cash)).rejects.toMatchObject({
        name: 'SystemRefusal',
        code: 'unknown-invoice',
      });
    });

    it('finds an order whose answer was lost by our id, and no other', async () => {
      await erp.loseAnswers(true);
      await expect(steps().order()).rejects.toMatchObject({ name: 'SystemUnavailable' });
      await erp.loseAnswers(false);
      expect(await erp.port.findOrder(erp.order.orderId)).toMatchObject({ currency: erp.order.currency });
      expect(await erp.port.findOrder(erp.order.poNumber)).toBeUndefined();
    });

    it('cancels an open order once, where it can cancel at all', async ({ skip }) => {
      if (!erp.capabilities.canCancel) skip();
      const { erpOrderNumber } = await steps().order();
      await erp.port.cancelOrder('o/cancel', erpOrderNumber, 'asked');
      await erp.port.cancelOrder('o/cancel', erpOrderNumber, 'asked');
      expect(await erp.books()).toMatchObject({ orders: 1, cancelled: 1 });
    });

    it('takes an order as it is to be, however often it is stated', async ({ skip }) => {
      if (!erp.capabilities.canAmend) skip();
      const { erpOrderNumber } = await steps().order();
      const [first, ...others] = erp.order.lines;
      if (first === undefined) throw new Error('an order without lines');
      const lines = [
        { ...first, quantity: '0', sources: [] },
        ...others,
        { ...first, lineNumber: 1 + Math.max(...erp.order.lines.map(({ lineNumber }) => lineNumber)), quantity: '1' },
      ].map((line) => ({ ...line, sources: [] }));
      const state = (key: string) => erp.port.changeOrder(key, erpOrderNumber, { ...erp.order, lines });
      const answer = await state('o/change/1');
      expect(answer).toMatchObject({ erpOrderNumber, status: 'accepted', currency: erp.order.currency });
      expect(await state('o/change/1')).toEqual(answer);
      // Another key states the same.
      expect(await state('o/change/2')).toEqual(answer);
      expect(await erp.books()).toMatchObject({ orders: 1, cancelled: 0 });
    });

    it('makes a change whose answer was lost once, and refuses one of what has shipped', async ({ skip }) => {
      if (!erp.capabilities.canAmend) skip();
      const { order, shipment } = steps();
      const { erpOrderNumber } = await order();
      const change = (key: string, quantity: string) =>
        erp.port.changeOrder(key, erpOrderNumber, {
          ...erp.order,
          lines: erp.order.lines.map((line) => ({ ...line, ...(quantity === '0' && { quantity, sources: [] }) })),
        });
      await erp.loseAnswers(true);
      await expect(change('o/change/1', '')).rejects.toMatchObject({ name: 'SystemUnavailable' });
      await erp.loseAnswers(false);
      await change('o/change/1', '');
      await shipment();
      await expect(change('o/change/2', '0')).rejects.toMatchObject({
        name: 'SystemRefusal',
        code: 'quantity-below-shipped',
      });
      expect(await erp.books()).toMatchObject({ orders: 1, shipments: 1, cancelled: 0 });
    });

    it('refuses to change an order that it does not know', async ({ skip }) => {
      if (!erp.capabilities.canAmend) skip();
      await expect(erp.port.changeOrder('k', 'NONE', erp.order)).rejects.toMatchObject({
        name: 'SystemRefusal',
        code: 'unknown-order',
      });
    });

    it('gives master data in pages: every row once, and later only what changed', async () => {
      const read = async (since?: string): Promise<ErpMasterDataPage[]> => {
        const pages: ErpMasterDataPage[] = [];
        let cursor: string | undefined;
        do {
          const page = await erp.port.readMasterData({ since, cursor });
          pages.push(page);
          cursor = page.next;
        } while (cursor !== undefined);
        return pages;
      };
      const pages = await read();
      expect(pages.length).toBeGreaterThan(1);
      expect(new Set(pages.map(({ asOf }) => asOf)).size).toBe(1);
      const skus = pages.flatMap(({ items }) => items.map(({ sku }) => sku));
      expect(new Set(skus).size).toBe(skus.length);
      expect(skus).toEqual(expect.arrayContaining(erp.order.lines.map(({ sku }) => sku)));
      const customers = pages.flatMap((page) => page.customers.map(({ customerNumber }) => customerNumber));
      expect(customers).toContain(erp.order.customerNumber);
      const later = await read(pages[0]?.asOf);
      expect(later.flatMap(({ items, customers: changed }) => [...items, ...changed])).toEqual([]);
    });
  });
}
