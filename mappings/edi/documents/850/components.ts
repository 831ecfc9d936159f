import { isPositive } from '../../../../domain/decimal.ts';
import type { Component } from '../../../canonical/v1/index.ts';
import type { SegmentObject, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { decimalOf } from '../../elements.ts';
import { iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';
import { namedBy, numbersOf, SLN_PAIRS } from './item-numbers.ts';
import type { LineSegment } from './line-segment.ts';
import { type Ask, keep, notANumber, type Report } from './pieces.ts';

/** SLN03 codes of parts that are in what is ordered, or only told about it. Others change it. */
const IN_THE_PACK: ReadonlySet<string> = new Set(['I', 'O']);

/**
 * The sublines of a line (SLN): what a kit or a pre-pack is put together from. The line is ordered as the item of
 * its PO1, so a subline that changes it (added, deleted, substituted) is a question.
 */
export function componentsOf(
  loop: TreeNode,
  { id }: LineSegment,
  lineId: string,
  profile: Agreement,
  attributes: Record<string, string>,
  fault: Report,
  ask: Ask,
): Component[] | undefined {
  const components = iterationsOf(loop, 'SLN').flatMap((iteration) => {
    const sln = segmentOf(iteration, 'SLN');
    const { named, rest } = namedBy(numbersOf([sln, SLN_PAIRS]), profile);
    for (const [qualifier, value] of rest) keep(attributes, `component.${qualifier}`, value);
    const relation = textOf(sln, '03');
    if (relation !== undefined && !IN_THE_PACK.has(relation)) {
      ask({
        content: `${id}/SLN.03=${relation}`,
        name: 'relationship of a subline',
        at: sln,
        reason: `a subline changes what line ${lineId} orders; accepted, the line is delivered as its own item`,
        eachTime: true,
      });
    }
    if (Object.keys(named).length === 0) {
      const reason = `a subline of line ${lineId} names no item by a number that the partner’s profile reads`;
      ask({ content: `${id}/SLN`, name: 'subline', at: sln, reason });
      return [];
    }
    const description = segmentsOf(iteration, 'PID').flatMap((pid) => textOf(pid, '05') ?? [])[0];
    const quantity = quantityOf(sln, lineId, fault);
    return [
      {
        item: { ...named, ...(description !== undefined && { description: description.slice(0, 250) }) },
        ...(quantity !== undefined && { quantity }),
      },
    ];
  });
  return components.length === 0 ? undefined : components;
}

function quantityOf(sln: SegmentObject | undefined, lineId: string, fault: Report): Component['quantity'] {
  const text = textOf(sln, '04');
  const unit = textOf(sln, '05');
  if (text === undefined || unit === undefined || !/^[A-Z0-9]{2}$/.test(unit)) return undefined;
  const value = decimalOf(text);
  if (value === undefined) {
    fault({ ...notANumber('SLN', sln, '04', text, '380', `quantity of a subline of line ${lineId}`), loop: 'SLN' });
    return undefined;
  }
  return isPositive(value) ? { value, unit } : undefined;
}
