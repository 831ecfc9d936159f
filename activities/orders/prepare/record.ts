/** Stores the result of the check. */
import type { ExceptionType } from '../../../domain/exceptions.ts';
import type { Correction } from '../../../domain/order/corrections.ts';
import type { SalesOrder } from '../../../mappings/canonical/v1/index.ts';
import type { AcknowledgedLine } from '../../../mappings/edi/document-content.ts';
import type { Database } from '../../../prisma/client.ts';
import { Prisma } from '../../../prisma/generated/client.ts';
import { insertRows } from '../../lib/records.ts';
import type { ItemOfLine } from './items.ts';
import type { Decided } from './problem.ts';

/** Stored with each decision. Increment it with every change of a rule of the check. */
const RULES_VERSION = '5';

/** What is kept of an item with its line. */
export type CheckedItem = Pick<ItemOfLine['item'], 'sku' | 'description' | 'baseUnit' | 'gtin' | 'taxable'>;

/** A problem of one line alone, for which the line is rejected. */
export type LineRefusal = Extract<AcknowledgedLine['rejection'] & ExceptionType, string>;

export interface CheckedLine extends Omit<ItemOfLine, 'item'> {
  item: CheckedItem;
  lineNumber: number;
  lineId: string;
  customerSku: string | undefined;
  ordered: { value: string; unit: string };
  /** Our price per ordered unit. */
  contractPrice: string;
  unitPrice: string;
  /** Of a line that is not delivered. */
  refused?: { reason: LineRefusal | undefined };
}

export interface CheckedOrder {
  orderId: string;
  lines: readonly CheckedLine[];
  decisions: readonly Decided[];
  customerNumber: string;
  shipToNumber: string;
  goodsTotal: number;
  taxTotal: number;
  paymentTerms: object | undefined;
  erpSystem: string;
  shipBy: string;
}

/**
 * One statement writes everything or nothing. A repeated check replaces the earlier lines,
 * decisions and totals.
 */
export async function recordCheck(prisma: Database, checked: CheckedOrder): Promise<void> {
  const { orderId } = checked;
  const lines = checked.lines.map((line) => ({ ...lineRow(line), orderId, ...NOTHING_MOVED }));
  const decisions = checked.decisions.map((decided) => ({
    ...decided,
    orderId,
    key: decided.rule,
    ruleVersion: RULES_VERSION,
    at: new Date(),
  }));
  await prisma.$executeRaw`
    WITH lines AS (
      ${insertRows('OrderLine', LINE, lines)} ON CONFLICT ("orderId", "lineNumber") DO UPDATE SET ${replaced(LINE)}
    ), decisions AS (
      ${insertRows('Decision', DECISION, decisions)} ON CONFLICT ("orderId", "key") DO UPDATE SET ${replaced(DECISION)}
    )
    UPDATE "Order" SET
      "customerNumber" = ${checked.customerNumber}, "shipToNumber" = ${checked.shipToNumber},
      "goodsTotal" = ${BigInt(checked.goodsTotal)}, "taxTotal" = ${BigInt(checked.taxTotal)},
      "paymentTerms" = ${checked.paymentTerms === undefined ? null : JSON.stringify(checked.paymentTerms)}::jsonb,
      "erpSystem" = ${checked.erpSystem}, "shipBy" = ${new Date(checked.shipBy)},
      "startedAt" = coalesce("startedAt", now()), "updatedAt" = now()
    WHERE "id" = ${orderId}`;
}

/** Keeps what people corrected, and what the order said before. Repeated, it changes nothing. */
export async function recordCorrections(
  prisma: Database,
  orderId: string,
  { canonical, corrections }: { canonical: SalesOrder; corrections: readonly Correction[] },
): Promise<void> {
  await prisma.$executeRaw`
    UPDATE "Order" SET "asOrdered" = coalesce("asOrdered", "canonical"), "canonical" = ${JSON.stringify(canonical)}::jsonb,
      "corrections" = ${JSON.stringify(corrections)}::jsonb, "updatedAt" = now()
    WHERE "id" = ${orderId}`;
}

/** A checked line as the order keeps it. */
export function lineRow(line: CheckedLine) {
  return {
    lineNumber: line.lineNumber,
    lineId: line.lineId,
    sku: line.item.sku,
    customerSku: line.customerSku,
    gtin: line.item.gtin,
    description: line.item.description,
    orderedValue: line.ordered.value,
    orderedUnit: line.ordered.unit,
    unit: line.unit,
    baseUnit: line.item.baseUnit,
    unitFactor: line.unitFactor,
    unitPrice: line.unitPrice,
    contractPrice: line.contractPrice,
    ordered: line.base,
    open: line.refused === undefined ? line.base : '0',
    rejected: line.refused === undefined ? '0' : line.base,
    rejection: line.refused?.reason ?? null,
  };
}

const NOTHING_MOVED = { cancelled: 0, backordered: 0, shipped: 0 };
const LINE = [
  ...['orderId', 'lineNumber', 'lineId', 'sku', 'customerSku', 'gtin', 'description', 'orderedValue', 'orderedUnit'],
  ...['unit', 'baseUnit', 'unitFactor', 'unitPrice', 'contractPrice', 'ordered', 'open', 'rejected', 'rejection'],
  ...Object.keys(NOTHING_MOVED),
];
const DECISION = ['orderId', 'key', 'rule', 'ruleVersion', 'inputs', 'outcome', 'at'];

function replaced(columns: readonly string[]): Prisma.Sql {
  return Prisma.raw(columns.map((name) => `"${name}" = EXCLUDED."${name}"`).join(', '));
}
