import { lookup } from '../../../../domain/lookup.ts';
import { isCurrency } from '../../../../domain/money.ts';
import type { Party, SalesOrder } from '../../../canonical/v1/index.ts';
import type { SegmentObject, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { decimalOf } from '../../elements.ts';
import { partyOf } from '../../party.ts';
import { iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';
import { isShipToOfLine, linesNameShipTos } from './header-parties.ts';
import { keepNoteReferences, notesOf } from './notes.ts';
import {
  type Ask,
  allowancesOf,
  datesOf,
  dayAt,
  defined,
  keep,
  keepContacts,
  notANumber,
  type Report,
} from './pieces.ts';

/**
 * BEG01 codes of orders to deliver. For 05 (replace), the partner's duplicate rule decides about
 * the earlier order.
 */
const ORDER_PURPOSES: ReadonlySet<string> = new Set(['00', '05', '06', '07']);

/** BEG02 codes of orders that are delivered and invoiced as they are. */
const PLAIN_TYPES: ReadonlySet<string> = new Set(['NE', 'SA', 'KN', 'RE', 'RO', 'OS', 'SS']);

/** BEG02 codes that say that something else than a plain delivery is meant. */
const OTHER_TYPES: Readonly<Record<string, string>> = {
  DS: 'a drop ship order, whose goods go to a consumer (dropShip.orders of the profile lets it through)',
  SP: 'an order of samples',
};

/** BEG02 codes of what is not to be delivered, or not to be invoiced, as it stands; a person decides about each. */
const NOT_AS_IT_STANDS: Readonly<Record<string, string>> = {
  CN: 'an order of consigned goods, which are invoiced when they are sold',
  BE: 'a blanket order with estimated quantities, which is no firm order',
  BK: 'a blanket order, of which only releases are to be delivered',
  CF: 'the confirmation of an order placed in another way, which may be here already',
  IN: 'a copy for information',
  RL: 'a release of a blanket order, but BEG04 names none',
  TR: 'a transfer between two warehouses',
};

export function headerOf(tree: TreeNode, profile: Agreement, fault: Report, ask: Ask) {
  const beg = segmentOf(tree, 'BEG');
  const attributes: Record<string, string> = {};

  const purpose = textOf(beg, '01');
  if (purpose !== undefined && !ORDER_PURPOSES.has(purpose)) {
    fault({
      code: 'order-purpose-not-supported',
      message: `an 850 with purpose ${purpose} is not a new order; what changes or cancels one is not taken as an 850`,
      segment: 'BEG',
      at: beg,
      element: 1,
      value: purpose,
      syntax: { fault: 'code', reference: '353' },
    });
  }
  // 07 marks a duplicate with the same content, so it is not part of the content.
  if (purpose !== '00' && purpose !== '07') keep(attributes, 'purpose', purpose);
  const type = textOf(beg, '02');
  keep(attributes, 'orderType', type);
  const oneTimeShipTo = type !== undefined && profile.dropShip.orders.includes(type);
  if (!oneTimeShipTo) askAboutType(beg, ask);

  const poNumber = textOf(beg, '03');
  if (poNumber === undefined) {
    fault({
      code: 'purchase-order-number-missing',
      message: 'the order has no purchase order number',
      segment: 'BEG',
      at: beg,
      element: 3,
      syntax: { fault: 'missing', reference: '324' },
    });
  }
  const release = textOf(beg, '04');
  const orderedOn = dayAt(beg, 'BEG', '05', fault);
  if (textOf(beg, '05') === undefined) {
    fault({
      code: 'order-date-missing',
      message: 'the order has no date',
      segment: 'BEG',
      at: beg,
      element: 5,
      syntax: { fault: 'missing', reference: '373' },
    });
  }
  keep(attributes, 'contract', textOf(beg, '06'));

  const cur = segmentOf(tree, 'CUR');
  const currency = textOf(cur, '02') ?? profile.currency;
  if (!isCurrency(currency)) {
    fault({
      code: 'currency-not-supported',
      message: `"${currency}" is not a currency that orders may be in`,
      segment: 'CUR',
      at: cur,
      element: 2,
      value: currency,
      syntax: { fault: 'code', reference: '100' },
    });
  }

  const references = referencesOf(tree);
  const dates = datesOf(tree, attributes, fault);
  keepConditions(tree, attributes);
  const parties = partiesOf(tree, profile, attributes, fault, ask);
  const terms = termsOf(tree, fault);
  const carrier = carrierOf(tree, parties.shipToLoop, attributes);
  return defined({
    poNumber: poNumber ?? '',
    release: release ?? '',
    orderedOn: orderedOn ?? '',
    currency,
    buyer: parties.buyer,
    shipTo: parties.shipTo,
    ...(oneTimeShipTo && { oneTimeShipTo }),
    billTo: parties.billTo,
    markFor: parties.markFor,
    ...dates,
    terms,
    carrier,
    department: departmentOf(references),
    references,
    notes: notesOf(tree, profile),
    attributes,
  });
}

export function referencesOf(tree: TreeNode): SalesOrder['references'] {
  return segmentsOf(tree, 'REF').flatMap((ref) => {
    const qualifier = textOf(ref, '01');
    const value = textOf(ref, '02') ?? textOf(ref, '03');
    return qualifier === undefined || value === undefined ? [] : [{ qualifier, value }];
  });
}

export function departmentOf(references: SalesOrder['references']): string | undefined {
  return references.find(({ qualifier }) => qualifier === 'DP')?.value;
}

/** What the header says beside dates, parties and notes, as text. */
export function keepConditions(tree: TreeNode, attributes: Record<string, string>): void {
  const fob = segmentOf(tree, 'FOB');
  keep(attributes, 'freightPayment', textOf(fob, '01'));
  keep(attributes, 'freightPlace', textOf(fob, '03'));
  keep(attributes, 'transportationTerms', textOf(fob, '05'));
  keep(attributes, 'allowances', allowancesOf(tree));
  for (const node of [tree, ...iterationsOf(tree, 'CTT')]) {
    for (const amt of segmentsOf(node, 'AMT')) {
      const qualifier = textOf(amt, '01');
      if (qualifier !== undefined) keep(attributes, `amount.${qualifier}`, textOf(amt, '02'));
    }
  }
  keepContacts(tree, attributes);
  keepNoteReferences(tree, attributes);
}

/** A type that we do not know is asked about as well: it may say anything. */
function askAboutType(beg: SegmentObject | undefined, ask: Ask): void {
  const type = textOf(beg, '02');
  if (type === undefined || PLAIN_TYPES.has(type) || (type === 'RL' && textOf(beg, '04') !== undefined)) return;
  const notAsItStands = lookup(NOT_AS_IT_STANDS, type);
  const meaning = notAsItStands ?? lookup(OTHER_TYPES, type) ?? 'not a type of order that we know';
  ask({
    content: `BEG.02=${type}`,
    name: 'Purchase Order Type Code',
    at: beg,
    reason: `type ${type} is ${meaning}; accepted, it is delivered and invoiced like any order`,
    ...(notAsItStands !== undefined && { eachTime: true }),
  });
}

function partiesOf(tree: TreeNode, profile: Agreement, attributes: Record<string, string>, fault: Report, ask: Ask) {
  const loops = iterationsOf(tree, 'N1');
  const { shipTo: shipToCodes, buyer: buyerCodes, billTo: billToCodes, shipToFallback } = profile.parties;
  const markForLoop = firstParty(loops, profile.parties.markFor);
  const buyerLoop = firstParty(loops, buyerCodes);
  const billToLoop = firstParty(loops, billToCodes);
  const shipToLoop = firstParty(loops, shipToCodes) ?? (shipToFallback === 'buyer' ? buyerLoop : undefined);
  let shipTo: Party | undefined;
  if (shipToLoop === undefined) {
    if (!linesNameShipTos(tree, profile))
      fault({
        code: 'ship-to-missing',
        message: `no party with N101 ${shipToCodes.join(' or ')} says where the goods go`,
        segment: 'N1',
        loop: 'N1',
        element: 1,
      });
  } else {
    shipTo = partyOf(shipToLoop, profile);
    if (shipTo === undefined) {
      fault({
        code: 'ship-to-not-identified',
        message: 'the ship-to has neither a code nor a name or address',
        segment: 'N1',
        at: segmentOf(shipToLoop, 'N1'),
        loop: 'N1',
        element: 4,
        syntax: { fault: 'conditionally-missing', reference: '67' },
      });
    }
  }
  askAboutOtherShipTos(tree, shipToLoop, profile, ask);
  for (const loop of new Set([buyerLoop, billToLoop, shipToLoop, markForLoop])) {
    if (loop !== undefined) keepContacts(loop, attributes, textOf(segmentOf(loop, 'N1'), '01'));
  }
  return {
    shipToLoop,
    shipTo,
    buyer: buyerLoop === undefined ? undefined : partyOf(buyerLoop, profile),
    billTo: billToLoop === undefined ? undefined : partyOf(billToLoop, profile),
    markFor: markForLoop === undefined ? undefined : partyOf(markForLoop, profile),
  };
}

/** A second party under the code of the ship-to: everything would go to the first. */
function askAboutOtherShipTos(tree: TreeNode, taken: TreeNode | undefined, profile: Agreement, ask: Ask): void {
  if (taken === undefined) return;
  const code = textOf(segmentOf(taken, 'N1'), '01');
  const others = iterationsOf(tree, 'N1').filter(
    (loop) => loop !== taken && textOf(segmentOf(loop, 'N1'), '01') === code && !isShipToOfLine(tree, loop, profile),
  );
  for (const loop of others) {
    ask({
      content: `N1[${code}]`,
      name: 'ship-to',
      at: segmentOf(loop, 'N1'),
      reason: 'the order has several ship-tos; accepted, it goes to the first one as a whole',
      eachTime: true,
    });
  }
}

/** Returns the party of the first code that is present. */
export function firstParty(loops: readonly TreeNode[], codes: readonly string[]): TreeNode | undefined {
  for (const code of codes) {
    for (const loop of loops) if (textOf(segmentOf(loop, 'N1'), '01') === code) return loop;
  }
  return undefined;
}

export function termsOf(tree: TreeNode, fault: Report): SalesOrder['terms'] {
  const itd = segmentOf(tree, 'ITD');
  if (itd === undefined) return undefined;
  const percentText = textOf(itd, '03');
  const percent = percentText === undefined ? undefined : decimalOf(percentText);
  if (percentText !== undefined && percent === undefined) {
    fault(notANumber('ITD', itd, '03', percentText, '338', 'percent'));
  }
  const terms = defined({
    discountPercent: percent,
    discountDays: daysOf(itd, '05', fault),
    netDays: daysOf(itd, '07', fault),
    description: textOf(itd, '12'),
  });
  return Object.keys(terms).length === 0 ? undefined : terms;
}

function daysOf(itd: SegmentObject, element: string, fault: Report): number | undefined {
  const text = textOf(itd, element);
  if (text === undefined) return undefined;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  fault({
    code: 'number-invalid',
    message: `"${text}" is no number of days from 0 to 999`,
    segment: 'ITD',
    at: itd,
    element: Number(element),
    value: text,
  });
  return undefined;
}

export function carrierOf(
  tree: TreeNode,
  shipToLoop: TreeNode | undefined,
  attributes: Record<string, string>,
): SalesOrder['carrier'] {
  const td5 = segmentOf(tree, 'TD5') ?? (shipToLoop === undefined ? undefined : segmentOf(shipToLoop, 'TD5'));
  if (td5 === undefined) return undefined;
  keep(attributes, 'transportMethod', textOf(td5, '04'));
  keep(attributes, 'serviceLevel', textOf(td5, '12'));
  const code = textOf(td5, '03');
  const isScac = textOf(td5, '02') === '2' && code !== undefined && /^[A-Z]{2,4}$/.test(code);
  // A code that is not a SCAC is the partner's own name of a route.
  const routing = [isScac ? undefined : code, textOf(td5, '05')].filter((part) => part !== undefined).join(' ');
  const carrier = defined({
    scac: isScac ? code : undefined,
    routing: routing === '' ? undefined : routing,
  });
  return Object.keys(carrier).length === 0 ? undefined : carrier;
}
