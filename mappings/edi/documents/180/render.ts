import { compare, divide, isMultiple } from '../../../../domain/decimal.ts';
import { firstCharacters } from '../../../x12/encoding.ts';
import type { Tree, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import type { ReturnAnswerDocument } from '../../document-content.ts';
import { dateElement, itemNumbers, node, partyLoop, referenceNumber, segment, timeElement } from '../../writing.ts';

/** RDR01: with our number, or refused. */
const DISPOSITIONS = { authorized: 'RA', refused: 'RD', cancelled: 'RD' } as const;
/** BGN01. */
const PURPOSES = { authorized: '00', refused: '00', cancelled: '01' } as const;
/** DTM01: the authorization expires. */
const EXPIRES = '036';
/** Element 352. */
const LONGEST_TEXT = 80;

/**
 * Renders the 180 that answers a request. BGN02 is our number of the return, which the goods carry; BGN06 is the
 * partner's number of its request.
 */
export function render180(document: ReturnAnswerDocument, profile: Agreement): Tree {
  const { outcome, rmaNumber, answeredAt, reason, poNumber, orderedOn, arriveBy, node: warehouse } = document;
  return node({
    BGN: segment(
      PURPOSES[outcome],
      rmaNumber,
      dateElement(answeredAt),
      timeElement(answeredAt),
      undefined,
      referenceNumber(document.requestNumber, profile),
    ),
    RDR: segment(
      DISPOSITIONS[outcome],
      undefined,
      undefined,
      reason === undefined ? undefined : firstCharacters(reason, LONGEST_TEXT),
    ),
    PRF: segment(
      poNumber,
      undefined,
      undefined,
      poNumber === undefined || orderedOn === undefined ? undefined : dateElement(orderedOn),
    ),
    DTM: arriveBy === undefined ? [] : [segment(EXPIRES, dateElement(arriveBy))],
    N1:
      warehouse === undefined
        ? []
        : [
            partyLoop(
              'ST',
              { identifiers: [{ scheme: 'seller', value: warehouse.code }], address: warehouse.address },
              profile,
            ),
          ],
    BLI: document.lines.map((line) => lineLoop(line, profile)),
  });
}

function lineLoop(
  { line, named, quantity, unit }: ReturnAnswerDocument['lines'][number],
  profile: Agreement,
): TreeNode {
  const [qualifier, number, ...others] =
    line === undefined ? [profile.items.send.buyer, named] : itemNumbers(line, profile);
  const inOrderedUnit = line !== undefined && isMultiple(quantity, line.unitFactor);
  const stated =
    line !== undefined && inOrderedUnit && compare(line.unitFactor, '0') > 0
      ? { value: divide(quantity, line.unitFactor), unit: line.ordered.unit }
      : { value: quantity, unit };
  return node({
    BLI: segment(
      qualifier,
      number,
      stated.value,
      stated.unit,
      undefined,
      undefined,
      undefined,
      // Three further pairs.
      ...others.slice(0, 6),
    ),
    N9: line === undefined ? [] : [segment('LI', line.lineId)],
  });
}
