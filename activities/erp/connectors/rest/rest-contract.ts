import { z } from 'zod';
import { isPositive } from '../../../../domain/decimal.ts';
import {
  address,
  agreedCharge,
  component,
  contact,
  currency,
  day,
  decimal,
  identifier,
  instant,
  invoice,
  minorUnits,
  nonNegativeDecimal,
  paymentTerms,
  positiveDecimal,
} from '../../../../mappings/canonical/v1/index.ts';
import type { RestOperation } from '../../../lib/rest-operation.ts';

/**
 * The generic REST contract of an ERP, for a thin adapter in front of any system. The connector
 * (`client.ts`), the sandbox's ERP and `/openapi.json` all use these schemas.
 */

const unit = z.string().regex(/^[A-Z0-9]{2}$/, 'must be a two-character unit code such as EA or CA');
const lineNumber = z.int().min(1);
const notes = z.array(z.string().max(500)).max(50).optional().meta({ description: 'What the buyer wrote' });

const allocations = z
  .array(z.object({ store: z.object({ code: identifier, name: z.string().optional() }), quantity: positiveDecimal }))
  .optional()
  .meta({ description: 'What each store gets of the ordered quantity, in `unit`' });

const erpOrderLine = z.object({
  lineNumber,
  sku: identifier,
  quantity: positiveDecimal.meta({ description: 'In `unit`, the unit that the price is for' }),
  unit,
  unitFactor: positiveDecimal.meta({ description: 'Base units in one `unit`' }),
  unitPrice: nonNegativeDecimal.meta({ description: 'Major units of the currency, per `unit`' }),
  requestedShipDate: day.optional(),
  requestedDeliveryDate: day.optional(),
  notes,
  components: z.array(component).optional().meta({ description: 'What one `unit` is put together from' }),
  allocations,
  sources: z
    .array(z.object({ node: identifier, quantity: positiveDecimal }))
    .meta({ description: 'Ship-from nodes, base units; what is missing to the whole is backordered' }),
});

export const erpOrderRequest = z
  .object({
    orderId: identifier.meta({ description: 'Our id of the order' }),
    correlationId: identifier,
    customerNumber: identifier,
    shipToNumber: identifier,
    shipTo: address.optional().meta({ description: 'Where the goods go instead of the ship-to, once' }),
    contact: contact.optional(),
    poNumber: identifier,
    orderedOn: day,
    currency,
    requestedShipDate: day.optional(),
    requestedDeliveryDate: day.optional(),
    cancelAfter: day.optional().meta({ description: 'The buyer takes nothing after this day' }),
    notes,
    terms: paymentTerms.optional(),
    lines: z.array(erpOrderLine).min(1).max(10_000),
    taxTotal: minorUnits.min(0),
  })
  .meta({ id: 'ErpOrderRequest' });

export const erpOrderChange = erpOrderRequest
  .extend({
    lines: z
      .array(
        erpOrderLine.extend({
          quantity: nonNegativeDecimal.meta({
            description: 'What the line is to be in all, shipped goods with it, in `unit`; 0 deletes it',
          }),
        }),
      )
      .min(1)
      .max(10_000),
  })
  .meta({ id: 'ErpOrderChange' });

export const erpOrder = z
  .object({
    erpOrderNumber: identifier,
    status: z
      .enum(['accepted', 'creditHold'])
      .meta({ description: 'creditHold: taken, not released; nothing may be promised to anybody' }),
    creditMessage: z.string().optional(),
    currency: currency.meta({ description: 'In which the order was booked' }),
  })
  .meta({ id: 'ErpOrder' });

export const erpOrderStates = ['creditHold', 'open', 'shipped', 'invoiced', 'cancelled'] as const;

const erpOrderRecord = z
  .object({
    erpOrderNumber: identifier,
    orderId: identifier,
    correlationId: identifier,
    customerNumber: identifier,
    shipToNumber: identifier,
    shipTo: address.optional(),
    poNumber: identifier,
    currency,
    orderedOn: day,
    state: z.enum(erpOrderStates).meta({
      description:
        'open: something may still ship; shipped: nothing is open; invoiced: every shipment has its invoice as well',
    }),
    creditMessage: z.string().optional(),
    netTotal: minorUnits,
    taxTotal: minorUnits,
    lines: z.array(
      z.object({
        lineNumber,
        sku: identifier,
        unit,
        unitFactor: decimal,
        unitPrice: decimal,
        ordered: decimal.meta({ description: 'Base units, as are shipped, cancelled and open' }),
        shipped: decimal,
        cancelled: decimal,
        open: decimal,
        allocations,
      }),
    ),
  })
  .meta({ id: 'ErpOrderRecord' });
export type ErpOrderRecord = z.infer<typeof erpOrderRecord>;

export const erpShipmentRequest = z
  .object({
    erpOrderNumber: identifier,
    shipmentNumber: identifier,
    node: identifier,
    shippedAt: instant,
    carrierScac: z.string().regex(/^[A-Z]{2,4}$/, 'must be a Standard Carrier Alpha Code'),
    tracking: identifier.optional(),
    lines: z
      .array(
        z
          .object({
            lineNumber,
            quantity: nonNegativeDecimal.meta({ description: 'Of what the order has open, base units' }),
            surplus: z
              .object({ quantity: positiveDecimal, charged: z.boolean() })
              .optional()
              .meta({ description: 'Left beyond the order; the invoice charges it at the price of the line, or not' }),
          })
          .refine(({ quantity, surplus }) => isPositive(quantity) || surplus !== undefined, {
            path: ['quantity'],
            message: 'must be positive where nothing is beyond the order',
          }),
      )
      .min(1)
      .max(10_000),
  })
  .meta({ id: 'ErpShipmentRequest' });

const erpShipmentRecord = erpShipmentRequest
  .extend({ erpShipmentNumber: identifier, invoiceNumber: identifier.optional() })
  .meta({ id: 'ErpShipmentRecord' });
export type ErpShipmentRecord = z.infer<typeof erpShipmentRecord>;

export const erpInvoiceRequest = z
  .object({
    erpOrderNumber: identifier,
    erpShipmentNumber: identifier,
    charges: z
      .array(agreedCharge)
      .max(20)
      .optional()
      .meta({
        description:
          'Agreed with the customer, to be on the invoice in this order. A percentage is of the sum of the line amounts, rounded half away ' +
          'from zero to minor units; an allowance takes at most what is left of that sum; they do not change the tax',
      }),
  })
  .meta({ id: 'ErpInvoiceRequest' });

const erpInvoiceRecord = z
  .object({
    erpOrderNumber: identifier,
    erpShipmentNumber: identifier,
    paid: minorUnits,
    open: minorUnits,
    invoice,
  })
  .meta({ id: 'ErpInvoiceRecord' });
export type ErpInvoiceRecord = z.infer<typeof erpInvoiceRecord>;

export const erpCashRequest = z
  .object({
    invoiceNumber: identifier,
    amount: minorUnits.min(1),
    currency,
    reference: identifier,
    paidOn: day,
  })
  .meta({ id: 'ErpCashRequest' });

const erpReceiptRecord = erpCashRequest.extend({ receiptNumber: identifier }).meta({ id: 'ErpReceiptRecord' });
export type ErpReceiptRecord = z.infer<typeof erpReceiptRecord>;

export const erpReturnRequest = z
  .object({
    erpOrderNumber: identifier,
    reference: identifier.meta({ description: 'Of the caller; unique' }),
    rmaNumber: identifier,
    node: identifier.meta({ description: 'Where the goods came back to' }),
    lines: z
      .array(z.object({ lineNumber, quantity: positiveDecimal.meta({ description: 'Base units' }) }))
      .min(1)
      .max(10_000),
  })
  .meta({ id: 'ErpReturnRequest' });

const erpReturnRecord = erpReturnRequest.extend({ erpReturnNumber: identifier }).meta({ id: 'ErpReturnRecord' });
export type ErpReturnRecord = z.infer<typeof erpReturnRecord>;

export const erpCreditMemoRequest = z
  .object({
    erpOrderNumber: identifier,
    erpReturnNumber: identifier,
    invoiceNumber: identifier,
    reference: identifier.meta({ description: 'Of the caller; unique' }),
    currency,
    lines: z
      .array(
        z.object({
          lineNumber,
          quantity: positiveDecimal.meta({ description: 'Base units' }),
          amount: minorUnits.min(0).meta({ description: 'Of the goods' }),
        }),
      )
      .min(1)
      .max(10_000),
    allowances: minorUnits
      .min(0)
      .meta({ description: 'Share of the allowances of the invoice; it reduces the credit' }),
    tax: minorUnits.min(0),
    restockingFee: minorUnits.min(0).meta({ description: 'Kept from the credit' }),
    total: minorUnits.min(0).meta({ description: 'Goods less allowances, plus tax, less the fee' }),
  })
  .meta({ id: 'ErpCreditMemoRequest' });

const erpCreditMemo = z
  .object({
    creditMemoNumber: identifier,
    creditedOn: day,
    currency,
    total: minorUnits,
    applied: minorUnits.min(0).meta({ description: 'By how much it reduced what was open of the invoice' }),
  })
  .meta({ id: 'ErpCreditMemo' });
export type ErpCreditMemoAnswer = z.infer<typeof erpCreditMemo>;

const erpCreditMemoRecord = erpCreditMemoRequest
  .extend(erpCreditMemo.shape)
  .extend({ refunded: minorUnits })
  .meta({ id: 'ErpCreditMemoRecord' });
export type ErpCreditMemoRecord = z.infer<typeof erpCreditMemoRecord>;

export const erpRefundRequest = z
  .object({ creditMemoNumber: identifier, amount: minorUnits.min(1), currency })
  .meta({ id: 'ErpRefundRequest' });

const erpRefundRecord = erpRefundRequest.extend({ refundNumber: identifier }).meta({ id: 'ErpRefundRecord' });
export type ErpRefundRecord = z.infer<typeof erpRefundRecord>;

export const erpMasterData = z
  .object({
    asOf: instant.meta({ description: 'The same on every page of one reading: the `since` of the next reading' }),
    next: z.string().optional().meta({ description: 'There is more: the `cursor` of the next page' }),
    items: z.array(
      z.object({
        sku: identifier,
        description: z.string(),
        baseUnit: unit,
        gtin: z.string().optional(),
        weight: decimal.optional().meta({ description: 'Pounds per base unit' }),
        listPrice: nonNegativeDecimal,
        taxable: z.boolean(),
        units: z
          .array(z.object({ unit, factor: positiveDecimal }))
          .meta({ description: 'Other units it is sold in: base units in one' }),
      }),
    ),
    customers: z.array(
      z.object({
        customerNumber: identifier,
        partnerId: identifier,
        name: z.string(),
        blocked: z.boolean(),
        taxExempt: z.boolean(),
        currency,
        terms: paymentTerms.optional(),
        shipTos: z.array(
          z.object({
            shipToNumber: identifier,
            codes: z
              .array(identifier)
              .meta({ description: 'Codes by which partners name it (store number, DC code, GLN)' }),
            name: z.string(),
            lines: z.array(z.string()),
            city: z.string(),
            region: z.string(),
            postalCode: z.string(),
            country: z.string().length(2),
            preferredNodes: z.array(identifier),
          }),
        ),
      }),
    ),
    prices: z.array(
      z.object({
        customerNumber: identifier,
        sku: identifier,
        unit,
        unitPrice: nonNegativeDecimal,
        validFrom: day,
        validTo: day.optional(),
      }),
    ),
    taxRates: z
      .array(
        z.object({
          country: z.string().optional().meta({ description: 'ISO 3166-1 code; absent or blank, it is US' }),
          region: z.string().meta({ description: 'State or province; empty for the whole country' }),
          percent: nonNegativeDecimal,
        }),
      )
      .meta({ description: 'A rate of 0 says that no tax is due. Orders to a place without a rate wait for a person' }),
  })
  .meta({ id: 'ErpMasterData' });

const list = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });

export const erpOperations = {
  createOrder: {
    method: 'POST',
    path: '/orders',
    summary: 'Create a sales order; the answer says whether credit is released',
    body: erpOrderRequest,
    answer: erpOrder,
    keyed: true,
    refusals: {
      'unknown-customer': 'no such customer number',
      'customer-blocked': 'the customer may not order',
      'unknown-ship-to': 'the customer has no such ship-to',
      'unknown-item': 'no such SKU',
      'sources-exceed-quantity': 'more is to ship than was ordered',
    },
  },
  cancelOrder: {
    method: 'POST',
    path: '/orders/{erpOrderNumber}/cancel',
    summary: 'Cancel what is still open of an order; repeating it changes nothing',
    body: z.object({ reason: z.string().min(1).max(200) }),
    answer: z.object({ erpOrderNumber: identifier }),
    keyed: true,
    refusals: { 'unknown-order': 'no such order', 'order-already-shipped': 'nothing is open any more' },
  },
  changeOrder: {
    method: 'POST',
    path: '/orders/{erpOrderNumber}/changes',
    summary: 'State the whole order as it is to be; stating what it is already changes nothing',
    body: erpOrderChange,
    answer: erpOrder,
    keyed: true,
    refusals: {
      'unknown-order': 'no such order',
      'order-cancelled': 'the order was cancelled',
      'not-this-order': 'order id, customer or currency are those of another order',
      'customer-blocked': 'the customer may not order more',
      'unknown-ship-to': 'the customer has no such ship-to',
      'unknown-item': 'no such SKU',
      'line-missing': 'a line that the order has is not stated; a deleted one has quantity 0',
      'sources-exceed-quantity': 'more is to ship than is ordered',
      'quantity-below-shipped': 'more of the line has shipped',
      'line-shipped': 'what shipped of a line keeps its item and unit',
      'price-invoiced': 'what was invoiced of a line keeps its price',
    },
  },
  postShipment: {
    method: 'POST',
    path: '/shipments',
    summary: 'Record goods that left a warehouse',
    body: erpShipmentRequest,
    answer: z.object({ erpShipmentNumber: identifier }),
    keyed: true,
    refusals: {
      'unknown-order': 'no such order',
      'order-on-credit-hold': 'credit is not released',
      'order-cancelled': 'the order was cancelled',
      'unknown-line': 'the order has no such line',
      'quantity-exceeds-open': 'more than the order line has open',
      'duplicate-shipment-number': 'that shipment number was posted under another key',
    },
  },
  createInvoice: {
    method: 'POST',
    path: '/invoices',
    summary: 'Invoice one posted shipment',
    body: erpInvoiceRequest,
    answer: invoice,
    keyed: true,
    refusals: {
      'unknown-shipment': 'the order has no such shipment',
      'shipment-already-invoiced': 'it has an invoice, made under another key',
    },
  },
  applyCash: {
    method: 'POST',
    path: '/receipts',
    summary: 'Apply money received to an invoice',
    body: erpCashRequest,
    answer: z.object({ receiptNumber: identifier }),
    keyed: true,
    refusals: {
      'unknown-invoice': 'no such invoice',
      'currency-mismatch': 'the invoice is in another currency',
      'amount-exceeds-open': 'more than is open',
    },
  },
  postReturn: {
    method: 'POST',
    path: '/returns',
    summary: 'Take returned goods of an order back',
    body: erpReturnRequest,
    answer: z.object({ erpReturnNumber: identifier }),
    keyed: true,
    refusals: {
      'unknown-order': 'no such order',
      'unknown-line': 'the order has no such line',
      'quantity-exceeds-shipped': 'more than shipped and was not returned before',
    },
  },
  createCreditMemo: {
    method: 'POST',
    path: '/credit-memos',
    summary: 'Credit returned goods of an invoice; what is open of the invoice is reduced first',
    body: erpCreditMemoRequest,
    answer: erpCreditMemo,
    keyed: true,
    refusals: {
      'unknown-return': 'the order has no such return',
      'unknown-invoice': 'the order has no such invoice',
      'currency-mismatch': 'the invoice is in another currency',
      'amounts-differ': 'the amounts do not come to the total',
      'quantity-exceeds-invoiced': 'more than was invoiced and not credited before',
      'amount-exceeds-invoiced': 'more than the invoice has left to credit',
    },
  },
  createRefund: {
    method: 'POST',
    path: '/refunds',
    summary: 'Pay back what a credit memo could not be applied to',
    body: erpRefundRequest,
    answer: z.object({ refundNumber: identifier }),
    keyed: true,
    refusals: {
      'unknown-credit-memo': 'no such credit memo',
      'currency-mismatch': 'the credit memo is in another currency',
      'amount-exceeds-open': 'more than the credit memo has left',
    },
  },
  readMasterData: {
    method: 'GET',
    path: '/master-data',
    summary: 'Items, customers, contract prices and tax rates by pages; with `since`, those changed at or after it',
    query: z.object({
      since: instant.optional(),
      cursor: z
        .string()
        .max(500)
        .optional()
        .meta({ description: '`next` of the page before; it keeps that page’s `since`' }),
      limit: z.coerce.number().int().min(1).max(1000).default(500).meta({ description: 'Rows in one page' }),
    }),
    answer: erpMasterData,
    keyed: false,
    refusals: { 'unknown-cursor': 'the cursor is none of ours' },
  },
  listOrders: {
    method: 'GET',
    path: '/orders',
    summary: 'Orders, optionally those whose order id, PO number or correlation id is `reference`',
    query: z.object({ reference: z.string().optional() }),
    answer: list(erpOrderRecord),
    keyed: false,
  },
  readOrder: {
    method: 'GET',
    path: '/orders/{erpOrderNumber}',
    summary: 'One order as it stands',
    answer: erpOrderRecord,
    keyed: false,
    refusals: { 'unknown-order': 'no such order' },
  },
  listShipments: {
    method: 'GET',
    path: '/shipments',
    summary: 'Posted shipments, optionally of one order',
    query: z.object({ erpOrderNumber: z.string().optional() }),
    answer: list(erpShipmentRecord),
    keyed: false,
  },
  listInvoices: {
    method: 'GET',
    path: '/invoices',
    summary: 'Invoices with what is paid and open, optionally of one order',
    query: z.object({ erpOrderNumber: z.string().optional() }),
    answer: list(erpInvoiceRecord),
    keyed: false,
  },
  listReturns: {
    method: 'GET',
    path: '/returns',
    summary: 'Returned goods, optionally of one order',
    query: z.object({ erpOrderNumber: z.string().optional() }),
    answer: list(erpReturnRecord),
    keyed: false,
  },
  listCreditMemos: {
    method: 'GET',
    path: '/credit-memos',
    summary: 'Credit memos, optionally of one invoice',
    query: z.object({ invoiceNumber: z.string().optional() }),
    answer: list(erpCreditMemoRecord),
    keyed: false,
  },
  listRefunds: {
    method: 'GET',
    path: '/refunds',
    summary: 'Refunds, optionally of one credit memo',
    query: z.object({ creditMemoNumber: z.string().optional() }),
    answer: list(erpRefundRecord),
    keyed: false,
  },
  listReceipts: {
    method: 'GET',
    path: '/receipts',
    summary: 'Cash receipts, optionally of one invoice',
    query: z.object({ invoiceNumber: z.string().optional() }),
    answer: list(erpReceiptRecord),
    keyed: false,
  },
} as const satisfies Record<string, RestOperation>;
