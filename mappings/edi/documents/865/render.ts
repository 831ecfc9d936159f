import { compare, type Decimal, divide, isZero, multiply, subtract } from '../../../../domain/decimal.ts';
import type { ChangedPart, PartOutcome } from '../../../../domain/order/changes/outcome.ts';
import type { SegmentObject, Tree, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import type { AnsweredLine, ChangeAcknowledgment } from '../../document-content.ts';
import { statedQuantity } from '../../stated-quantity.ts';
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

/** Of a date that is not as the buyer wants it, where the profile names no code of its own. */
const RESCHEDULED = 'DR';
/** More than one thing is not as it was asked, or something that no code is about. */
const CHANGED = 'IC';

/** QTY01: what was ordered before the change. */
const ORIGINAL = '38';

/**
 * Renders the 865 that answers a change: the lines that the change is about, each with what became of it.
 *
 * BCA02 is AT if everything is done as asked, RD (RJ without lines) if nothing is, otherwise AC. POC03 and POC04 mean
 * what they mean in the partner's 860, by `orderChanges`; without an agreement they are, as the standard has it, the
 * quantity that the buyer wants and what is left to receive. QTY tells the quantity before. ACK segments state the line
 * as it is now, in the codes of the profile:
 *
 * | outcome | ACK01 |
 * | --- | --- |
 * | done as asked | `accepted`, a deleted line `unavailable` |
 * | done, and a part waits for stock | `partBackordered` for the part, `backordered` for the rest |
 * | quantity, price or dates other than asked | `quantityChanged`, `priceChanged`, `dateChanged`; IC for more than one |
 * | cancelled by us | `quantityChanged`, a line of which nothing is left `unavailable` |
 * | refused | `rejected`, with the quantity that was asked for |
 *
 * Reasons are texts: of a line in its MSG (MTX), of the order in N9 with them.
 */
export function render865(document: ChangeAcknowledgment, profile: Agreement): Tree {
  const { order, parts, sequence, changedOn, acknowledgedOn } = document;
  // Of a change that is refused as a whole, a line that it only lists says nothing.
  const lines = document.lines.filter((line) => document.result !== 'rejected' || line.parts.length > 0);
  const outcomes = lines.map((line) => outcomesOf(line, profile));
  return node({
    BCA: segment(
      '00',
      verdictOf(document, lines, outcomes, profile),
      order.poNumber,
      order.release,
      writableSequence(sequence),
      dateElement(order.orderedOn),
      undefined,
      undefined,
      referenceNumber(order.erpOrderNumber, profile),
      dateElement(acknowledgedOn),
      changedOn && dateElement(changedOn),
    ),
    CUR: segment('SE', order.currency),
    REF: commonReferences(order, profile, '865'),
    N9: reasonsOf(parts).map((texts) => ({ N9: segment('L1', undefined, 'REASON'), ...textsOf(texts, profile) })),
    N1: [shipToLoop(order, profile), ...(order.buyer === undefined ? [] : [partyLoop('BY', order.buyer, profile)])],
    POC: lines.map((line, index) => lineLoop(line, outcomes[index] ?? [], order.currency, profile)),
    CTT: lines.length === 0 ? [] : [{ CTT: segment(String(lines.length)) }],
  });
}

function verdictOf(
  { result }: ChangeAcknowledgment,
  lines: readonly AnsweredLine[],
  outcomes: readonly (readonly LineOutcome[])[],
  { acknowledgment: { codes } }: Agreement,
): string {
  if (result === 'rejected') return lines.length === 0 ? 'RJ' : 'RD';
  // Only a line that the buyer wants deleted is as asked when nothing of it comes.
  const asAsked = lines.every(
    (line, index) =>
      !isCancelledByUs(line) &&
      (outcomes[index] ?? []).every(
        ({ code }) => code === (codeOf(line) === DELETED ? codes.unavailable : codes.accepted),
      ),
  );
  return result === 'accepted' && asAsked ? 'AT' : 'AC';
}

interface LineOutcome {
  code: string;
  /** Base units. */
  quantity: Decimal;
  shipDate?: string | undefined;
}

function lineLoop(
  line: AnsweredLine,
  outcomes: readonly LineOutcome[],
  currency: string,
  profile: Agreement,
): TreeNode {
  const { unit } = line.ordered;
  const { ordered, left } = profile.orderChanges;
  const [third, fourth] = [
    amount(line, ordered === 'ask' ? 'new' : ordered),
    amount(line, left === 'ask' ? 'open' : left),
  ];
  // A new line that was refused without a price has none.
  const price = line.action === 'add' && isZero(line.unitPrice) && isGone(line) ? undefined : line.unitPrice;
  const showsBefore = compare(line.before, line.wanted) !== 0 && line.action !== 'add';
  return node({
    POC: {
      ...segment(line.lineId, codeOf(line), third, fourth, undefined, price, undefined, ...itemNumbers(line, profile)),
      '05': { '1': unit },
    },
    PID: description(line.description),
    ACK: outcomes.map((outcome) => ({ ACK: acknowledged(line, outcome, currency) })),
    ...textsOf(reasonsOf(line.parts).flat(), profile),
    QTY: showsBefore ? [{ QTY: { ...segment(ORIGINAL, line.before), '03': { '1': unit } } }] : [],
  });
}

/** A quantity in the ordered unit. */
function amount({ before, wanted, left, unitFactor }: AnsweredLine, meaning: Meaning): Decimal {
  switch (meaning) {
    case 'new':
      return wanted;
    case 'before':
      return before;
    case 'change':
      return size(subtract(wanted, before));
    case 'open':
      return divide(left, unitFactor);
  }
}

type Meaning = Exclude<Agreement['orderChanges']['left'], 'ask'>;

function size(quantity: Decimal): Decimal {
  return quantity.startsWith('-') ? quantity.slice(1) : quantity;
}

/** POC02: what was asked for, by what changes. */
function codeOf({ action, changes, before, wanted }: AnsweredLine): string {
  switch (action) {
    case 'add':
      return 'AI';
    case 'delete':
      return DELETED;
    case 'none':
      return 'NC';
    case 'replace':
      return 'RE';
    case 'change': {
      const known = CHANGE_CODES[[...changes].sort().join(' ')];
      if (known !== undefined) return known;
      const more = compare(wanted, before);
      return changes.length === 1 && changes[0] === 'quantity' && more !== 0 ? (more > 0 ? 'QI' : 'QD') : 'CA';
    }
  }
}

const DELETED = 'DI';

const CHANGE_CODES: Readonly<Record<string, string>> = {
  price: 'PC',
  'price quantity': 'PQ',
  'dates price': 'PR',
  dates: 'RS',
  'dates quantity': 'RQ',
};

/** The buyer did not ask for it. */
function isCancelledByUs({ parts }: AnsweredLine): boolean {
  return parts.some(({ part }) => part === 'cancel');
}

function isGone({ accepted, backordered }: AnsweredLine): boolean {
  return !positive(accepted) && !positive(backordered);
}

function outcomesOf(line: AnsweredLine, { acknowledgment: { codes } }: Agreement): readonly LineOutcome[] {
  const { parts, accepted, backordered, shipDate, backorderShipDate, unitFactor } = line;
  if (parts.length > 0 && parts.every(({ result }) => result === 'rejected')) {
    return [{ code: codes.rejected, quantity: multiply(line.wanted, unitFactor) }];
  }
  if (isGone(line)) return [{ code: codes.unavailable, quantity: multiply(line.before, unitFactor) }];
  const otherwise = otherwiseCode(parts, codes);
  const ofAccepted = otherwise ?? (positive(backordered) ? codes.partBackordered : codes.accepted);
  return [
    ...(positive(accepted) ? [{ code: ofAccepted, quantity: accepted, shipDate }] : []),
    ...(positive(backordered) ? [{ code: codes.backordered, quantity: backordered, shipDate: backorderShipDate }] : []),
  ];
}

/** How the line is other than it was asked for. */
function otherwiseCode(parts: readonly PartOutcome[], codes: Agreement['acknowledgment']['codes']): string | undefined {
  const CODES: Readonly<Partial<Record<ChangedPart, string>>> = {
    quantity: codes.quantityChanged,
    add: codes.quantityChanged,
    delete: codes.quantityChanged,
    cancel: codes.quantityChanged,
    price: codes.priceChanged,
    dates: codes.dateChanged ?? RESCHEDULED,
  };
  const found = new Set(
    parts
      .filter(({ part, result }) => result !== 'accepted' || part === 'cancel')
      .map(({ part }) => CODES[part] ?? CHANGED),
  );
  const [first] = found;
  return found.size > 1 ? CHANGED : first;
}

function acknowledged(line: AnsweredLine, { code, quantity, shipDate }: LineOutcome, currency: string) {
  const { value, unit } = isZero(quantity)
    ? { value: '0', unit: line.ordered.unit }
    : statedQuantity(line, quantity, currency);
  const dated = shipDate === undefined ? [] : ['068', dateElement(shipDate)];
  return segment(code, value, unit, ...dated);
}

function reasonsOf(parts: readonly PartOutcome[]): string[][] {
  const texts = parts.flatMap(({ reason }) => (reason === undefined ? [] : [reason]));
  return texts.length === 0 ? [] : [texts];
}

/** The longest text of a segment, with room for characters that need two of the partner's. */
const LONGEST = 200;

/** Each text in as many segments as it needs, broken between words: MSG, and since 004020 MTX. */
function textsOf(texts: readonly string[], { x12: { version } }: Agreement): Record<string, SegmentObject[]> {
  const pieces = texts.flatMap(
    (text) => text.match(new RegExp(`.{1,${LONGEST}}(?=\\s|$)|\\S{${LONGEST}}`, 'gu')) ?? [],
  );
  return version < '004020'
    ? { MSG: pieces.map((piece) => segment(piece.trim())) }
    : { MTX: pieces.map((piece) => segment(undefined, piece.trim())) };
}

/** Element 327. A longer number is not that of a document of the buyer. */
function writableSequence(sequence: string | undefined): string | undefined {
  return sequence === undefined || sequence.length > 8 ? undefined : sequence;
}
