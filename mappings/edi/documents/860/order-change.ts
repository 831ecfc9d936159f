import type { z } from 'zod';
import { lookup } from '../../../../domain/lookup.ts';
import { isCurrency } from '../../../../domain/money.ts';
import { type OrderChange, orderChange } from '../../../canonical/v1/index.ts';
import type { SegmentObject, TreeNode, X12Error } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import type { Doubt } from '../../not-used.ts';
import { partyOf } from '../../party.ts';
import { errorOf, type Fault, iterationsOf, segmentOf, textOf } from '../../tree.ts';
import { applyExpressions, expressionFault, type Filled } from '../850/expressions.ts';
import { carrierOf, departmentOf, firstParty, keepConditions, referencesOf, termsOf } from '../850/header.ts';
import { notesOf } from '../850/notes.ts';
import { type Ask, datesOf, dayAt, defined, keep, keepContacts, type Report } from '../850/pieces.ts';
import { checkTotals } from '../850/totals.ts';
import type { ChangeResult, OrderContext } from '../definition.ts';
import { PURPOSES } from './codes.ts';
import { linesOf, POC, type ReadChangeLine } from './lines.ts';

/**
 * Maps an 860 to the canonical change of an order. Like the 850, it reports every fault with its place and never
 * throws.
 *
 * - BCH01 says what becomes of the order, POC02 what becomes of a line. What a code does not say is a doubt.
 * - `orderChanges` of the profile says what the two quantities of a line mean. Without it they are a doubt.
 * - Everything else that a document states is the value that the order is to have. Whether it differs from what
 *   the order has can only be told beside the order (words.ts).
 * - Lines that are spread over stores, ship-tos or days are left out, so that a person sees them.
 */
export function orderChangeFrom860(
  tree: TreeNode,
  profile: Agreement,
  { evaluate, receivedAt }: OrderContext,
): ChangeResult {
  const errors: X12Error[] = [];
  const fault: Report = (found) => {
    errors.push(errorOf(found));
  };
  const doubts: Doubt[] = [];
  const ask: Ask = (doubt) => {
    doubts.push(doubt);
  };
  const header = headerOf(tree, profile, fault, ask);
  const isDated = Object.values(header.dates).some((day) => day !== undefined);
  const lines = linesOf(tree, { profile, isDated, fault, ask });
  checkTotals(tree, POC, profile, fault);
  askAboutWhole(tree, header.action, lines, ask);
  const { dates, ...stated } = header;
  const draft = defined({
    partnerId: profile.id,
    channel: 'edi' as const,
    ...stated,
    ...dates,
    lines: lines.map(({ line }) => line),
    receivedAt,
  });
  if (errors.length > 0) return { errors };
  const filling = { section: 'orderChange', line: 'POC', draft, tree, lines } as const;
  const filled = applyExpressions(filling, profile, evaluate, fault);
  if (errors.length > 0) return { errors, ours: true };
  const parsed = orderChange.safeParse(draft);
  if (parsed.success) return { change: parsed.data, doubts };
  return refusalOf(parsed.error.issues, { tree, lines, profile, filled });
}

function headerOf(tree: TreeNode, profile: Agreement, fault: Report, ask: Ask) {
  const bch = segmentOf(tree, 'BCH');
  const attributes: Record<string, string> = {};
  const action = actionOf(bch, ask);
  keep(attributes, 'orderType', textOf(bch, '02'));
  const poNumber = textOf(bch, '03');
  if (poNumber === undefined) {
    fault({
      code: 'purchase-order-number-missing',
      message: 'the change names no purchase order',
      segment: 'BCH',
      at: bch,
      element: 3,
      syntax: { fault: 'missing', reference: '324' },
    });
  }
  const [orderedOn, acknowledgedOn, changedOn] = ['06', '10', '11'].map((element) => dayAt(bch, 'BCH', element, fault));
  keep(attributes, 'requestReference', textOf(bch, '07'));
  keep(attributes, 'contract', textOf(bch, '08'));
  keep(attributes, 'sellerOrder', textOf(bch, '09'));
  keep(attributes, 'acknowledgedOn', acknowledgedOn);
  const references = referencesOf(tree);
  const dates = datesOf(tree, attributes, fault);
  keepConditions(tree, attributes);
  const parties = partiesIn(tree, profile, attributes);
  return {
    action,
    poNumber: poNumber ?? '',
    release: textOf(bch, '04') ?? '',
    sequence: textOf(bch, '05'),
    orderedOn,
    changedOn,
    currency: currencyOf(tree, fault),
    ...parties.named,
    dates,
    terms: termsOf(tree, fault),
    carrier: carrierOf(tree, parties.shipToLoop, attributes),
    department: departmentOf(references),
    references,
    notes: notesOf(tree, profile),
    attributes,
  };
}

function actionOf(bch: SegmentObject | undefined, ask: Ask): OrderChange['action'] {
  const purpose = textOf(bch, '01');
  const known = lookup(PURPOSES, purpose);
  if (known !== undefined) return known;
  ask({
    content: `BCH.01=${purpose}`,
    name: 'Purpose',
    at: bch,
    reason: `purpose ${purpose} is neither a change (04), nor a replacement (05), nor a cancellation (01) of the order`,
    eachTime: true,
  });
  return 'unclear';
}

function currencyOf(tree: TreeNode, fault: Report): string | undefined {
  const cur = segmentOf(tree, 'CUR');
  const currency = textOf(cur, '02');
  if (currency === undefined || isCurrency(currency)) return currency;
  fault({
    code: 'currency-not-supported',
    message: `"${currency}" is not a currency that orders may be in`,
    segment: 'CUR',
    at: cur,
    element: 2,
    value: currency,
    syntax: { fault: 'code', reference: '100' },
  });
  return undefined;
}

/** Parties that the document names. Unlike an order, a change need not say where the goods go. */
function partiesIn(tree: TreeNode, profile: Agreement, attributes: Record<string, string>) {
  const loops = iterationsOf(tree, 'N1');
  const loopOf = (codes: readonly string[]) => firstParty(loops, codes);
  const { parties } = profile;
  const found = {
    shipTo: loopOf(parties.shipTo),
    buyer: loopOf(parties.buyer),
    billTo: loopOf(parties.billTo),
    markFor: loopOf(parties.markFor),
  };
  for (const loop of new Set(Object.values(found))) {
    if (loop !== undefined) keepContacts(loop, attributes, textOf(segmentOf(loop, 'N1'), '01'));
  }
  const named = (loop: TreeNode | undefined) => (loop === undefined ? undefined : partyOf(loop, profile));
  return {
    shipToLoop: found.shipTo,
    named: {
      shipTo: named(found.shipTo),
      buyer: named(found.buyer),
      billTo: named(found.billTo),
      markFor: named(found.markFor),
    },
  };
}

/** A cancelled order has no lines to change, and a change of nothing says nothing. */
function askAboutWhole(
  tree: TreeNode,
  action: OrderChange['action'],
  lines: readonly ReadChangeLine[],
  ask: Ask,
): void {
  const bch = segmentOf(tree, 'BCH');
  const stays = lines.find(({ line }) => line.action !== 'delete' && line.action !== 'none');
  if (action === 'cancel' && stays !== undefined) {
    ask({
      content: 'BCH.01=01',
      name: 'Purpose',
      at: bch,
      reason: `the document cancels the whole order, but line ${stays.line.lineId ?? 'without a number'} is not deleted by it`,
      eachTime: true,
    });
  }
  if (action === 'replace' && lines.length === 0) {
    const reason = 'the document replaces the order, but has no line';
    ask({ content: 'BCH.01=05', name: 'Purpose', at: bch, reason, eachTime: true });
  }
}

type Issue = z.core.$ZodIssue;

/** The partner is told only of faults that it can mend; faults of our profile are ours. */
function refusalOf(
  issues: readonly Issue[],
  {
    tree,
    lines,
    profile,
    filled,
  }: { tree: TreeNode; lines: readonly ReadChangeLine[]; profile: Agreement; filled: readonly Filled[] },
): Extract<ChangeResult, { errors: unknown }> {
  const faults = issues.map((issue) => {
    const by = filled.find(({ path }) => path.every((step, index) => step === String(issue.path[index])));
    const reason = `${issue.path.map(String).join('.')}: ${issue.message}`;
    if (by === undefined) return { ours: false, fault: modelFault(issue, reason, tree, lines) };
    const section = { section: 'orderChange', line: 'POC' } as const;
    return { ours: true, fault: expressionFault(profile, section, by, `its result is no part of a change: ${reason}`) };
  });
  const theirs = faults.filter(({ ours }) => !ours);
  const told = theirs.length > 0 ? theirs : faults;
  return { errors: told.map(({ fault }) => errorOf(fault)), ...(theirs.length === 0 && { ours: true as const }) };
}

/** A rule of the canonical change that a valid X12 document violates, such as a length or a count. */
function modelFault({ path }: Issue, message: string, tree: TreeNode, lines: readonly ReadChangeLine[]): Fault {
  const [first, index] = path;
  const line = first === 'lines' ? lines[Number(index)] : undefined;
  const segment = line === undefined ? 'BCH' : 'POC';
  const code = first === 'lines' && path.length === 1 ? 'order-lines-too-many' : 'order-change-invalid';
  return { code, message, segment, at: line === undefined ? segmentOf(tree, 'BCH') : segmentOf(line.loop, 'POC') };
}
