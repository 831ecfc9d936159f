import { guideOf } from '../mappings/edi/documents/registry.ts';
import type { GuideNode } from '../mappings/x12/types.ts';
import type { Segment } from '../sandbox/x12.ts';
import { orderFormOf } from './order-forms.ts';
import type { Capabilities } from './scenario.ts';
import { PURCHASE_ORDER } from './sets.ts';

/** Content that a scenario adds to an order of the partner, such as notes or a store distribution. */
export interface Content {
  /** Replaces the type of the order, BEG02. */
  readonly type?: string;
  /** Replaces the parties of the order, from the first N1. */
  readonly parties?: readonly Segment[];
  /** Segments of the header; a loop is one entry with its segments in order. */
  readonly header?: readonly (readonly Segment[])[];
  /** The same below each line, by its index. */
  readonly lines?: readonly (readonly (readonly Segment[])[])[];
}

export const NO_CONTENT: Content = {};

/** The segment that begins a line of an 850. */
const LINE = 'PO1';
/** The scenarios know the content of this set alone. */
const WITH_CONTENT = PURCHASE_ORDER;
const BEGIN = 'BEG';
const PARTY = 'N1';
const DATE = 'DTM';

/** The order with further segments of its header where the guide has them, whatever their order. */
export function withHeader(
  segments: readonly Segment[],
  header: readonly Segment[],
  { set, version }: { readonly set: string; readonly version: string },
): Segment[] {
  const guide = guideOf(set, version);
  if (guide === undefined) throw new TypeError(`there is no guide of ${set} ${version}`);
  const blocks: Segment[][] = [];
  for (const segment of header) {
    const last = blocks.at(-1);
    // What the guide has only within a loop, or not at all, follows the segment that it is stated after.
    if (last !== undefined && indexOf(segment, guide.children) < 0) last.push(segment);
    else blocks.push([segment]);
  }
  return merged(segments, blocks, guide.children);
}

/**
 * The order with the content where its guide has it, so that the product reads a document in the order of the standard.
 *
 * @param segments an order between ST and SE
 */
export function withContent(
  segments: readonly Segment[],
  { type, parties, header = [], lines = [] }: Content,
  { set, version }: { readonly set: string; readonly version: string },
): Segment[] {
  if (type === undefined && parties === undefined && header.length === 0 && lines.length === 0) return [...segments];
  const guide = guideOf(set, version);
  const line = guide?.children.find((node) => idOf(node) === LINE);
  if (guide === undefined || line?.kind !== 'loop')
    throw new TypeError(`no content can be added to an ${set} ${version}`);
  const typed = segments.map((segment) =>
    segment[0] === BEGIN && type !== undefined ? segment.with(2, type) : segment,
  );
  const firstLine = typed.findIndex(([id]) => id === LINE);
  const firstParty = typed.findIndex(([id]) => id === PARTY);
  const before =
    parties === undefined || firstParty < 0 ? typed.slice(0, firstLine) : [...typed.slice(0, firstParty), ...parties];
  const perLine: Segment[][] = [];
  const summary: Segment[] = [];
  for (const segment of typed.slice(firstLine)) {
    const current = perLine.at(-1);
    if (segment[0] === LINE) perLine.push([segment]);
    else if (summary.length === 0 && current !== undefined && indexOf(segment, line.children) >= 0)
      current.push(segment);
    else summary.push(segment);
  }
  return [
    ...merged(
      before.filter((segment) => !isReplaced(segment, header)),
      header,
      guide.children,
    ),
    ...perLine.flatMap((own, index) => merged(own, lines[index] ?? [], line.children)),
    ...summary,
  ];
}

/** A date of the same kind; an order has each once. */
function isReplaced([id, kind]: Segment, blocks: readonly (readonly Segment[])[]): boolean {
  return id === DATE && blocks.some(([added]) => added?.[0] === DATE && added[1] === kind);
}

/** Each block goes before the first segment that comes later in the guide. */
function merged(
  segments: readonly Segment[],
  blocks: readonly (readonly Segment[])[],
  guide: readonly GuideNode[],
): Segment[] {
  let result = [...segments];
  for (const block of blocks) {
    const at = block[0] === undefined ? 0 : Math.max(0, indexOf(block[0], guide));
    let reached = -1;
    const before = result.findIndex((segment) => {
      // A segment within a loop is at the place of its loop.
      reached = Math.max(reached, indexOf(segment, guide));
      return reached > at;
    });
    result = before < 0 ? [...result, ...block] : [...result.slice(0, before), ...block, ...result.slice(before)];
  }
  return result;
}

function indexOf([id]: Segment, guide: readonly GuideNode[]): number {
  return guide.findIndex((node) => idOf(node) === id);
}

/** The segment that stands for a node: of a loop its first. */
function idOf(node: GuideNode): string {
  if (node.kind === 'segment') return node.segment.id;
  const [head] = node.children;
  return head === undefined ? '' : idOf(head);
}

/** Why a scenario cannot run that adds these segments to an order. */
export function cannotAdd({ ordersByEdi, profile }: Capabilities, ...segments: string[]): string | undefined {
  if (!ordersByEdi) return 'the partner does not order by EDI';
  const { set } = orderFormOf(profile);
  if (set !== WITH_CONTENT) return `the partner orders by ${set}, and the scenario writes an ${WITH_CONTENT}`;
  const forbidden = segments.find((id) =>
    profile.guides[set]?.some(({ segment, maximum }) => maximum === 0 && segment.split('/').at(-1) === id),
  );
  return forbidden === undefined ? undefined : `guides.${set} of the profile forbids ${forbidden}`;
}
