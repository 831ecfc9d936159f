import type { Guide, GuideNode, SegmentObject, Tree, TreeNode } from '../x12/types.ts';
import type { Context, DocumentDirection, DocumentFinding } from './checking/check.ts';
import { documentOf } from './documents/registry.ts';
import { errorOf, textOf } from './tree.ts';

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
  for (const check of documentOf(guide.set)?.checks ?? []) check(tree, context);
  if (direction === 'outbound') unlistedCodes(tree, guide.children, context);
  return findings;
}

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
