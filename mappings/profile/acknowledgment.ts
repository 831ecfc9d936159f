import { z } from 'zod';
import { didYouMean } from '../../domain/nearest.ts';
import { orderAcknowledgment } from '../edi/documents/all.ts';
import { guideOf } from '../edi/documents/registry.ts';
import { placeOf } from '../edi/partner-guide.ts';
import type { ElementGuide } from '../x12/types.ts';

/** What the 855 says of a line, case by case. */

const STATUS = /^[A-Z0-9]{2}$/;
const status = z.string().regex(STATUS, 'must be a line item status of X12 element 668, such as IA');

export const acknowledgment = z
  .strictObject({
    codes: z
      .strictObject({
        accepted: status.default('IA').describe('All of the line as ordered'),
        priceChanged: status.default('IP').describe('All of the line, at another price'),
        substituted: status.default('IS').describe('All of the line, as another item; ACK07 and ACK08 name that'),
        dateChanged: status
          .optional()
          .describe('All of the line, on another day than the requested ship date; without it as `accepted`'),
        quantityChanged: status.default('IQ').describe('Part of the line; the rest never comes'),
        partBackordered: status.default('BP').describe('Part of the line; the rest is backordered'),
        backordered: status.default('IB').describe('What is backordered'),
        unavailable: status.default('ID').describe('The whole line is out of stock and never comes'),
        rejected: status.default('IR').describe('The line is refused for another reason'),
        notOnContract: status.default('R1').describe('Refused: not an item of the contract'),
        unknownItem: status.default('R2').describe('Refused: no item of ours'),
        unknownUnit: status.default('R3').describe('Refused: the item has no such unit'),
        rejectedAsUnavailable: status.default('R4').describe('Refused: the item cannot be had'),
      })
      .prefault({})
      .describe('ACK01 by case. BAK02 follows: AD if every code says as ordered, RD if each one refuses, else AC'),
    refusedQuantity: z
      .enum(['ordered', 'zero'])
      .default('ordered')
      .describe('ACK02 of a line of which nothing comes: the quantity that is refused, or 0'),
  })
  .prefault({})
  .describe('Status of lines in the 855');

const SET = orderAcknowledgment.set;
const ACK = 'PO1/ACK/ACK';

/** Codes of the profile that the 855 of its release does not list. */
export function unknownStatuses(
  { codes }: z.output<typeof acknowledgment>,
  version: string,
): { path: PropertyKey[]; message: string }[] {
  const listed = statusesOf(version);
  return Object.entries(codes).flatMap(([key, code]) => {
    if (code === undefined || !STATUS.test(code) || listed.size === 0 || listed.has(code)) return [];
    const message = `is ${code}, which the ${SET} of ${version} does not list for ACK01${didYouMean(code, listed)}`;
    return [{ path: ['acknowledgment', 'codes', key], message }];
  });
}

function statusesOf(version: string): ReadonlySet<string> {
  const guide = guideOf(SET, version);
  const node = guide && placeOf(ACK, guide)?.node;
  if (node === undefined || node.kind === 'loop') return new Set();
  return new Set(codesIn(node.segment.elements[0]));
}

function codesIn(element: ElementGuide | undefined): string[] {
  return element?.kind === 'simple' ? Object.keys(element.codes ?? {}) : [];
}
