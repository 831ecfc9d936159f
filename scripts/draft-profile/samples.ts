/** Reads sample files and tells the partner's from ours. */
import { documentOf } from '../../mappings/edi/documents/registry.ts';
import { readInterchange } from '../../mappings/x12/read.ts';
import { scanInterchanges } from '../../mappings/x12/scan.ts';
import type { Delimiters, InterchangeHeader, ReadSegment, ReadTransaction } from '../../mappings/x12/types.ts';

export interface SampleFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export type Direction = 'theirs' | 'ours';

export interface SampleInterchange {
  readonly file: string;
  readonly header: InterchangeHeader;
  readonly delimiters: Delimiters;
  readonly lineBreaks: boolean;
  readonly direction: Direction;
  readonly groups: readonly { readonly senderId: string; readonly receiverId: string; readonly version: string }[];
  readonly sets: readonly SampleSet[];
}

export interface SampleSet {
  readonly file: string;
  readonly set: string;
  readonly version: string;
  readonly control: string;
  readonly segments: readonly ReadSegment[];
  readonly element: string;
}

export interface Samples {
  readonly interchanges: readonly SampleInterchange[];
  readonly theirs: readonly SampleInterchange[];
  readonly ours: readonly SampleInterchange[];
  /** What could not be read, for the person. */
  readonly unread: readonly string[];
}

/** The files say nothing from which a profile could be drafted, or say it of several partners. */
export class SamplesRefused extends Error {
  override readonly name = 'SamplesRefused';
}

/** Who sends a set. Acknowledgments come from both sides. */
function directionOf(set: string): Direction | undefined {
  const { inbound, outbound } = documentOf(set) ?? {};
  if (outbound?.writes === 'functional-acknowledgment') return undefined;
  if (inbound !== undefined) return 'theirs';
  return outbound === undefined ? undefined : 'ours';
}

type Undirected = Omit<SampleInterchange, 'direction'>;

export async function readSamples(files: readonly SampleFile[]): Promise<Samples> {
  const found: Undirected[] = [];
  const unread: string[] = [];
  for (const { name, bytes } of files) {
    for (const scanned of scanInterchanges(bytes)) {
      const { header, delimiters, errors } = scanned;
      if (!scanned.ok || header === undefined || delimiters === undefined) {
        unread.push(`${name} is not a sound interchange: ${errors[0]?.message ?? 'its header cannot be read'}`);
        continue;
      }
      const sets: SampleSet[] = [];
      const groups: SampleInterchange['groups'][number][] = [];
      for await (const part of readInterchange(scanned)) {
        if (part.kind === 'group') groups.push(part);
        else sets.push(setOf(name, part));
      }
      const [text = ''] = [Buffer.from(scanned.bytes).toString('latin1')];
      const lineBreaks = /^\r?\n/.test(text.slice(text.indexOf(delimiters.segment, 105) + 1));
      found.push({ file: name, header, delimiters, lineBreaks, groups, sets });
    }
  }
  if (found.length === 0) {
    throw new SamplesRefused(['No file holds a sound interchange.', ...unread].join('\n'));
  }
  const sides = sidesOf(found);
  const interchanges = found.map((one) => ({
    ...one,
    direction: partyOf(one.header, 'sender') === sides.theirs ? ('theirs' as const) : ('ours' as const),
  }));
  return {
    interchanges,
    theirs: interchanges.filter(({ direction }) => direction === 'theirs'),
    ours: interchanges.filter(({ direction }) => direction === 'ours'),
    unread,
  };
}

function setOf(file: string, { set, version, transactionControl, segments, delimiters }: ReadTransaction): SampleSet {
  return { file, set, version, control: transactionControl, segments, element: delimiters.element };
}

/** Who the partner is and who we are: buyers send orders and payments, sellers answer them. */
function sidesOf(found: readonly Undirected[]): { theirs: string; ours: string } {
  const pairs = new Map<string, { theirs: string; ours: string; file: string; set: string }>();
  for (const { file, header, sets } of found) {
    const [sender, receiver] = [partyOf(header, 'sender'), partyOf(header, 'receiver')];
    for (const { set } of sets) {
      const direction = directionOf(set);
      if (direction === undefined) continue;
      const pair = direction === 'theirs' ? { theirs: sender, ours: receiver } : { theirs: receiver, ours: sender };
      const key = `${pair.theirs} ${pair.ours}`;
      if (!pairs.has(key)) pairs.set(key, { ...pair, file, set });
    }
  }
  const [first, ...others] = pairs.values();
  if (first === undefined) {
    throw new SamplesRefused(
      'The files hold no set that says who orders from whom, such as an 850 of the partner or an 855 to it.',
    );
  }
  if (others.length > 0) {
    const named = [first, ...others].map(
      ({ theirs, ours, file, set }) => `  ${file}: its ${set} is of ${theirs} with ${ours}`,
    );
    throw new SamplesRefused(['The files are of several partners; draft one at a time:', ...named].join('\n'));
  }
  for (const { file, header } of found) {
    const parties = [partyOf(header, 'sender'), partyOf(header, 'receiver')];
    if (parties.includes(first.theirs) && parties.includes(first.ours)) continue;
    throw new SamplesRefused(
      `The files are of several partners; draft one at a time:\n  ${file} is between ${parties.join(' and ')}, ${first.file} between ${first.theirs} and ${first.ours}`,
    );
  }
  return first;
}

export function partyOf(header: InterchangeHeader, side: 'sender' | 'receiver'): string {
  const [qualifier, id] =
    side === 'sender' ? [header.senderQualifier, header.senderId] : [header.receiverQualifier, header.receiverId];
  return `${qualifier.trim()}/${id.trim()}`;
}
