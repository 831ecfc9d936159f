import { compare, type Decimal, multiply, sum } from '../../../../domain/decimal.ts';
import { type StoreQuantity, sliceOf } from '../../../../domain/policy/allocations.ts';
import { storeCode } from '../../../canonical/v1/index.ts';
import type { Tree, TreeNode } from '../../../x12/types.ts';
import type { AcknowledgmentCodes, Agreement } from '../../agreement.ts';
import { AS_ORDERED, REFUSED } from '../../checking/verdicts.ts';
import { type AcknowledgedLine, type AcknowledgmentDocument, DocumentError } from '../../document-content.ts';
import { statedQuantity } from '../../stated-quantity.ts';
import { storeQuantities } from '../../store-quantities.ts';
import {
  commonReferences,
  dateElement,
  description,
  itemNumbers,
  node,
  partyLoop,
  positive,
  referenceNumber,
  segment,
  shipToLoop,
} from '../../writing.ts';

const REJECTIONS: Readonly<
  Record<NonNullable<AcknowledgedLine['rejection']>, Exclude<keyof AcknowledgmentCodes, 'dateChanged'>>
> = {
  'not-on-contract': 'notOnContract',
  'unknown-item': 'unknownItem',
  'unknown-unit': 'unknownUnit',
  unavailable: 'rejectedAsUnavailable',
};

/**
 * Renders the 855 of an order with all lines.
 *
 * BAK02 is AD if everything is accepted as ordered, RD if nothing is, otherwise AC; it never contradicts
 * the codes of the lines. PO1 repeats the quantity as the buyer ordered it; SDQ says which stores get what of the accepted
 * part. ACK segments report the outcome, in the codes of the partner's profile:
 *
 * | outcome | ACK01 |
 * | --- | --- |
 * | all accepted | `accepted`, `substituted` with our item in ACK07 and ACK08, `quantityChanged` in another quantity that was agreed, `priceChanged` at another price, `dateChanged` on another day |
 * | part accepted, rest backordered | `partBackordered` for the part, `backordered` for the rest |
 * | part accepted, rest never delivered | `quantityChanged` for the part |
 * | all backordered | `backordered` |
 * | all cancelled | `unavailable` |
 * | rejected | `notOnContract`, `unknownItem` … by reason, otherwise `rejected` |
 *
 * @throws DocumentError if the quantities of a line do not add up to the ordered quantity.
 */
export function render855(document: AcknowledgmentDocument, profile: Agreement): Tree {
  const { order, lines } = document;
  for (const [index, line] of lines.entries()) refuseUnbalanced(line, `lines[${index}]`);
  const outcomes = lines.map((line) => outcomesOf(line, profile.acknowledgment));
  return node({
    BAK: segment(
      '00',
      acknowledgmentType(lines, outcomes.flat()),
      order.poNumber,
      dateElement(order.orderedOn),
      order.release,
      undefined,
      undefined,
      referenceNumber(order.erpOrderNumber, profile),
      dateElement(document.acknowledgedOn),
    ),
    CUR: segment('SE', order.currency),
    REF: commonReferences(order, profile, '855'),
    N1: [shipToLoop(order, profile), ...(order.buyer === undefined ? [] : [partyLoop('BY', order.buyer, profile)])],
    PO1: lines.map((line, index) => lineLoop(line, outcomes[index] ?? [], order.currency, profile)),
    CTT: segment(String(lines.length)),
  });
}

function acknowledgmentType(lines: readonly AcknowledgedLine[], outcomes: readonly LineOutcome[]): string {
  const codes = outcomes.map(({ code }) => code);
  const nothing = lines.every((line) => !positive(line.accepted) && !positive(line.backordered));
  if (nothing && codes.every((code) => REFUSED.has(code))) return 'RD';
  const asOrdered = lines.every(
    (line) =>
      isWhollyAccepted(line) &&
      line.asked === undefined &&
      line.substitutes === undefined &&
      line.priceChanged !== true,
  );
  return asOrdered && codes.every((code) => AS_ORDERED.has(code)) ? 'AD' : 'AC';
}

function isWhollyAccepted(line: AcknowledgedLine): boolean {
  return compare(line.accepted, orderedBase(line)) === 0;
}

function orderedBase(line: AcknowledgedLine): Decimal {
  return multiply(line.ordered.value, line.unitFactor);
}

function lineLoop(
  line: AcknowledgedLine,
  outcomes: readonly LineOutcome[],
  currency: string,
  profile: Agreement,
): TreeNode {
  const { ordered, asked = ordered, unitPrice } = line;
  return node({
    PO1: segment(line.lineId, asked.value, asked.unit, unitPrice, undefined, ...itemNumbers(asOrdered(line), profile)),
    PID: description(line.description),
    SDQ: storeQuantities(line, acceptedForStores(line), profile),
    ACK: outcomes.map((outcome) => ({ ACK: acknowledged(line, outcome, currency, profile) })),
  });
}

/** The line with the numbers of what was ordered. */
function asOrdered({ substitutes, sku, customerSku, gtin, ...line }: AcknowledgedLine): AcknowledgedLine {
  const numbers = substitutes ?? { sku, customerSku, gtin };
  return {
    ...{ ...line, sku: numbers.sku ?? '' },
    ...(numbers.customerSku !== undefined && { customerSku: numbers.customerSku }),
    ...(numbers.gtin !== undefined && { gtin: numbers.gtin }),
  };
}

/** What the stores get of the accepted part, by the rule that also releases it. */
function acceptedForStores({ allocations = [], accepted }: AcknowledgedLine): StoreQuantity[] {
  if (allocations.length === 0) return [];
  const ordered = allocations.map(({ store, quantity }) => ({ store: storeCode(store) ?? '', quantity }));
  return sliceOf(ordered, [], accepted);
}

interface LineOutcome {
  code: string;
  /** Base units. */
  quantity: Decimal;
  shipDate?: string | undefined;
}

function outcomesOf(
  line: AcknowledgedLine,
  { codes, refusedQuantity }: Agreement['acknowledgment'],
): readonly LineOutcome[] {
  const wholly = isWhollyAccepted(line);
  const part = positive(line.backordered) ? codes.partBackordered : codes.quantityChanged;
  const nothingComes = !positive(line.accepted) && !positive(line.backordered);
  const cancelledWholly = compare(line.cancelled, orderedBase(line)) === 0;
  const rejection = line.rejection === undefined ? 'rejected' : REJECTIONS[line.rejection];
  const all = (code: string, quantity: Decimal, shipDate?: string): LineOutcome[] =>
    positive(quantity) ? [{ code, quantity, shipDate }] : [];
  const refused = (code: string, quantity: Decimal): LineOutcome[] =>
    all(code, quantity).map((one) => (refusedQuantity === 'zero' && nothingComes ? { ...one, quantity: '0' } : one));
  return [
    ...all(wholly ? acceptedCode(line, codes) : part, line.accepted, line.shipDate),
    ...all(codes.backordered, line.backordered, line.backorderShipDate),
    ...refused(codes[rejection], line.rejected),
    // The codes of a part already imply the cancelled rest; `unavailable` would delete the line.
    ...(cancelledWholly ? refused(codes.unavailable, line.cancelled) : []),
  ];
}

/** What comes is other than ordered; the price is a change that the buyer has to pay for, so it comes before the day. */
function acceptedCode(
  { substitutes, asked, priceChanged, dateChanged }: AcknowledgedLine,
  codes: AcknowledgmentCodes,
): string {
  if (substitutes !== undefined) return codes.substituted;
  if (asked !== undefined) return codes.quantityChanged;
  if (priceChanged === true) return codes.priceChanged;
  return dateChanged === true ? (codes.dateChanged ?? codes.accepted) : codes.accepted;
}

function acknowledged(
  line: AcknowledgedLine,
  { code, quantity, shipDate }: LineOutcome,
  currency: string,
  { items }: Agreement,
) {
  const { value, unit } = positive(quantity)
    ? statedQuantity(line, quantity, currency)
    : { value: '0', unit: line.ordered.unit };
  const dated = shipDate === undefined ? [] : ['068', dateElement(shipDate)];
  if (line.substitutes === undefined || !positive(quantity)) return segment(code, value, unit, ...dated);
  const [qualifier, date] = dated;
  return segment(code, value, unit, qualifier, date, undefined, items.send.seller, line.sku);
}

function refuseUnbalanced(line: AcknowledgedLine, path: string): void {
  const told = sum([line.accepted, line.backordered, line.cancelled, line.rejected]);
  const ordered = orderedBase(line);
  if (compare(told, ordered) === 0) return;
  throw new DocumentError(
    'document-quantities-unbalanced',
    path,
    `line ${line.lineId}: ${told} of ${ordered} ${line.baseUnit} are accounted for`,
  );
}
