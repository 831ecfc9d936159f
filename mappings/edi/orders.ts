import type { TreeNode } from '../x12/types.ts';
import type { Agreement } from './agreement.ts';
import { type OrderContext, type OrderResult, salesOrderFrom850 } from './sales-order-from-850.ts';
import { salesOrderFrom875 } from './sales-order-from-875.ts';

/** How a transaction set that is an order becomes the canonical order. */
export interface OrderMapping {
  readonly read: (tree: TreeNode, profile: Agreement, context?: OrderContext) => OrderResult;
  /** The segment whose third element is the PO number. */
  readonly header: 'BEG' | 'G50';
}

const ORDERS: Readonly<Record<string, OrderMapping>> = {
  '850': { read: salesOrderFrom850, header: 'BEG' },
  '875': { read: salesOrderFrom875, header: 'G50' },
};

/** Undefined for a transaction set that is no order. */
export function orderMappingOf(set: string): OrderMapping | undefined {
  return Object.hasOwn(ORDERS, set) ? ORDERS[set] : undefined;
}
