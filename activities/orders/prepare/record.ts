/** Writes the outcome of the check. */
import type { Database } from '../../../prisma/client.ts';
import type { ItemOfLine } from './items.ts';
import type { Decided } from './problem.ts';

/** Decisions name the rules as they were: raise this with any change of a rule of the check. */
const RULES_VERSION = '3';

export interface CheckedLine extends ItemOfLine {
  lineNumber: number;
  lineId: string;
  customerSku: string | undefined;
  ordered: { value: string; unit: string };
  /** Ours, per ordered unit. */
  contractPrice: string;
  unitPrice: string;
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

/** One statement: all of it or nothing. A repeated check replaces the lines, decisions and totals of the earlier one. */
export async function recordCheck(prisma: Database, checked: CheckedOrder): Promise<void> {
  const { orderId } = checked;
  const lines = checked.lines.map((line) => ({
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
  }));
  await prisma.$executeRaw`
    WITH lines AS (
      INSERT INTO "OrderLine" ("orderId", "lineNumber", "lineId", "sku", "customerSku", "gtin", "description",
        "orderedValue", "orderedUnit", "unit", "baseUnit", "unitFactor", "unitPrice", "contractPrice", "ordered", "open")
      SELECT ${orderId}, t.*, t."ordered"
      FROM jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) AS t(
        "lineNumber" int, "lineId" text, "sku" text, "customerSku" text, "gtin" text, "description" text,
        "orderedValue" numeric, "orderedUnit" text, "unit" text, "baseUnit" text, "unitFactor" numeric,
        "unitPrice" numeric, "contractPrice" numeric, "ordered" numeric)
      ON CONFLICT ("orderId", "lineNumber") DO UPDATE SET
        "lineId" = EXCLUDED."lineId", "sku" = EXCLUDED."sku", "customerSku" = EXCLUDED."customerSku",
        "gtin" = EXCLUDED."gtin", "description" = EXCLUDED."description", "orderedValue" = EXCLUDED."orderedValue",
        "orderedUnit" = EXCLUDED."orderedUnit", "unit" = EXCLUDED."unit", "baseUnit" = EXCLUDED."baseUnit",
        "unitFactor" = EXCLUDED."unitFactor", "unitPrice" = EXCLUDED."unitPrice",
        "contractPrice" = EXCLUDED."contractPrice", "ordered" = EXCLUDED."ordered", "open" = EXCLUDED."open"
    ), decisions AS (
      INSERT INTO "Decision" ("orderId", "key", "rule", "ruleVersion", "inputs", "outcome")
      SELECT ${orderId}, t."rule", t."rule", ${RULES_VERSION}, t."inputs", t."outcome"
      FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(checked.decisions)}::jsonb)
        AS ("rule" text, "inputs" jsonb, "outcome" text)) WITH ORDINALITY AS t("rule", "inputs", "outcome", "nth")
      ORDER BY t."nth"
      ON CONFLICT ("orderId", "key") DO UPDATE SET
        "ruleVersion" = EXCLUDED."ruleVersion", "inputs" = EXCLUDED."inputs", "outcome" = EXCLUDED."outcome", "at" = now()
    )
    UPDATE "Order" SET
      "customerNumber" = ${checked.customerNumber}, "shipToNumber" = ${checked.shipToNumber},
      "goodsTotal" = ${BigInt(checked.goodsTotal)}, "taxTotal" = ${BigInt(checked.taxTotal)},
      "paymentTerms" = ${checked.paymentTerms === undefined ? null : JSON.stringify(checked.paymentTerms)}::jsonb,
      "erpSystem" = ${checked.erpSystem}, "shipBy" = ${new Date(checked.shipBy)},
      "startedAt" = coalesce("startedAt", now()), "updatedAt" = now()
    WHERE "id" = ${orderId}`;
}
