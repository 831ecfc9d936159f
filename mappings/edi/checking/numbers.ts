import { lookup } from '../../../domain/lookup.ts';
import { gs1CheckDigit, isSscc } from '../../../domain/sscc.ts';
import type { SegmentObject, Tree } from '../../x12/types.ts';
import { iterationsOf, segmentOf, segmentsOf, textOf } from '../tree.ts';
import { type Check, everySegment } from './check.ts';

/** MAN02 and MAN05 by qualifier: GM is an SSCC with application identifier 00, AA an SSCC alone. */
function labelsOf(man: SegmentObject): { element: number; label: string; sscc: string }[] {
  return [1, 4].flatMap((first) => {
    const qualifier = textOf(man, String(first).padStart(2, '0'));
    const label = textOf(man, String(first + 1).padStart(2, '0'));
    if (label === undefined || (qualifier !== 'GM' && qualifier !== 'AA')) return [];
    const sscc = qualifier === 'GM' && label.length === 20 && label.startsWith('00') ? label.slice(2) : label;
    return [{ element: first + 1, label, sscc }];
  });
}

/** The item above each label of a pack, if there is one: a pack with several items is below each of them. */
function itemsOfPacks(tree: Tree): ReadonlyMap<SegmentObject, string> {
  const loops = iterationsOf(tree, 'HL');
  const kinds = new Map(loops.map((loop) => segmentOf(loop, 'HL')).map((hl) => [textOf(hl, '01'), textOf(hl, '03')]));
  return new Map(
    loops.flatMap((loop) => {
      const parent = textOf(segmentOf(loop, 'HL'), '02') ?? '';
      return kinds.get(parent) === 'I' ? segmentsOf(loop, 'MAN').map((man) => [man, parent] as const) : [];
    }),
  );
}

export const labels: Check = (tree, { direction, report }) => {
  const seen = new Set<string>();
  const items = itemsOfPacks(tree);
  for (const man of everySegment(tree, 'MAN')) {
    for (const { element, label, sscc } of labelsOf(man)) {
      const place = { segment: 'MAN', at: man, element, value: label };
      if (!isSscc(sscc)) {
        const message = /^\d{18}$/.test(sscc)
          ? `${sscc} is no SSCC: its check digit must be ${gs1CheckDigit(sscc.slice(0, -1))}`
          : `${label} is no SSCC of 18 digits`;
        report(direction === 'outbound' ? 'error' : 'warning', { ...place, code: 'sscc-invalid', message });
      } else if (seen.has(`${items.get(man) ?? ''}/${sscc}`)) {
        report('error', { ...place, code: 'sscc-repeated', message: `SSCC ${sscc} is on two packages` });
      }
      seen.add(`${items.get(man) ?? ''}/${sscc}`);
    }
  }
};

/** Qualifiers of element 235 whose numbers end in a GS1 check digit, with their length. */
const GS1_NUMBERS: Readonly<Record<string, number>> = { UP: 12, EN: 13, UK: 14, EO: 8, UA: 12 };

/** `first` is the element of the first qualifier. Pairs of qualifier and number follow. */
export function articleNumbers(id: string, first: number): Check {
  return (tree, { report }) => {
    for (const segment of everySegment(tree, id)) {
      for (let element = first; element < 31; element += 2) {
        const length = lookup(GS1_NUMBERS, textOf(segment, String(element).padStart(2, '0')));
        const number = textOf(segment, String(element + 1).padStart(2, '0'));
        if (length === undefined || number === undefined) continue;
        const expected = gs1CheckDigit(number.slice(0, length - 1));
        const right = number.length === length && /^\d+$/.test(number);
        if (right && number.endsWith(String(expected))) continue;
        report('warning', {
          code: 'article-number-invalid',
          message: right
            ? `${number} has a wrong check digit: it must be ${expected}`
            : `${number} must have ${length} digits`,
          segment: id,
          at: segment,
          element: element + 1,
          value: number,
        });
      }
    }
  };
}
