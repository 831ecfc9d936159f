import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { allGuides } from '../../mappings/x12/index.ts';
import { projectDir } from '../../scripts/stack/part.ts';

/**
 * Inputs for the reader: mutated documents, generated segments in a valid envelope, and arbitrary
 * bytes.
 */

const SIZE_LIMIT = 2_000_000;

/** Documents to mutate: the project's samples, and those of other companies if available. */
export function corpus(): Buffer[] {
  const own = join(projectDir, 'sandbox', 'samples');
  const others = join(projectDir, '..', 'shared', 'samples', 'x12');
  return [own, ...(existsSync(others) ? [others] : [])]
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.edi'))
        .sort()
        .map((name) => join(folder, name)),
    )
    .map((path) => readFileSync(path));
}

const place = fc.double({ min: 0, max: 1, noNaN: true });
const span = fc.oneof(fc.nat(3), fc.nat(40), fc.nat(2000));

/**
 * Values that often break readers: range limits, odd characters, number formats, delimiters in
 * data.
 */
const oddValue = fc.oneof(
  fc.constantFrom('', ' ', '0', '-1', '-0', '+5', '1.', '.5', '1e9', '9'.repeat(40), '0'.repeat(40), '1,000', 'NaN'),
  fc.constantFrom('É', '\u0000', '\t', '\u0085', '\ufeff', '*', '~', '>', '^', '\n', '\r\n', '**', '~~', '>>', '^^'),
  fc.constantFrom('00000000', '20261332', '20260229', '2460', '__proto__', 'constructor', 'ISA', 'IEA', 'SE', 'ST'),
  fc.integer({ min: 1, max: 5000 }).map((length) => 'X'.repeat(length)),
  fc.string({ maxLength: 30 }),
);

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('delete' as const), at: place, span }),
  fc.record({ kind: fc.constant('repeat' as const), at: place, span, times: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('insert' as const), at: place, value: oddValue }),
  fc.record({ kind: fc.constant('truncate' as const), at: place }),
  fc.record({ kind: fc.constant('swap' as const), at: place, to: place, span }),
  fc.record({ kind: fc.constant('splice' as const), at: place, other: fc.nat(), from: place }),
  fc.record({ kind: fc.constant('dropSegment' as const), at: place }),
  fc.record({ kind: fc.constant('repeatSegment' as const), at: place, times: fc.integer({ min: 1, max: 2000 }) }),
  fc.record({ kind: fc.constant('moveSegment' as const), at: place, to: place }),
  fc.record({
    kind: fc.constant('element' as const),
    at: place,
    element: fc.integer({ min: 1, max: 20 }),
    value: oddValue,
  }),
  fc.record({ kind: fc.constant('delimiter' as const), which: fc.constantFrom(3, 104, 105), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('lines' as const), value: fc.constantFrom('\n', '\r\n', '\r', '  ') }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer Of> ? Of : never;

function mutated(bytes: Buffer, change: Mutation, documents: readonly Buffer[]): Buffer {
  const text = bytes.toString('latin1');
  const at = 'at' in change ? Math.floor(change.at * text.length) : 0;
  const edited = (made: string) => Buffer.from(made, 'latin1');
  switch (change.kind) {
    case 'delete':
      return edited(text.slice(0, at) + text.slice(at + change.span));
    case 'repeat':
      return edited(text.slice(0, at) + text.slice(at, at + change.span).repeat(change.times) + text.slice(at));
    case 'flip': {
      const flipped = Buffer.from(bytes);
      if (flipped.length > 0) flipped[at % flipped.length] = (flipped[at % flipped.length] ?? 0) ^ (1 << change.bit);
      return flipped;
    }
    case 'insert':
      return edited(text.slice(0, at) + change.value + text.slice(at));
    case 'truncate':
      return edited(text.slice(0, at));
    case 'swap': {
      const [low, high] = [at, Math.floor(change.to * text.length)].sort((a, b) => a - b) as [number, number];
      const { span: width } = change;
      if (low + width > high) return bytes;
      const [one, other] = [text.slice(low, low + width), text.slice(high, high + width)];
      return edited(text.slice(0, low) + other + text.slice(low + width, high) + one + text.slice(high + width));
    }
    case 'splice': {
      const other = documents[change.other % documents.length] ?? bytes;
      return Buffer.concat([bytes.subarray(0, at), other.subarray(Math.floor(change.from * other.length))]);
    }
    case 'delimiter': {
      const old = text.charAt(change.which);
      const value = String.fromCharCode(change.value);
      return edited(old === '' ? text : text.replaceAll(old, value));
    }
    case 'lines': {
      const terminator = text.charAt(105);
      return edited(terminator === '' ? text : text.replaceAll(terminator, terminator + change.value));
    }
    default:
      return edited(onSegments(text, change));
  }
}

function onSegments(text: string, change: Extract<Mutation, { kind: `${string}Segment` | 'element' }>): string {
  const terminator = text.charAt(105) || '~';
  const segments = text.split(terminator);
  const index = Math.min(Math.floor(change.at * segments.length), segments.length - 1);
  const segment = segments[index] ?? '';
  switch (change.kind) {
    case 'dropSegment':
      segments.splice(index, 1);
      break;
    case 'repeatSegment':
      segments.splice(index, 0, ...Array.from({ length: change.times }, () => segment));
      break;
    case 'moveSegment':
      segments.splice(index, 1);
      segments.splice(Math.floor(change.to * segments.length), 0, segment);
      break;
    default: {
      const separator = text.charAt(3) || '*';
      const elements = segment.split(separator);
      while (elements.length <= change.element) elements.push('');
      elements[change.element] = change.value;
      segments[index] = elements.join(separator);
    }
  }
  return segments.join(terminator);
}

/** Corrects the trailer counts, so that the checks after them are reached. */
function recounted(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  const [separator, terminator] = [text.charAt(3), text.charAt(105)];
  if (separator === '' || terminator === '') return bytes;
  let since = 0;
  const segments = text.split(terminator).map((segment, index) => {
    const elements = segment.split(separator);
    if (elements[0]?.trim() === 'ST') since = index;
    if (elements[0]?.trim() !== 'SE') return segment;
    elements[1] = String(index - since + 1);
    return elements.join(separator);
  });
  return Buffer.from(segments.join(terminator), 'latin1');
}

/** Segments of one set, in any order and with any content, in a valid envelope. */
const made = fc.constantFrom(...allGuides()).chain((guide) => {
  const segment = fc
    .tuple(fc.constantFrom(...guide.knownSegments), fc.array(oddValue, { maxLength: 12 }))
    .map(([id, elements]) => [id, ...elements].join('*').replaceAll('~', ''));
  return fc.array(segment, { maxLength: 60 }).map((segments) => {
    const head =
      'ISA*00*          *00*          *ZZ*HARBORPINE     *ZZ*MERIDIAN       *261120*0915*U*00401*000900001*0*T*>';
    const body = [`ST*${guide.set}*0001`, ...segments, `SE*${segments.length + 2}*0001`];
    const group = `GS*${guide.functionalId}*HARBORPINE*MERIDIAN*20261120*0915*1*X*${guide.version}`;
    return Buffer.from(`${[head, group, ...body, 'GE*1*1', 'IEA*1*000900001'].join('~')}~`, 'latin1');
  });
});

/** Any input, at most {@link SIZE_LIMIT} bytes long. */
export function inputs(documents: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const changed = fc
    .tuple(fc.nat(documents.length - 1), fc.array(mutation, { minLength: 1, maxLength: 6 }), fc.boolean())
    .map(([index, changes, count]) => {
      const bytes = changes.reduce<Buffer>((before, change) => {
        const after = mutated(before, change, documents);
        return after.length > SIZE_LIMIT ? before : after;
      }, documents[index] ?? Buffer.alloc(0));
      return count ? recounted(bytes) : bytes;
    });
  const anything = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof(
    { weight: 8, arbitrary: changed },
    { weight: 3, arbitrary: made },
    { weight: 1, arbitrary: anything },
  );
}
