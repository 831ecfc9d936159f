import { isDeepStrictEqual } from 'node:util';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import { checkDocument } from '../../mappings/edi/checks.ts';
import { readOrders, readPayment } from '../../mappings/edi/documents/read-document.ts';
import { inboundOf } from '../../mappings/edi/documents/registry.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import {
  type AcknowledgmentKind,
  acknowledgeInterchange,
  buildFunctionalAcknowledgment,
  type Delimiters,
  type Guide,
  guideFor,
  parseTransaction,
  type ReadGroup,
  type ReadTransaction,
  readInterchange,
  type ScannedInterchange,
  scanInterchanges,
  streamInterchanges,
  type TransactionResult,
  type Tree,
  type TreeNode,
  writeInterchange,
  writeInterchangeAcknowledgment,
  writeTransaction,
  type X12Error,
} from '../../mappings/x12/index.ts';
import { evaluateAll } from '../../runtime/expressions.ts';

/**
 * Runs the whole intake of a file with any bytes: envelope, transaction sets, canonical order or
 * payment, business checks, acknowledgment. Asserts the invariants of every input.
 *
 * @returns one line per part and error
 * @throws Error when an invariant fails, or the code under test throws
 */
export async function readEverything(bytes: Uint8Array, profiles: readonly PartnerProfile[]): Promise<string[]> {
  const profile = profiles[bytes.length % profiles.length] as PartnerProfile;
  const lines: string[] = [];
  const scanned = scanInterchanges(bytes);
  if (scanned.length === 0) throw new Error('the reader returned no result for a file');
  for (const interchange of scanned) {
    lines.push(...errorLines(`interchange ${interchange.start}-${interchange.end}`, interchange.errors));
    if (interchange.ok === interchange.errors.length > 0)
      throw new Error('accepted with errors, or rejected without a reason');
    acknowledged(interchange);
    const groups: { group: ReadGroup; results: TransactionResult[] }[] = [];
    for await (const part of readInterchange(interchange)) {
      if (part.kind === 'group') {
        groups.push({ group: part, results: [] });
        continue;
      }
      const errors = await readTransaction(part, profile, lines);
      groups.at(-1)?.results.push({ set: part.set, control: part.transactionControl, errors });
    }
    for (const { group, results } of groups) {
      lines.push(...errorLines(`group ${group.control}`, group.errors));
      await acknowledgedGroup(group, results, profile.x12.delimiters);
    }
  }
  await sameAsStream(bytes, scanned);
  return lines;
}

async function readTransaction(read: ReadTransaction, profile: PartnerProfile, lines: string[]): Promise<X12Error[]> {
  const what = `transaction ${read.set} ${read.transactionControl}`;
  const errors: X12Error[] = [...read.errors];
  const guide = guideFor(read.set, read.version);
  if (guide !== undefined && read.segments.length > 0) {
    const { tree, errors: faults } = parseTransaction(read, guide);
    errors.push(...faults);
    if (faults.length === 0) sameAfterWriting(tree, guide, read.delimiters);
    for (const direction of ['inbound', 'outbound'] as const) checkDocument(tree, guide, direction);
    const inbound = inboundOf(read.set);
    if (inbound?.apply === 'takes-order') {
      const mapped = readOrders(inbound, { tree, guide }, profile, { evaluate: evaluateAll });
      if ('orders' in mapped) for (const order of mapped.orders) salesOrder.parse(order);
      errors.push(...('errors' in mapped ? reasons(mapped.errors) : []));
      lines.push(`${what}: ${'orders' in mapped ? `order ${mapped.orders[0]?.poNumber}` : 'no order'}`);
    }
    if (inbound?.apply === 'takes-payment') {
      const mapped = readPayment(inbound, { tree, guide }, profile);
      errors.push(...('errors' in mapped ? reasons(mapped.errors) : []));
    }
    if (inbound?.apply === 'acknowledges' || inbound?.apply === 'takes-advice') inbound.map(tree);
  }
  lines.push(`${what}: ${read.segments.length} segments`, ...errorLines(what, errors));
  return errors;
}

function reasons(errors: readonly X12Error[]): readonly X12Error[] {
  if (errors.length === 0) throw new Error('rejected without a reason');
  return errors;
}

/** One line per error; checks the required fields of each. */
function errorLines(of: string, errors: readonly X12Error[]): string[] {
  return errors.map(({ code, message, place, ak }) => {
    const sound =
      /^[a-z0-9]+(-[a-z0-9]+)*$/.test(code) &&
      message.length > 0 &&
      message.length < 2000 &&
      Number.isInteger(place.position) &&
      place.position >= 0 &&
      (ak === undefined || ak.code.length > 0);
    if (!sound)
      throw new Error(`an error without code, message or place: ${JSON.stringify({ code, message, place, ak })}`);
    const element = place.element === undefined ? '' : String(place.element).padStart(2, '0');
    return `${of}: ${code} at ${place.segment}${element} ${place.position}`;
  });
}

/** A valid document has the same content after a write and a read. */
function sameAfterWriting(tree: Tree, guide: Guide, delimiters: Delimiters): void {
  const segments = writeTransaction(tree, guide, delimiters, { repertoire: 'utf-8' }).map((text, index) => {
    const [id = '', ...elements] = text.split(delimiters.element);
    return { id, elements, position: index + 2, byteOffset: -1 };
  });
  const again = parseTransaction({ segments, segmentCount: segments.length + 2, delimiters }, guide);
  if (again.errors.length > 0 || !isDeepStrictEqual(plain(again.tree), plain(tree)))
    throw new Error(`a ${guide.set} has another content after a write and a read`);
}

/** Removes the source positions from a tree. */
function plain(tree: Tree): unknown {
  return JSON.parse(JSON.stringify(tree));
}

function acknowledged(scanned: ScannedInterchange): void {
  const acknowledgment = acknowledgeInterchange(scanned);
  if (acknowledgment === undefined || scanned.delimiters === undefined) return;
  writeInterchangeAcknowledgment(acknowledgment, { element: '*', component: '>', segment: '~' });
}

/** The 997 and the 999 of any group are valid. */
async function acknowledgedGroup(
  group: ReadGroup,
  transactions: readonly TransactionResult[],
  delimiters: Delimiters,
): Promise<void> {
  const forms: [AcknowledgmentKind, string][] = [
    ['997', '004010'],
    ['999', '005010'],
  ];
  for (const [kind, version] of forms) {
    const used = version === '005010' ? { ...delimiters, repetition: '^' } : delimiters;
    const guide = guideFor(kind, version);
    if (guide === undefined) throw new Error(`no guide of ${kind}`);
    const { functionalId, control, errors } = group;
    const result = {
      functionalId,
      groupControl: control,
      version: group.version,
      errors,
      transactions,
      delimiters: used,
    };
    const tree: TreeNode = buildFunctionalAcknowledgment(result, kind);
    const file = writeInterchange({
      header: {
        senderQualifier: 'ZZ',
        senderId: 'US',
        receiverQualifier: 'ZZ',
        receiverId: 'THEM',
        controlNumber: '1',
        usage: 'T',
        version: version === '005010' ? '00501' : '00401',
      },
      delimiters: used,
      date: new Date(0),
      groups: [
        {
          functionalId: 'FA',
          senderId: 'US',
          receiverId: 'THEM',
          control: '1',
          version,
          transactions: [{ set: kind, control: '0001', segments: writeTransaction(tree, guide, used) }],
        },
      ],
    });
    for (const scanned of scanInterchanges(file)) {
      for await (const part of readInterchange(scanned)) {
        if (part.kind === 'group') continue;
        const faults = [
          ...part.errors,
          ...parseTransaction(part, guide).errors,
          ...checkDocument(tree, guide, 'outbound').filter(({ severity }) => severity === 'error'),
        ];
        if (faults.length > 0) throw new Error(`our own ${kind} is invalid: ${JSON.stringify(faults[0])}`);
      }
    }
  }
}

/** The result does not depend on how the bytes are chunked. */
async function sameAsStream(bytes: Uint8Array, scanned: readonly ScannedInterchange[]): Promise<void> {
  const whole: string[] = [];
  for (const interchange of scanned) {
    const lines: string[] = [];
    for await (const part of readInterchange(interchange)) if (part.kind === 'transaction') lines.push(lineOf(part));
    whole.push(...(interchange.ok ? lines : []), verdictOf(interchange.errors));
  }
  const size = [1, 13, 106, 1024, 65_536].find((length) => bytes.length / length < 20_000) ?? bytes.length;
  const streamed: string[] = [];
  let lines: string[] = [];
  for await (const event of streamInterchanges(pieces(bytes, size))) {
    if (event.kind === 'transaction') lines.push(lineOf(event));
    if (event.kind === 'interchange-end') streamed.push(...(event.ok ? lines : []), verdictOf(event.errors));
    if (event.kind === 'refused') streamed.push(verdictOf(event.errors));
    if (event.kind !== 'transaction' && event.kind !== 'group' && event.kind !== 'group-end') lines = [];
  }
  if (!isDeepStrictEqual(whole, streamed))
    throw new Error(`chunks of ${size} bytes give another result:\n${whole.join('\n')}\n--\n${streamed.join('\n')}`);
}

function lineOf({ set, transactionControl, segments, errors }: ReadTransaction): string {
  return `${set} ${transactionControl} ${segments.length} ${errors.map(({ code }) => code)} ${segments.at(-1)?.elements.join()}`;
}

function verdictOf(errors: readonly X12Error[]): string {
  return errors.length === 0 ? 'sound' : `refused: ${errors.map(({ code }) => code)}`;
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
