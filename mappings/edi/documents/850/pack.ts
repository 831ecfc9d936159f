import { compare, multiply } from '../../../../domain/decimal.ts';
import type { TreeNode } from '../../../x12/types.ts';
import { decimalOf } from '../../elements.ts';
import { segmentOf, textOf } from '../../tree.ts';
import type { LineSegment } from './line-segment.ts';
import { keep, notANumber, type Report } from './pieces.ts';

/** Units of one piece. */
const PIECES: ReadonlySet<string> = new Set(['EA', 'PC', 'UN']);

/**
 * How many pieces the buyer takes one ordered unit to hold: PO401 inner packs, each of PO414 pieces, or of PO402
 * if PO403 counts pieces. One piece is what partners send who have nothing to say. All of PO4 is kept as text.
 */
export function piecesOf(
  loop: TreeNode,
  { id }: LineSegment,
  unit: string | undefined,
  attributes: Record<string, string>,
  fault: Report,
): string | undefined {
  const po4 = segmentOf(loop, 'PO4');
  if (po4 === undefined) return undefined;
  const texts = ['01', '02', '03', '14'].flatMap((element) => {
    const text = textOf(po4, element);
    return text === undefined ? [] : [`PO4${element} ${text}`];
  });
  keep(attributes, 'pack', texts.length === 0 ? undefined : texts.join(', '));
  const number = (element: string) => {
    const text = textOf(po4, element);
    const found = text === undefined ? undefined : decimalOf(text);
    if (text !== undefined && found === undefined) {
      fault({ ...notANumber('PO4', po4, element, text, ELEMENTS[element] ?? '', 'pack of a line'), loop: id });
    }
    return found;
  };
  const packs = number('01');
  const sizes = PIECES.has(textOf(po4, '03') ?? '') ? number('02') : undefined;
  const each = number('14') ?? sizes ?? '1';
  if (packs === undefined || unit === undefined || PIECES.has(unit)) return undefined;
  const pieces = multiply(packs, each);
  return compare(pieces, '1') > 0 ? pieces : undefined;
}

const ELEMENTS: Readonly<Record<string, string>> = { '01': '356', '02': '357', '14': '810' };
