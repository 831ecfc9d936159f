/** The records of returns. Each runs as a local activity: short and idempotent. */

import { resendDocument } from '../documents/resend-document.ts';
import type { RecordDependencies } from '../orders/dependencies.ts';
import { authorizeReturn, extendReturn, tellOfEnd } from './answer-return.ts';
import { arrivalOf, checkReturn, profileOfReturn } from './check-return.ts';
import { disposeRest, disposeReturn } from './dispose-goods.ts';
import { createReturnExceptions } from './exceptions.ts';
import { finishReturn } from './finish-return.ts';
import { setNoticeAside, takeNotice } from './receive-goods.ts';
import { reportLost } from './report-lost.ts';
import { loadReturn } from './return-record.ts';
import { planSettlement, waiveCredit } from './settle-return.ts';
import { decideOver, linkReturn } from './unauthorized-goods.ts';

export type ReturnRecords = ReturnType<typeof createReturnRecords>;

export function createReturnRecords(deps: RecordDependencies) {
  return {
    checkReturn: (input: { returnId: string }) => checkReturn(deps, input),
    authorizeReturn: (input: Parameters<typeof authorizeReturn>[1]) => authorizeReturn(deps, input),
    /** As much time again, from now on. */
    async extendReturn({ returnId, by }: { returnId: string; by: string }) {
      const rma = await loadReturn(deps.prisma, returnId);
      const arrival = arrivalOf(await profileOfReturn(deps, rma), new Date());
      await extendReturn(deps, { returnId, arriveBy: arrival.arriveBy, by });
      return arrival;
    },
    tellOfEnd: (input: Parameters<typeof tellOfEnd>[1]) => tellOfEnd(deps, input),
    takeNotice: (input: Parameters<typeof takeNotice>[1]) => takeNotice(deps, input),
    setNoticeAside: (input: Parameters<typeof setNoticeAside>[1]) => setNoticeAside(deps, input),
    disposeReturn: (input: Parameters<typeof disposeReturn>[1]) => disposeReturn(deps, input),
    disposeRest: (input: Parameters<typeof disposeRest>[1]) => disposeRest(deps, input),
    decideOver: (input: Parameters<typeof decideOver>[1]) => decideOver(deps, input),
    linkReturn: (input: Parameters<typeof linkReturn>[1]) => linkReturn(deps, input),
    planSettlement: (input: Parameters<typeof planSettlement>[1]) => planSettlement(deps, input),
    reportLost: (input: Parameters<typeof reportLost>[1]) => reportLost(deps, input),
    waiveCredit: (input: Parameters<typeof waiveCredit>[1]) => waiveCredit(deps, input),
    finishReturn: (input: Parameters<typeof finishReturn>[1]) => finishReturn(deps, input),
    resendReturnDocument: (input: Parameters<typeof resendDocument>[1]) => resendDocument(deps, input),
    ...createReturnExceptions(deps),
  };
}
