import { z } from 'zod';
import { identifier } from '../canonical/v1/common.ts';

/** Orders whose goods go to a consumer: the address of the order is used once and is in no master data. */
export const dropShip = z
  .strictObject({
    orders: z
      .array(z.string().regex(/^[A-Z0-9]{2}$/, 'must be a BEG02 code such as DS'))
      .default([])
      .describe('BEG02 codes of drop ship orders; without one, such an order is asked about'),
    account: identifier
      .optional()
      .describe(
        'Our number of the ship-to, or a code of it, whose customer buys; else that of the buyer or bill-to of the order',
      ),
  })
  .prefault({})
  .describe('Orders that ship to an address of their own, which no ship-to of the customer has');
