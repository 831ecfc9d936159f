import { compare, type Decimal } from '../../../../domain/decimal.ts';
import { lookup } from '../../../../domain/lookup.ts';
import type { RequestedDates } from '../../../../domain/policy/requested-dates.ts';
import type { ChangedPart, OrderChangeLine } from '../../../canonical/v1/index.ts';
import type { SegmentObject, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { decimalOf } from '../../elements.ts';
import { partyOf } from '../../party.ts';
import { iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';
import { componentsOf } from '../850/components.ts';
import { partiesOf, peek } from '../850/header-parties.ts';
import { type LineSegment, pairsFrom } from '../850/line-segment.ts';
import { itemOf, unitOf } from '../850/lines.ts';
import { keepNoteReferences, notesOf } from '../850/notes.ts';
import { piecesOf } from '../850/pack.ts';
import {
  type Ask,
  allowancesOf,
  DELIVERY_DATES,
  datesOf,
  dayAt,
  defined,
  keep,
  keepContacts,
  notANumber,
  type Report,
  SHIP_DATES,
} from '../850/pieces.ts';
import { priceOf } from '../850/price.ts';
import { LINE_CODES, type LineCode } from './codes.ts';
import { addedQuantity, changedQuantities, otherQuantities, type ReadQuantity, type Sent } from './quantity.ts';

export const POC: LineSegment = { id: 'POC', quantity: 3, unit: 5, price: 6, priceBasis: 7, numbers: pairsFrom(8) };

export interface ReadChangeLine {
  readonly line: OrderChangeLine;
  readonly loop: TreeNode;
}

interface Reading {
  readonly profile: Agreement;
  /** Whether the header states a date, which a line without one may mean. */
  readonly isDated: boolean;
  readonly fault: Report;
  readonly ask: Ask;
}

export function linesOf(tree: TreeNode, reading: Reading): ReadChangeLine[] {
  const lines = iterationsOf(tree, 'POC').map((loop, index) => lineOf(loop, index + 1, reading));
  askAboutRepeated(lines, reading.ask);
  return lines;
}

function lineOf(loop: TreeNode, number: number, reading: Reading): ReadChangeLine {
  const { profile, fault, ask } = reading;
  const poc = segmentOf(loop, 'POC');
  const attributes: Record<string, string> = {};
  const lineId = textOf(poc, '01');
  const named = lineId ?? `without a number (the ${ordinal(number)} of the document)`;
  const code = codeOf(poc, named, ask);
  const sent = sentOf(poc, named, fault);
  const hasQuantity = sent.ordered !== undefined || sent.left !== undefined;
  const unit = hasQuantity ? unitOf(poc, POC, named, profile, fault) : undefined;
  const price = priceOf(poc, POC, named, unit, attributes, fault, ask);
  const item = itemOf(loop, POC, profile, attributes);
  const dates = { ...datesOf(loop, attributes, fault), ...scheduledOn(loop, sent, fault) };
  const parts: ChangedPart[] = [
    ...(code.action === 'replace' ? (['item'] as const) : []),
    ...(hasQuantity ? (['quantity'] as const) : []),
    ...(price.unitPrice === undefined ? [] : (['price'] as const)),
    ...(Object.values(dates).some((day) => day !== undefined) ? (['dates'] as const) : []),
  ];
  const changes = code.changes === 'stated' ? parts : code.changes;
  const read = quantityOf(code, changes, sent, profile);
  const doubt = (reason: string) =>
    ask({ content: `POC.02=${peek(poc, '02')}`, name: 'change of a line', at: poc, reason, eachTime: true });
  if (read.doubt !== undefined) doubt(`line ${named} ${read.doubt}`);
  if (changes.includes('price') && price.unitPrice === undefined)
    doubt(`line ${named} changes its price but states none`);
  if (changes.includes('dates') && !parts.includes('dates') && !reading.isDated) {
    doubt(`line ${named} changes its dates but states none`);
  }
  if (lineId === undefined && item.reference === undefined) doubt(`line ${named} names no item that we can read`);
  else if ((code.action === 'add' || code.action === 'replace') && item.reference === undefined) {
    const numbers = item.sent.length === 0 ? 'no item' : `its item only by ${item.sent.join(', ')}`;
    doubt(`line ${named} names ${numbers}`);
  }
  keep(attributes, 'allowances', allowancesOf(loop));
  for (const ref of segmentsOf(loop, 'REF')) {
    const qualifier = textOf(ref, '01');
    if (qualifier !== undefined) keep(attributes, `ref.${qualifier}`, textOf(ref, '02') ?? textOf(ref, '03'));
  }
  keepNoteReferences(loop, attributes);
  const line = defined({
    lineId,
    action: code.action,
    changes: [...changes],
    item: item.reference,
    quantity:
      unit === undefined || Object.keys(read.quantities).length === 0 ? undefined : { unit, ...read.quantities },
    ...price,
    piecesPerUnit: piecesOf(loop, POC, unit, attributes, fault),
    ...dates,
    components: componentsOf(loop, POC, named, profile, attributes, fault, ask),
    shipTo: shipToOf(loop, profile, attributes),
    notes: [...item.notes, ...notesOf(loop, profile)],
    attributes,
  });
  return { line, loop };
}

function codeOf(poc: SegmentObject | undefined, named: string, ask: Ask): LineCode {
  const code = textOf(poc, '02');
  const known = lookup(LINE_CODES, code);
  if (known !== undefined) return known;
  ask({
    content: `POC.02=${code}`,
    name: 'Change or response',
    at: poc,
    reason: `line ${named} has the code ${code}, of which we do not know what the line is to become`,
    eachTime: true,
  });
  return { action: 'unclear', changes: [] };
}

function sentOf(poc: SegmentObject | undefined, named: string, fault: Report): Sent {
  const at = (element: string, reference: string): Decimal | undefined => {
    const text = textOf(poc, element);
    const found = text === undefined ? undefined : decimalOf(text);
    if (text !== undefined && found === undefined) {
      fault({ ...notANumber('POC', poc, element, text, reference, `quantity of line ${named}`), loop: 'POC' });
    }
    return found;
  };
  return defined({ ordered: at('03', '330'), left: at('04', '671') });
}

function quantityOf(
  { action, direction = 'any' }: LineCode,
  changes: readonly ChangedPart[],
  sent: Sent,
  { orderChanges }: Agreement,
): ReadQuantity {
  if (action === 'add') return addedQuantity(sent, orderChanges);
  if (changes.includes('quantity')) return changedQuantities(sent, direction, orderChanges);
  return { quantities: otherQuantities(sent, orderChanges) };
}

/** The day of a schedule that has one entry for all of the line; other schedules stay unread, and are asked about. */
function scheduledOn(loop: TreeNode, { ordered, left }: Sent, fault: Report): RequestedDates {
  const [sch, ...more] = segmentsOf(loop, 'SCH');
  if (sch === undefined || more.length > 0) return {};
  const scheduled = decimalOf(peek(sch, '01') ?? '');
  const isWhole = [ordered, left].some(
    (value) => value !== undefined && scheduled !== undefined && compare(value, scheduled) === 0,
  );
  const qualifier = peek(sch, '05') ?? '';
  const isShip = SHIP_DATES.includes(qualifier);
  if (!isWhole || !(isShip || DELIVERY_DATES.includes(qualifier))) return {};
  for (const element of ['01', '05']) textOf(sch, element);
  const day = dayAt(sch, 'SCH', '06', fault);
  if (day === undefined) return {};
  return isShip ? { requestedShipDate: day } : { requestedDeliveryDate: day };
}

/** Where the whole line goes. Parties with quantities, and several, spread the line: they are asked about. */
function shipToOf(loop: TreeNode, profile: Agreement, attributes: Record<string, string>) {
  const [party, ...more] = partiesOf(loop, profile.parties.shipTo);
  if (party === undefined || more.length > 0 || party.QTY !== undefined || party.SCH !== undefined) return undefined;
  keepContacts(party, attributes, textOf(segmentOf(party, 'N1'), '01'));
  return partyOf(party, profile);
}

/** A line may come twice, for instance once with its price and once with its quantity, but not with two of one kind. */
function askAboutRepeated(lines: readonly ReadChangeLine[], ask: Ask): void {
  const seen = new Map<string, OrderChangeLine[]>();
  for (const { line, loop } of lines) {
    if (line.lineId === undefined) continue;
    const earlier = seen.get(line.lineId) ?? [];
    if (earlier.some((one) => contradicts(one, line))) {
      ask({
        content: 'POC',
        name: 'change of a line',
        at: segmentOf(loop, 'POC'),
        reason: `line ${line.lineId} is changed twice, and nothing says which of the two counts`,
        eachTime: true,
      });
    }
    seen.set(line.lineId, [...earlier, line]);
  }
}

function contradicts(one: OrderChangeLine, other: OrderChangeLine): boolean {
  if (one.action === 'none' || other.action === 'none') return false;
  if (one.action !== 'change' || other.action !== 'change') return true;
  return one.changes.some((part) => other.changes.includes(part));
}

function ordinal(number: number): string {
  const last = number % 100;
  const ending = last >= 11 && last <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}
