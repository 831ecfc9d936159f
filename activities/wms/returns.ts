/** Steps of returns at a warehouse system. */

import { isPositive } from '../../domain/decimal.ts';
import type { Database } from '../../prisma/client.ts';
import { runWithCorrelation } from '../../runtime/correlation.ts';
import { callSystem } from '../lib/activity-failure.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import { loadReturn } from '../returns/return-record.ts';
import type { WmsCapabilities } from './connector.ts';
import type { WmsPort } from './port.ts';

export interface WmsReturnDependencies {
  port: WmsPort;
  capabilities: Pick<WmsCapabilities, 'expectsReturns'>;
  prisma: Database;
  profiles: Pick<PartnerProfiles, 'get'>;
}

export type WmsReturnActivities = ReturnType<typeof createWmsReturnActivities>;

export function createWmsReturnActivities({ port, capabilities, prisma, profiles }: WmsReturnDependencies) {
  return {
    /** A warehouse that is not told of returns takes what comes all the same. */
    async expectReturn({
      returnId,
      arriveBy,
      node,
    }: {
      returnId: string;
      arriveBy: string;
      node: string;
    }): Promise<void> {
      if (!capabilities.expectsReturns) return;
      const rma = await loadReturn(prisma, returnId);
      const { rmaNumber, correlationId, partnerId, poNumber, reason } = rma;
      const { reference } = await runWithCorrelation(correlationId, () =>
        callSystem(() =>
          port.expectReturn({
            ...{ rmaNumber, correlationId, node, reason },
            customerName: profiles.get(partnerId)?.name ?? partnerId,
            ...(poNumber !== null && { poNumber }),
            arriveBy: arriveBy.slice(0, 10),
            lines: rma.lines
              .filter(({ authorized }) => isPositive(authorized))
              .map(({ lineNumber, sku, description, authorized, baseUnit }) => ({
                ...{ lineNumber, sku, description, quantity: authorized, unit: baseUnit },
              })),
          }),
        ),
      );
      await prisma.return.update({ where: { id: returnId }, data: { wmsReference: reference } });
    },

    /** False if goods of it have come. */
    async withdrawReturn({ returnId, reason }: { returnId: string; reason: string }): Promise<{ cancelled: boolean }> {
      if (!capabilities.expectsReturns) return { cancelled: true };
      const { rmaNumber, correlationId } = await loadReturn(prisma, returnId);
      return runWithCorrelation(correlationId, () => callSystem(() => port.cancelExpectedReturn(rmaNumber, reason)));
    },
  };
}
