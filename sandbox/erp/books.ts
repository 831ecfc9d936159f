import type { z } from 'zod';
import type {
  ErpCreditMemoRecord,
  ErpOrderRecord,
  ErpRefundRecord,
  erpCashRequest,
  erpOrderRequest,
  erpReturnRequest,
  erpShipmentRequest,
} from '../../activities/erp/connectors/rest/rest-contract.ts';
import type { ErpMasterData } from '../../activities/erp/port.ts';
import { multiply, subtract, sum } from '../../domain/decimal.ts';
import type { Invoice } from '../../mappings/canonical/v1/index.ts';
import { Problem } from '../problem.ts';
import type { Customer } from './master-data.ts';

/** Entries of the ERP’s books, with the quantities and states derived from them. */

export type OrderRequest = z.output<typeof erpOrderRequest>;
export type ShipmentRequest = z.output<typeof erpShipmentRequest>;

export type LedgerEntry =
  | { type: 'order'; erpOrderNumber: string; request: OrderRequest; netTotal: number; creditMessage?: string }
  | { type: 'credit-released'; erpOrderNumber: string }
  | { type: 'order-cancelled'; erpOrderNumber: string; reason: string }
  | { type: 'order-changed'; erpOrderNumber: string; request: OrderRequest; netTotal: number; creditMessage?: string }
  | { type: 'shipment'; erpShipmentNumber: string; request: ShipmentRequest }
  | { type: 'invoice'; erpOrderNumber: string; erpShipmentNumber: string; invoice: Invoice }
  | { type: 'receipt'; receiptNumber: string; request: z.output<typeof erpCashRequest> }
  | { type: 'return'; erpReturnNumber: string; request: z.output<typeof erpReturnRequest> }
  | { type: 'credit-memo'; record: ErpCreditMemoRecord }
  | { type: 'refund'; record: ErpRefundRecord }
  | { type: 'customer-added'; customer: Customer; prices: ErpMasterData['prices']; at: string }
  | { type: 'customer-changed'; customerNumber: string; blocked?: boolean; creditLimit?: number; at: string };

export interface OrderState {
  erpOrderNumber: string;
  request: OrderRequest;
  netTotal: number;
  creditMessage: string | undefined;
  cancelled: boolean;
  /** Base units by line number. */
  shipped: Map<number, string>;
  /** Left beyond the order. */
  surplus: Map<number, string>;
  cancelledQuantity: Map<number, string>;
  shipments: string[];
}

export interface CustomerState {
  blocked: boolean;
  creditLimit: number;
  changedAt: string;
}

/** Creation time of the master data. */
export const MASTER_DATA_SINCE = '2026-01-01T00:00:00.000Z';

/** The order in the format of the contract. */
export function recordOf(order: OrderState, state: ErpOrderRecord['state']): ErpOrderRecord {
  const { request } = order;
  return {
    erpOrderNumber: order.erpOrderNumber,
    orderId: request.orderId,
    correlationId: request.correlationId,
    customerNumber: request.customerNumber,
    shipToNumber: request.shipToNumber,
    ...(request.shipTo !== undefined && { shipTo: request.shipTo }),
    poNumber: request.poNumber,
    currency: request.currency,
    orderedOn: request.orderedOn,
    state,
    ...(order.creditMessage === undefined ? {} : { creditMessage: order.creditMessage }),
    netTotal: order.netTotal,
    taxTotal: request.taxTotal,
    lines: request.lines.map((line) => ({
      lineNumber: line.lineNumber,
      sku: line.sku,
      unit: line.unit,
      unitFactor: line.unitFactor,
      unitPrice: line.unitPrice,
      ordered: multiply(line.quantity, line.unitFactor),
      shipped: order.shipped.get(line.lineNumber) ?? '0',
      cancelled: order.cancelledQuantity.get(line.lineNumber) ?? '0',
      open: openOf(order, line.lineNumber),
      ...(line.allocations !== undefined && { allocations: line.allocations }),
    })),
  };
}

export function changedSince(changedAt: string, since: string | undefined): boolean {
  return since === undefined || Date.parse(changedAt) >= Date.parse(since);
}

/** Whether the answer includes items and the initial prices, which never change here. */
export function masterDataSince(since: string | undefined): boolean {
  return changedSince(MASTER_DATA_SINCE, since);
}

export function lineOf(order: OrderState, lineNumber: number) {
  const line = order.request.lines.find((candidate) => candidate.lineNumber === lineNumber);
  if (!line) throw refused('unknown-line', `The order has no line ${lineNumber}`, 'lineNumber');
  return line;
}

/** Base units that may still ship. */
export function openOf(order: OrderState, lineNumber: number): string {
  const line = lineOf(order, lineNumber);
  const gone = sum([order.shipped.get(lineNumber) ?? '0', order.cancelledQuantity.get(lineNumber) ?? '0']);
  return subtract(multiply(line.quantity, line.unitFactor), gone);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

export function refused(code: string, detail: string, path: string, status = 422): Problem {
  return new Problem(status, code, detail, path === '' ? [] : [{ path, message: detail }]);
}
