/** What carriers tell of shipments, and what follows from it. */
import type { ExceptionType } from '../exceptions.ts';

export const carrierEventTypes = [
  'picked-up',
  'in-transit',
  'delivered',
  'refused',
  'damaged',
  'lost',
  'returning',
] as const;
export type CarrierEventType = (typeof carrierEventTypes)[number];

/** What goes wrong after goods have left: a return that nobody asked for. */
export const deliveryTroubles = ['refused', 'damaged', 'lost'] as const;
export type DeliveryTrouble = (typeof deliveryTroubles)[number];

export function troubleOf(type: CarrierEventType): DeliveryTrouble | undefined {
  return deliveryTroubles.find((trouble) => trouble === type);
}

export const exceptionOfTrouble = {
  refused: 'delivery-refused',
  damaged: 'damaged-in-transit',
  lost: 'goods-lost',
} as const satisfies Record<DeliveryTrouble, ExceptionType>;

export interface Milestone {
  readonly type: CarrierEventType;
  /** ISO 8601. */
  readonly occurredAt: string;
}

/** What a shipment's state is by all that was told of it, in whatever order that came. At the same moment the later stage counts. */
export function latestOf<M extends Milestone>(milestones: readonly M[]): M | undefined {
  return milestones.reduce<M | undefined>((latest, one) => {
    if (latest === undefined) return one;
    const later = Date.parse(one.occurredAt) - Date.parse(latest.occurredAt);
    if (later !== 0) return later > 0 ? one : latest;
    return carrierEventTypes.indexOf(one.type) > carrierEventTypes.indexOf(latest.type) ? one : latest;
  }, undefined);
}
