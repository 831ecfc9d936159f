import { codesOf, isKnownCode, unknownCodeText } from '../x12/codes/index.ts';
import type {
  ElementGuide,
  ElementNode,
  Guide,
  GuideNode,
  SegmentObject,
  SimpleElementGuide,
  Tree,
  TreeNode,
} from '../x12/types.ts';
import type { Context, DocumentDirection, DocumentFinding } from './checking/check.ts';
import { documentOf } from './documents/registry.ts';
import { errorOf } from './tree.ts';

/**
 * Finds contradictions that a guide cannot express: wrong totals, wrong check digits, and verdicts
 * that contradict their details. `parseTransaction` and `writeTransaction` check the guide itself.
 * Together they are the complete validation.
 *
 * Absent or non-numeric elements are not reported here. A wrong SSCC is an error in outbound
 * documents, because a wrong label is a chargeback. It is a warning in inbound documents, because
 * many partners send them (General Specifications of GS1).
 *
 * @param tree as read or built; only a tree that was read has positions
 */
export function checkDocument(tree: Tree, guide: Guide, direction: DocumentDirection = 'outbound'): DocumentFinding[] {
  const findings: DocumentFinding[] = [];
  const context: Context = {
    direction,
    report: (severity, fault) => {
      findings.push({ ...errorOf(fault), severity });
    },
  };
  for (const check of documentOf(guide.set)?.checks ?? []) check(tree, context);
  unknownCodes(tree, guide.children, context);
  return findings;
}

/**
 * Data elements whose code we choose ourselves: purpose, type, status, structure. An unknown code
 * is our mistake.
 */
const CHOSEN_BY_US: ReadonlySet<string> = new Set(['353', '587', '668', '1005']);

/**
 * Warns about codes that neither X12 nor the guide has. Partners use codes of their own, so that they refuse nothing
 * unless the profile says so (`x12.unknownCodes`).
 */
function unknownCodes(node: TreeNode, children: readonly GuideNode[], context: Context): void {
  for (const child of children) {
    const held = node[child.key];
    if (held === undefined) continue;
    const items = Array.isArray(held) ? held : [held];
    if (child.kind === 'loop') {
      for (const item of items) unknownCodes(item as TreeNode, child.children, context);
      continue;
    }
    for (const [index, element] of child.segment.elements.entries()) {
      for (const segment of items as SegmentObject[]) {
        for (const [guide, value] of codesIn(segment[String(index + 1).padStart(2, '0')], element)) {
          judgeCode(guide, value, { segment: child.segment.id, at: segment, element: index + 1 }, context);
        }
      }
    }
  }
}

/** Every component and repetition of an element that holds a code. */
function codesIn(node: ElementNode | undefined, element: ElementGuide): [SimpleElementGuide, string][] {
  if (node === undefined) return [];
  if (Array.isArray(node)) return node.flatMap((one) => codesIn(one, element));
  if (element.kind === 'simple') {
    const value = typeof node === 'string' ? node.trim() : '';
    return value === '' || element.type !== 'ID' ? [] : [[element, value]];
  }
  if (typeof node === 'string') return [];
  return Object.entries(node).flatMap(([position, value]) => {
    const component = element.components[Number(position) - 1];
    return component === undefined ? [] : codesIn(value, component);
  });
}

function judgeCode(
  guide: SimpleElementGuide,
  value: string,
  place: { segment: string; at: SegmentObject; element: number },
  { direction, report }: Context,
): void {
  const { reference, codes } = guide;
  const chosen = direction === 'outbound' && CHOSEN_BY_US.has(reference);
  const isListed = codes === undefined || Object.hasOwn(codes, value);
  // Without a complete list, the codes of the guide say only which ones we know how to write.
  const isKnown = codesOf(reference) === undefined && direction === 'outbound' ? isListed : isKnownCode(guide, value);
  if (chosen ? isListed : isKnown) return;
  report(chosen ? 'error' : 'warning', {
    ...{ code: 'code-not-listed', message: unknownCodeText(guide, value), ...place, value },
    syntax: { fault: 'code', reference },
  });
}
