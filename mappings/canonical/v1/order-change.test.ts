import { expect, it } from 'vitest';
import { orderChange } from './order-change.ts';

const change = (lines: readonly object[]) => ({
  partnerId: 'p',
  channel: 'edi',
  poNumber: 'PO-1',
  action: 'change',
  lines,
});
const line = (quantity: object) => ({ lineId: '1', action: 'change', changes: ['quantity'], quantity });

it.each<[string, object, string | undefined]>([
  ['quantities that fit', line({ unit: 'EA', before: '10', change: '-4', after: '6' }), undefined],
  ['a difference alone', line({ unit: 'EA', change: '-4' }), undefined],
  ['quantities that do not fit', line({ unit: 'EA', before: '10', change: '4', after: '6' }), 'lines.0.quantity.after'],
  ['no number', line({ unit: 'EA', before: 'x', change: '4', after: '6' }), 'lines.0.quantity.before'],
  ['a negative quantity', line({ unit: 'EA', after: '-6' }), 'lines.0.quantity.after'],
  ['a quantity without a unit', line({ after: '6' }), 'lines.0.quantity.unit'],
  ['a field that it does not have', { ...line({ unit: 'EA', after: '6' }), price: '1' }, 'lines.0'],
])('a change of %s is checked', (_, one, place) => {
  const parsed = orderChange.safeParse(change([one]));
  expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual(place === undefined ? undefined : [place]);
});
