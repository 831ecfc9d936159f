import { type Decimal, fromScaled, toScaled } from '../../domain/decimal.ts';
import { gs1CheckDigit, isSscc } from '../../domain/sscc.ts';
import type { Guide, GuideNode, SegmentObject, Tree, TreeNode, X12Error } from '../x12/types.ts';
import { dayOf, daysBetween, decimalOf } from './elements.ts';
import { remittanceTotalFault } from './payment-from-820.ts';
import { errorOf, type Fault, iterationsOf, segmentOf, segmentsOf, textOf } from './tree.ts';

/** `error`: the document contradicts itself, or must not be sent so. `warning`: a person should know, but it can be worked with. */
export interface DocumentFinding extends X12Error {
  severity: 'error' | 'warning';
}

/** Whether the document is one that we send or one that we received. */
export type DocumentDirection = 'inbound' | 'outbound';

/**
 * What a document says that its guide allows and that still is wrong: totals that its lines do not come to, labels and article numbers with
 * a wrong check digit, verdicts that contradict their details. The guide itself (structure, elements, conditions, HL parents and child
 * flags) is checked by `parseTransaction` and `writeTransaction`; together the two are our whole validation.
 *
 * What cannot be told, because an element is absent or no number, is not reported. A wrong SSCC is an error in what we send, since a wrong
 * label is a chargeback, and a warning in what we receive, since many partners send them (General Specifications of GS1).
 *
 * @param tree as read, or as made for sending; only what was read has positions
 */
export function checkDocument(tree: Tree, guide: Guide, direction: DocumentDirection = 'outbound'): DocumentFinding[] {
  const findings: DocumentFinding[] = [];
  const context: Context = {
    direction,
    report: (severity, fault) => {
      findings.push({ ...errorOf(fault), severity });
    },
  };
  for (const check of CHECKS[guide.set] ?? []) check(tree, context);
  if (direction === 'outbound') unlistedCodes(tree, guide.children, context);
  return findings;
}

interface Context {
  direction: DocumentDirection;
  report: (severity: DocumentFinding['severity'], fault: Fault) => void;
}

type Check = (tree: Tree, context: Context) => void;

// ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function numberAt(segment: SegmentObject | undefined, element: string): bigint | undefined {
  const text = textOf(segment, element);
  const value = text === undefined ? undefined : decimalOf(text);
  return value === undefined ? undefined : toScaled(value);
}

/** The sum over all segments, in billionths; undefined when one of them holds no number there. */
function sumAt(segments: readonly SegmentObject[], element: string): bigint | undefined {
  return segments.reduce<bigint | undefined>((total, segment) => {
    const value = numberAt(segment, element);
    return total === undefined || value === undefined ? undefined : total + value;
  }, 0n);
}

/** Every segment of that id, at any depth, in document order within each loop. */
function everySegment(node: TreeNode, id: string): SegmentObject[] {
  return Object.entries(node).flatMap(([key, held]) => {
    if (key === id && !(Array.isArray(held) && held.some((item) => id in item))) return [...segmentsOf(node, id)];
    return Array.isArray(held)
      ? held.flatMap((item) => (/^[A-Z]/.test(Object.keys(item)[0] ?? '') ? everySegment(item as TreeNode, id) : []))
      : [];
  });
}

// ── Totals ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A stated total that must be one of what it may be counted by. */
function totalCheck(
  at: { segment: string; element: string; what: string },
  severity: DocumentFinding['severity'],
  counts: (tree: Tree) => readonly (bigint | undefined)[],
): Check {
  return (tree, { report }) => {
    const segment = segmentOf(tree, at.segment);
    const stated = numberAt(segment, at.element);
    const actual = counts(tree);
    if (stated === undefined || actual.some((count) => count === undefined || count === stated)) return;
    const found = [...new Set(actual.map((count) => fromScaled(count as bigint)))].join(' or ');
    report(severity, {
      code: 'total-differs',
      message: `${at.segment}${at.element} states ${fromScaled(stated)} ${at.what}, but they come to ${found}`,
      segment: at.segment,
      at: segment,
      element: Number(at.element),
      value: textOf(segment, at.element),
    });
  };
}

const count = (segments: readonly unknown[]): bigint => toScaled(String(segments.length));

function lineCount(...ids: string[]): Check {
  return totalCheck({ segment: 'CTT', element: '01', what: 'lines' }, 'error', (tree) =>
    ids.map((id) => count(everySegment(tree, id))),
  );
}

/** CTT02 is a sum without a unit. Partners put other things there, so it is only worth a warning, and 0 means that it is not used. */
function hashTotal(id: string, element: string): Check {
  return totalCheck({ segment: 'CTT', element: '02', what: 'as the sum of all quantities' }, 'warning', (tree) => [
    0n,
    sumAt(everySegment(tree, id), element),
  ]);
}

/** Warehouse totals: the quantity of the trailer is the sum of the lines’. */
function quantityTotal(trailer: string, id: string, element: string): Check {
  return totalCheck({ segment: trailer, element: '01', what: 'units' }, 'error', (tree) => [
    sumAt(everySegment(tree, id), element),
  ]);
}

// ── Invoice ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** IT105: what the unit price is for. */
const PRICED_BY: Readonly<Record<string, bigint>> = { HP: 100n, TP: 1000n };
/** SAC12: settled outside the invoice, so no part of its total. */
const SETTLED_ELSEWHERE: ReadonlySet<string> = new Set(['01', '04', '05', '07', '11']);
/** Billionths of a major unit in one hundredth of it, as type N2 has them. */
const HUNDREDTH = 10n ** 7n;

function chargesOf(node: TreeNode): bigint | undefined {
  return segmentsOf(node, 'SAC').reduce<bigint | undefined>((total, sac) => {
    const kind = textOf(sac, '01');
    const sign = kind === 'C' ? 1n : kind === 'A' ? -1n : 0n;
    if (sign === 0n || SETTLED_ELSEWHERE.has(textOf(sac, '12') ?? '')) return total;
    const amount = numberAt(sac, '05');
    return total === undefined || amount === undefined ? undefined : total + (sign * amount) / 100n;
  }, 0n);
}

/** TXI and TAX state no sign; a tax of which only the rate is told cannot be added. */
function taxesOf(node: TreeNode): bigint | undefined {
  return sumAt(segmentsOf(node, 'TXI'), '02');
}

/**
 * TDS01 is what the lines, charges, allowances and taxes come to. Charges and taxes of a line may be told for information, with the price
 * already holding them, so an invoice adds up when it does so with them or without. Rounding may take half a cent a line either way.
 */
const invoiceTotal: Check = (tree, { report }) => {
  const tds = segmentOf(tree, 'TDS');
  const stated = numberAt(tds, '01');
  const lines = iterationsOf(tree, 'IT1');
  if (stated === undefined || lines.length === 0) return;
  const goods = lines.reduce<bigint | undefined>((total, loop) => {
    const it1 = segmentOf(loop, 'IT1');
    const quantity = numberAt(it1, '02');
    const price = numberAt(it1, '04');
    if (total === undefined || quantity === undefined || price === undefined) return undefined;
    return total + (quantity * price) / (10n ** 9n * (PRICED_BY[textOf(it1, '05') ?? ''] ?? 1n));
  }, 0n);
  const header = [chargesOf(tree), taxesOf(tree)];
  const ofLines = lines.map((loop) => [chargesOf(loop), taxesOf(loop)]);
  if (goods === undefined || [header, ...ofLines].flat().includes(undefined)) return;
  const [charges = 0n, taxes = 0n] = header;
  const lineCharges = ofLines.reduce((total, [value = 0n]) => total + value, 0n);
  const lineTaxes = ofLines.reduce((total, [, value = 0n]) => total + value, 0n);
  const totals = [charges, charges + lineCharges].flatMap((all) =>
    [taxes, lineTaxes, taxes + lineTaxes, 0n].map((tax) => goods + all + tax),
  );
  const total = stated / 100n;
  const tolerance = (HUNDREDTH * toScaled(String(lines.length + 1))) / (2n * 10n ** 9n);
  if (totals.some((one) => one - total <= tolerance && total - one <= tolerance)) return;
  report('error', {
    code: 'invoice-total-differs',
    message: `TDS01 is ${money(total)}, but lines of ${money(goods)}, charges less allowances of ${money(charges + lineCharges)} and taxes of ${money(taxes + lineTaxes)} come to ${money(goods + charges + lineCharges + taxes + lineTaxes)}`,
    segment: 'TDS',
    at: tds,
    element: 1,
    value: textOf(tds, '01'),
  });
};

/** ITD01: basic, and basic with a discount; others count from the end of a month or by instalments. */
const BASIC_TERMS: ReadonlySet<string> = new Set(['01', '05', '08']);
/** Dates of ITD and the days that they must lie after the invoice, where ITD02 counts from its date. */
const DUE = [
  { date: '04', days: '05', what: 'discount' },
  { date: '06', days: '07', what: 'net amount' },
] as const;

const termsOfInvoice: Check = (tree, { report }) => {
  const invoicedOn = dayOf(textOf(segmentOf(tree, 'BIG'), '01') ?? '');
  if (invoicedOn === undefined) return;
  for (const itd of segmentsOf(tree, 'ITD')) {
    if (textOf(itd, '02') !== '3' || !BASIC_TERMS.has(textOf(itd, '01') ?? '')) continue;
    for (const { date, days, what } of DUE) {
      const due = dayOf(textOf(itd, date) ?? '');
      const stated = textOf(itd, days);
      if (due === undefined || stated === undefined) continue;
      const counted = daysBetween(invoicedOn, due);
      if (counted === Number(stated)) continue;
      report('error', {
        code: 'terms-differ',
        message: `ITD${date} has the ${what} due ${counted} days after the invoice of ${invoicedOn}, ITD${days} says ${stated}`,
        segment: 'ITD',
        at: itd,
        element: Number(date),
        value: textOf(itd, date),
      });
    }
  }
};

function money(scaled: bigint): Decimal {
  return fromScaled((scaled / 10n ** 5n) * 10n ** 5n);
}

// ── Payment ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const remittanceTotal: Check = (tree, { report }) => {
  const fault = remittanceTotalFault(tree);
  if (fault !== undefined) report('error', fault);
};

// ── Labels and article numbers ────────────────────────────────────────────────────────────────────────────────────────

/** MAN02 (and MAN05) by their qualifier: GM is an SSCC behind application identifier 00, AA an SSCC alone. */
function labelsOf(man: SegmentObject): { element: number; label: string; sscc: string }[] {
  return [1, 4].flatMap((first) => {
    const qualifier = textOf(man, String(first).padStart(2, '0'));
    const label = textOf(man, String(first + 1).padStart(2, '0'));
    if (label === undefined || (qualifier !== 'GM' && qualifier !== 'AA')) return [];
    const sscc = qualifier === 'GM' && label.length === 20 && label.startsWith('00') ? label.slice(2) : label;
    return [{ element: first + 1, label, sscc }];
  });
}

const labels: Check = (tree, { direction, report }) => {
  const seen = new Set<string>();
  for (const man of everySegment(tree, 'MAN')) {
    for (const { element, label, sscc } of labelsOf(man)) {
      const place = { segment: 'MAN', at: man, element, value: label };
      if (!isSscc(sscc)) {
        const message = /^\d{18}$/.test(sscc)
          ? `${sscc} is no SSCC: its check digit must be ${gs1CheckDigit(sscc.slice(0, -1))}`
          : `${label} is no SSCC of 18 digits`;
        report(direction === 'outbound' ? 'error' : 'warning', { ...place, code: 'sscc-invalid', message });
      } else if (seen.has(sscc)) {
        report('error', { ...place, code: 'sscc-repeated', message: `SSCC ${sscc} is on two packages` });
      }
      seen.add(sscc);
    }
  }
};

/** Qualifiers of element 235 whose numbers end in a GS1 check digit, and how long they are. */
const GS1_NUMBERS: Readonly<Record<string, number>> = { UP: 12, EN: 13, UK: 14, EO: 8, UA: 12 };

/** `first` is the element of the first qualifier; its number follows, then the next pair. */
function articleNumbers(id: string, first: number): Check {
  return (tree, { report }) => {
    for (const segment of everySegment(tree, id)) {
      for (let element = first; element < 31; element += 2) {
        const length = GS1_NUMBERS[textOf(segment, String(element).padStart(2, '0')) ?? ''];
        const number = textOf(segment, String(element + 1).padStart(2, '0'));
        if (length === undefined || number === undefined) continue;
        const expected = gs1CheckDigit(number.slice(0, length - 1));
        const right = number.length === length && /^\d+$/.test(number);
        if (right && number.endsWith(String(expected))) continue;
        report('warning', {
          code: 'article-number-invalid',
          message: right
            ? `${number} has a wrong check digit: it must be ${expected}`
            : `${number} must have ${length} digits`,
          segment: id,
          at: segment,
          element: element + 1,
          value: number,
        });
      }
    }
  };
}

// ── Verdicts ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** BAK02 and BCA02: no change; rejected. */
const UNCHANGED: ReadonlySet<string> = new Set(['AD', 'AK', 'AT']);
const REJECTED: ReadonlySet<string> = new Set(['RD', 'RF', 'RJ']);
/** ACK01: accepted as ordered; any kind of refusal. */
const AS_ORDERED: ReadonlySet<string> = new Set(['IA', 'AC', 'AR']);
const REFUSED: ReadonlySet<string> = new Set(['ID', 'IR', 'R1', 'R2', 'R3', 'R4', 'R5', 'R6']);

/** What the beginning of an acknowledgment says of the order must be true of its lines. */
function acknowledgmentType(beginning: string): Check {
  return (tree, { report }) => {
    const segment = segmentOf(tree, beginning);
    const type = textOf(segment, '02') ?? '';
    const acks = everySegment(tree, 'ACK');
    const contradicting = acks.find((ack) => {
      const status = textOf(ack, '01') ?? '';
      return (UNCHANGED.has(type) && !AS_ORDERED.has(status)) || (REJECTED.has(type) && !REFUSED.has(status));
    });
    if (contradicting === undefined) return;
    report('error', {
      code: 'acknowledgment-type-differs',
      message: `${beginning}02 is ${type} (${REJECTED.has(type) ? 'rejected' : 'accepted without change'}), but a line says ${textOf(contradicting, '01')}`,
      segment: beginning,
      at: segment,
      element: 2,
      value: type,
    });
  };
}

/** A 997 or 999 that names its transaction sets must count them rightly, and accept a group only when it accepts all of them. */
function groupVerdict(verdict: string): Check {
  return (tree, { report }) => {
    const ak9 = segmentOf(tree, 'AK9');
    const verdicts = everySegment(tree, verdict).map((segment) => textOf(segment, '01') ?? '');
    if (verdicts.length === 0) return;
    const accepted = verdicts.filter((one) => one === 'A' || one === 'E').length;
    const expectations = [
      { element: 3, expected: verdicts.length, what: 'received' },
      { element: 4, expected: accepted, what: 'accepted' },
    ];
    for (const { element, expected, what } of expectations) {
      const stated = textOf(ak9, `0${element}`);
      if (stated === undefined || Number(stated) === expected) continue;
      report('error', {
        code: 'total-differs',
        message: `AK90${element} states ${stated} transaction sets ${what}, but ${expected} are told as ${what}`,
        segment: 'AK9',
        at: ak9,
        element,
        value: stated,
      });
    }
    const group = textOf(ak9, '01');
    const contradicted = group === 'A' || group === 'E' ? accepted < verdicts.length : group !== 'P' && accepted > 0;
    if (!contradicted) return;
    report('error', {
      code: 'group-verdict-differs',
      message: `AK901 is ${group}, but ${accepted} of ${verdicts.length} transaction sets are accepted`,
      segment: 'AK9',
      at: ak9,
      element: 1,
      value: group,
    });
  };
}

/** W12: what was shipped and what was not are together what was ordered. */
const shippedQuantities: Check = (tree, { report }) => {
  for (const w12 of everySegment(tree, 'W12')) {
    const [ordered, shipped, difference] = ['02', '03', '04'].map((element) => numberAt(w12, element));
    if (ordered === undefined || shipped === undefined || difference === undefined) continue;
    if (ordered - shipped === difference || shipped - ordered === difference) continue;
    report('error', {
      code: 'quantity-difference-wrong',
      message: `W1204 is ${fromScaled(difference)}, but ${fromScaled(ordered)} were ordered and ${fromScaled(shipped)} shipped`,
      segment: 'W12',
      at: w12,
      element: 4,
      value: textOf(w12, '04'),
    });
  }
};

// ── Codes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Data elements of which we choose the code ourselves, so that another one is a mistake of ours: purpose, type, status, structure. */
const CHOSEN_BY_US: ReadonlySet<string> = new Set(['353', '587', '668', '1005']);

/**
 * Codes in what we send that their guide does not know. A partner may use more codes than the guide lists, so that they are taken from it;
 * sending one is worth a look, since other people’s validators know all codes.
 */
function unlistedCodes(node: TreeNode, children: readonly GuideNode[], { report }: Context): void {
  for (const child of children) {
    const held = node[child.key];
    if (held === undefined) continue;
    const items = Array.isArray(held) ? held : [held];
    if (child.kind === 'loop') {
      for (const item of items) unlistedCodes(item as TreeNode, child.children, { report, direction: 'outbound' });
      continue;
    }
    for (const [index, element] of child.segment.elements.entries()) {
      if (element.kind !== 'simple' || element.codes === undefined) continue;
      for (const segment of items as SegmentObject[]) {
        const value = textOf(segment, String(index + 1).padStart(2, '0'));
        if (value === undefined || Object.hasOwn(element.codes, value)) continue;
        report(CHOSEN_BY_US.has(element.reference) ? 'error' : 'warning', {
          code: 'code-not-listed',
          message: `"${value}" is not among the codes of ${child.segment.id}${String(index + 1).padStart(2, '0')} (${element.name}) that the guide lists`,
          segment: child.segment.id,
          at: segment,
          element: index + 1,
          value,
          syntax: { fault: 'code', reference: element.reference },
        });
      }
    }
  }
}

const CHECKS: Readonly<Record<string, readonly Check[]>> = {
  '850': [lineCount('PO1'), hashTotal('PO1', '02'), articleNumbers('PO1', 6)],
  '855': [lineCount('PO1'), hashTotal('PO1', '02'), articleNumbers('PO1', 6), acknowledgmentType('BAK')],
  '860': [lineCount('POC'), articleNumbers('POC', 8)],
  '865': [lineCount('POC'), articleNumbers('POC', 8), acknowledgmentType('BCA')],
  // CTT01 of a ship notice counts all levels, as VICS has it, or the items alone.
  '856': [lineCount('HL', 'LIN'), hashTotal('SN1', '02'), labels, articleNumbers('LIN', 2)],
  '810': [lineCount('IT1'), hashTotal('IT1', '02'), articleNumbers('IT1', 6), invoiceTotal, termsOfInvoice],
  '820': [remittanceTotal],
  '832': [lineCount('LIN'), articleNumbers('LIN', 2)],
  '846': [lineCount('LIN'), articleNumbers('LIN', 2)],
  '940': [quantityTotal('W76', 'W01', '01'), articleNumbers('W01', 4)],
  '944': [quantityTotal('W14', 'W07', '01'), articleNumbers('W07', 4)],
  '945': [quantityTotal('W03', 'W12', '03'), shippedQuantities, labels, articleNumbers('W12', 7)],
  '997': [groupVerdict('AK5')],
  '999': [groupVerdict('IK5')],
};
