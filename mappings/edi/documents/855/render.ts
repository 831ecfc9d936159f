import { compare, type Decimal, multiply, sum } from '../../../../domain/decimal.ts';
import type { SegmentObject, Tree, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { type AcknowledgedLine, type AcknowledgmentDocument, DocumentError } from '../../document-content.ts';
import { statedQuantity } from '../../stated-quantity.ts';
import {
  commonReferences,
  dateElement,
  description,
  itemNumbers,
  node,
  partyLoop,
  positive,
  segment,
  shipToLoop,
} from '../../writing.ts';

const REJECTIONS: Readonly<Record<NonNullable<AcknowledgedLine['rejection']>, string>> = {
  'not-on-contract': 'R1',
  'unknown-item': 'R2',
  'unknown-unit': 'R3',
  unavailable: 'R4',
};

/**
 * Renders the 855 of an order with all lines.
 *
 * BAK02 is AD if everything is accepted as ordered, RD if nothing is, otherwise AC. PO1 repeats the
 * ordered quantity. ACK segments report the outcome:
 *
 * | outcome | ACK01 |
 * | --- | --- |
 * | all accepted | IA, or IP at another price |
 * | part accepted, rest backordered | BP for the part, IB for the rest |
 * | part accepted, rest never delivered | IQ for the part |
 * | all backordered | IB |
 * | all cancelled | ID |
 * | rejected | R1 to R4 by reason, otherwise IR |
 *
 * @throws DocumentError if the quantities of a line do not add up to the ordered quantity.
 */
export function render855(document: AcknowledgmentDocument, profile: Agreement): Tree {
  const { order, lines } = document;
  for (const [index, line] of lines.entries()) refuseUnbalanced(line, `lines[${index}]`);
  return node({
    BAK: segment(
      '00',
      acknowledgmentType(lines),
      order.poNumber,
      dateElement(order.orderedOn),
      order.release,
      undefined,
      undefined,
      order.erpOrderNumber?.slice(0, 30),
      dateElement(document.acknowledgedOn),
    ),
    CUR: segment('SE', order.currency),
    REF: commonReferences(order, profile, '855'),
    N1: [shipToLoop(order, profile), ...(order.buyer === undefined ? [] : [partyLoop('BY', order.buyer, profile)])],
    PO1: lines.map((line) => lineLoop(line, order.currency, profile)),
    CTT: segment(String(lines.length)),
  });
}

function acknowledgmentType(lines: readonly AcknowledgedLine[]): string {
  const nothing = lines.every((line) => !positive(line.accepted) && !positive(line.backordered));
  if (nothing) return 'RD';
  const asOrdered = lines.every((line) => isWhollyAccepted(line) && line.priceChanged !== true);
  return asOrdered ? 'AD' : 'AC';
}

function isWhollyAccepted(line: AcknowledgedLine): boolean {
  return compare(line.accepted, orderedBase(line)) === 0;
}

function orderedBase(line: AcknowledgedLine): Decimal {
  return multiply(line.ordered.value, line.unitFactor);
}

function lineLoop(line: AcknowledgedLine, currency: string, profile: Agreement): TreeNode {
  const { ordered, unitPrice } = line;
  return node({
    PO1: segment(line.lineId, ordered.value, ordered.unit, unitPrice, undefined, ...itemNumbers(line, profile)),
    PID: description(line.description),
    ACK: acknowledgments(line, currency).map((ACK) => ({ ACK })),
  });
}

function acknowledgments(line: AcknowledgedLine, currency: string): SegmentObject[] {
  const say = (code: string, quantity: Decimal, shipDate?: string): SegmentObject[] => {
    if (!positive(quantity)) return [];
    const { value, unit } = statedQuantity(line, quantity, currency);
    const dated = shipDate === undefined ? [] : ['068', dateElement(shipDate)];
    return [segment(code, value, unit, ...dated)];
  };
  const rejection = line.rejection === undefined ? 'IR' : REJECTIONS[line.rejection];
  const wholly = isWhollyAccepted(line);
  const acceptedCode = wholly ? (line.priceChanged === true ? 'IP' : 'IA') : positive(line.backordered) ? 'BP' : 'IQ';
  const cancelledWholly = compare(line.cancelled, orderedBase(line)) === 0;
  return [
    ...say(acceptedCode, line.accepted, line.shipDate),
    ...say('IB', line.backordered, line.backorderShipDate),
    ...say(rejection, line.rejected),
    // IQ or BP and IB already imply the cancelled rest; ID would delete the line.
    ...(cancelledWholly ? say('ID', line.cancelled) : []),
  ];
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
