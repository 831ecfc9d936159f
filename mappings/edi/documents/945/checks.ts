import { fromScaled } from '../../../../domain/decimal.ts';
import { type Check, everySegment, numberAt } from '../../checking/check.ts';
import { textOf } from '../../tree.ts';

/** W12: shipped and unshipped quantities must add up to the ordered quantity. */
export const shippedQuantities: Check = (tree, { report }) => {
  for (const w12 of everySegment(tree, 'W12')) {
    const [ordered, shipped, difference] = ['02', '03', '04'].map((element) => numberAt(w12, element));
    if (ordered === undefined || shipped === undefined || difference === undefined) continue;
    if (ordered - shipped === difference || shipped - ordered === difference) continue;
    report('error', {
      code: 'quantity-difference-wrong',
      message: `W1204 is ${fromScaled(difference)}, but ${fromScaled(ordered)} were ordered and ${fromScaled(shipped)} shipped`,
      segment: 'W12',
      at: w12,
      element: 4,
      value: textOf(w12, '04'),
    });
  }
};
