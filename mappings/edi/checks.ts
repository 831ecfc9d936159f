import type { Guide, GuideNode, SegmentObject, Tree, TreeNode } from '../x12/types.ts';
import type { Context, DocumentDirection, DocumentFinding } from './checking/check.ts';
import { documentOf } from './documents/registry.ts';
import { errorOf, textOf } from './tree.ts';

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
  if (direction === 'outbound') unlistedCodes(tree, guide.children, context);
  return findings;
}

/**
 * Data elements whose code we choose ourselves: purpose, type, status, structure. An unknown code
 * is our mistake.
 */
const CHOSEN_BY_US: ReadonlySet<string> = new Set(['353', '587', '668', '1005']);

/**
 * Warns about outbound codes that the guide does not list. A partner may use additional codes, so
 * inbound ones are accepted. Outbound ones are reported because other validators may reject them.
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
