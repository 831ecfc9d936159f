/**
 * Steps of returns at an ERP. As with orders, each call has a key derived from business identity, and its answer is recorded
 * before the next call.
 */
import type { Database } from '../../prisma/client.ts';
import { runWithCorrelation } from '../../runtime/correlation.ts';
import { callSystem, permanent } from '../lib/activity-failure.ts';
import type { RecordDependencies } from '../orders/dependencies.ts';
import {
  loadSettlement,
  type MemoToPost,
  recordCredit,
  recordErpReturn,
  recordRefund,
  type SettlementToPost,
} from '../returns/settle-return.ts';
import type { ErpCreditMemo, ErpPort } from './port.ts';

export interface ErpReturnDependencies {
  /** Id of the ERP instance. */
  system: string;
  port: ErpPort;
  records: Pick<RecordDependencies, 'prisma' | 'profiles' | 'handOff'>;
}

export type ErpReturnActivities = ReturnType<typeof createErpReturnActivities>;

interface Round {
  returnId: string;
  round: number;
}

export function createErpReturnActivities({ system, port, records }: ErpReturnDependencies) {
  const { prisma }: { prisma: Database } = records;
  const actor = `erp.${system}`;
  return {
    /** Posts what came back. */
    async postErpReturn({ returnId, round }: Round): Promise<{ erpReturnNumber: string }> {
      const settlement = await loadSettlement(prisma, returnId, round);
      const { erpReturnNumber: known, erpOrderNumber, rmaNumber, node, lines, correlationId } = settlement;
      if (known !== null) return { erpReturnNumber: known };
      const { erpReturnNumber } = await call(correlationId, () =>
        port.postReturn(`${returnId}/return/${round}`, {
          ...{ erpOrderNumber, rmaNumber, node, reference: `${rmaNumber}/${round}` },
          lines: lines.map(({ lineNumber, quantity }) => ({ lineNumber, quantity })),
        }),
      );
      await recordErpReturn(records, { returnId, round, erpReturnNumber, actor });
      return { erpReturnNumber };
    },

    /** Creates the credit memos of the round, and refunds what they could not be applied to. */
    async creditReturn({ returnId, round }: Round): Promise<{ creditMemoNumbers: string[] }> {
      const settlement = await loadSettlement(prisma, returnId, round);
      const creditMemoNumbers: string[] = [];
      for (const memo of settlement.memos) {
        const { creditMemoNumber, applied } =
          memo.creditMemoNumber !== null && memo.applied !== null
            ? { creditMemoNumber: memo.creditMemoNumber, applied: memo.applied }
            : await createMemo(settlement, memo);
        creditMemoNumbers.push(creditMemoNumber);
        await refund(settlement, memo, creditMemoNumber, memo.total - applied);
      }
      return { creditMemoNumbers };
    },
  };

  async function createMemo(
    { erpOrderNumber, erpReturnNumber, correlationId }: SettlementToPost,
    memo: MemoToPost,
  ): Promise<ErpCreditMemo> {
    const { id, invoiceNumber, currency, lines, allowances, tax, restockingFee, total } = memo;
    const made = await call(correlationId, () =>
      port.createCreditMemo(`${id}/credit`, {
        ...{ erpOrderNumber, erpReturnNumber: erpReturnNumber ?? '', invoiceNumber, reference: id, currency },
        lines: lines.map(({ lineNumber, quantity, amount }) => ({ lineNumber, quantity, amount })),
        ...{ allowances, tax, restockingFee, total },
      }),
    );
    if (made.currency !== currency || made.total !== total) {
      const theirs = `${made.total} ${made.currency}`;
      throw permanent(
        'credit-differs',
        `credit ${made.creditMemoNumber} is ${theirs} in the ERP, not ${total} ${currency}`,
      );
    }
    const { creditMemoNumber, creditedOn, applied } = made;
    await recordCredit(records, { memoId: id, creditMemoNumber, creditedOn, applied, actor });
    return made;
  }

  async function refund(
    { correlationId }: SettlementToPost,
    { id, currency, refundNumber: known }: MemoToPost,
    creditMemoNumber: string,
    amount: number,
  ): Promise<void> {
    if (amount <= 0 || known !== null) return;
    const { refundNumber } = await call(correlationId, () =>
      port.createRefund(`${id}/refund`, { creditMemoNumber, amount, currency }),
    );
    await recordRefund(records, { memoId: id, refundNumber, amount, actor });
  }
}

function call<T>(correlationId: string, work: () => Promise<T>): Promise<T> {
  return runWithCorrelation(correlationId, () => callSystem(work));
}
