import { carrierEvent } from '../../mappings/canonical/v1/index.ts';
import { permanent } from '../lib/activity-failure.ts';
import { acceptCarrierEvent } from './accept-carrier-event.ts';
import type { ReturnIntake } from './accept-return.ts';

/** A person says what the carrier does not: it counts like an event of the carrier. Idempotent. */
export async function reportLost(
  deps: ReturnIntake,
  { shipmentId, by }: { shipmentId: string; by: string },
): Promise<void> {
  const { shipmentNumber, tracking, fulfillment, order } = await deps.prisma.shipment.findUniqueOrThrow({
    where: { id: shipmentId },
    select: {
      ...{ shipmentNumber: true, tracking: true, fulfillment: { select: { wmsSystem: true } } },
      order: { select: { correlationId: true } },
    },
  });
  const { outcome } = await acceptCarrierEvent(deps, {
    system: fulfillment.wmsSystem,
    event: carrierEvent.parse({
      ...{ eventId: `lost/${shipmentId}`, occurredAt: new Date().toISOString(), type: 'lost', shipmentNumber },
      ...(tracking !== null && { tracking }),
      reason: `nothing was heard of it, and ${by} reported it lost`,
    }),
    correlationId: order.correlationId,
  });
  if (outcome === 'unknown-shipment') {
    throw permanent('no-such-record', `shipment ${shipmentNumber} cannot be told from another one of its warehouse`);
  }
}
