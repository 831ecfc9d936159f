import type { Decimal } from '../../../../domain/decimal.ts';
import type { Party } from '../../../canonical/v1/index.ts';

/** How much of a line goes where, for whom and when. What is absent follows the order. */
export interface Share {
  readonly quantity: Decimal;
  readonly shipTo?: Party;
  readonly store?: Store;
  readonly dates?: Dates;
}

export interface Store {
  readonly party: Party;
  /** The header names the store as a ship-to, so its goods go there. */
  readonly isShipTo: boolean;
}

export interface Dates {
  readonly requestedShipDate?: string;
  readonly requestedDeliveryDate?: string;
}
