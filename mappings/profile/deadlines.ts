import { z } from 'zod';
import { deadline } from './fields.ts';

/** When a deadline that an order is held to is told of before it passes. The deadlines themselves stand where they are agreed. */

export const deadlines = z
  .strictObject({
    carrierScan: deadline
      .optional()
      .describe('From a shipment to the first word of its carrier, as a deadline. Without one nobody watches for that'),
    warnBefore: z
      .strictObject({
        acknowledge: deadline.default('PT2H').describe('Before the acknowledgment (855) is due'),
        ship: deadline.default('PT4H').describe('Before the ship-by time'),
        cancelAfter: deadline.default('P1D').describe('Before the end of the last day on which the buyer takes goods'),
      })
      .prefault({})
      .describe('How long before a deadline an order that still waits tells of it in its timeline, as a deadline'),
    leadTimes: z
      .strictObject({
        acknowledge: deadline
          .optional()
          .describe('From the order to the acceptance by the ERP, with which the 855 is made'),
        ship: deadline.optional().describe('From the release to the shipment'),
      })
      .prefault({})
      .describe(
        'How long a step usually takes, as a deadline. An order that could only be late by them is in jeopardy, and nothing is ' +
          'released without a decision that would leave after the buyer’s last day. Without a lead time nothing is predicted',
      ),
  })
  .prefault({})
  .describe('Warnings and predictions of lateness');
