import { triggerOf } from '../x12/levels.ts';
import type { Guide, GuideNode, SegmentObject, Tree, TreeNode } from '../x12/types.ts';
import type { Agreement, DocumentAddition } from './agreement.ts';
import { type DocumentDetails, DocumentError } from './document-content.ts';
import type { Evaluate, Evaluation } from './expression.ts';
import { partnerGuide, placeOf } from './partner-guide.ts';
import { textOf } from './tree.ts';

/**
 * Adds the segments of the partner's profile (`map.documents`) to a document, in profile order.
 * Later additions see earlier ones. The guide validates the result when it is written.
 *
 * Expressions see the document's details and `profile` without its transport. Below a loop they
 * also see `loop` (the iteration) and `line` (the order line that IT101, PO101 or LIN01 names).
 *
 * @throws DocumentError if an expression fails or does not return text; `path` is its key in the
 * profile.
 */
export function withAdditions(
  set: string,
  tree: Tree,
  details: DocumentDetails,
  profile: Agreement,
  evaluate: Evaluate,
): Tree {
  const additions = profile.map.documents[set] ?? [];
  const guide = additions.length === 0 ? undefined : partnerGuide(profile, set, profile.x12.version);
  if (guide === undefined) return tree;
  const added = structuredClone(tree);
  const { transport: _, ...agreement } = profile;
  const input = { ...details, profile: agreement };
  for (const [index, addition] of additions.entries()) {
    add(addition, `map.documents.${set}[${index}]`, added, guide, input, evaluate);
  }
  return added;
}

type Input = DocumentDetails & { readonly profile: object };

function add(
  addition: DocumentAddition,
  path: string,
  tree: Tree,
  guide: Guide,
  details: Input,
  evaluate: Evaluate,
): void {
  const place = placeOf(addition.at, guide);
  if (place === undefined) {
    throw new DocumentError('document-addition-failed', `${path}.at`, `the ${guide.set} has no ${addition.at}`);
  }
  const parents = place.loops.reduce<TreeNode[]>(
    (nodes, loop) => nodes.flatMap((node) => (node[loop] as TreeNode[] | undefined) ?? []),
    [tree],
  );
  const inputs = parents.map((loop) =>
    place.loops.length === 0 ? details : { ...details, loop, ...lineIn(loop, details) },
  );
  const expressions = [addition.when ?? 'true', ...Object.values(addition.elements)];
  const [wanted, ...values] = evaluate(expressions.map((text) => ({ text, inputs })));
  const numbers = Object.keys(addition.elements);
  for (const [index, parent] of parents.entries()) {
    if (resultOf(wanted?.[index], `${path}.when`) !== true) continue;
    const texts = numbers.map((number, at) => {
      const key = `${path}.elements.${number}`;
      return [number, asText(resultOf(values[at]?.[index], key), key)] as const;
    });
    // Skip the segment if an element has no value: an incomplete segment would be misleading.
    if (texts.some(([, text]) => text === undefined)) continue;
    const segment = Object.fromEntries(texts.filter(([, text]) => text !== '')) as SegmentObject;
    if (Object.keys(segment).length > 0) put(segment, place.node, parent);
  }
}

function lineIn(loop: TreeNode, { lines }: Input): { line?: DocumentDetails['lines'][number] } {
  const [head] = ['IT1', 'PO1', 'LIN'].flatMap((id) => (loop[id] === undefined ? [] : [loop[id] as SegmentObject]));
  const line = lines.find(({ lineId }) => lineId === textOf(head, '01'));
  return line === undefined ? {} : { line };
}

function resultOf(result: Evaluation | undefined, path: string): unknown {
  if (result !== undefined && 'value' in result) return result.value;
  const reason = result?.problem ?? 'gave no result';
  throw new DocumentError(
    'document-addition-failed',
    path,
    `the expression of the profile at ${path} failed: ${reason}`,
  );
}

/** Undefined if there is no value; empty if the element should stay empty. */
function asText(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  const what = Array.isArray(value) ? 'a list' : 'an object';
  throw new DocumentError('document-addition-failed', path, `must come to one text, not to ${what}`);
}

/**
 * Adds a loop iteration, another repetition of a segment, or the missing elements of a single
 * segment.
 */
function put(segment: SegmentObject, node: GuideNode, parent: TreeNode): void {
  const held = parent[node.key];
  if (node.kind === 'loop') {
    parent[node.key] = [...((held as TreeNode[] | undefined) ?? []), { [triggerOf(node).key]: segment }];
  } else if (node.repeats) {
    parent[node.key] = [...(held === undefined ? [] : [held].flat()), segment] as SegmentObject[];
  } else {
    parent[node.key] = { ...segment, ...(held as SegmentObject | undefined) };
  }
}
