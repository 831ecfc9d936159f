/** What the fake API says about exceptions of all orders. */

const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

/** Of an exception before anybody worked on it. */
export const UNTOUCHED = { escalatedAt: null, assignee: null, snoozedUntil: null, waits: null, commentCount: 0 };

const wanted = { lineId: '2', sku: 'MW-1002', wanted: '40' };
const OTHER_NODES = [
  { node: 'MEM', enough: false, lines: [{ ...wanted, free: '12' }] },
  { node: 'ATL', enough: true, lines: [{ ...wanted, free: '90' }] },
];

const item = (id: string, poNumber: string, more: object) => ({
  ...{ id, type: 'unknown-item', category: 'item-master', step: 'check', owner: 'item-data', state: 'open' },
  summary: 'Line 3: no item has the number 7701340-SLATE of Harbor & Pine Stores',
  resolutions: ['retry', 'cancel'],
  ...{ openedAt: at(-50), dueAt: at(190), resolvedAt: null, resolvedBy: null },
  ...{ lineIds: ['3'], lineCount: 1, corrections: [], otherOrders: [] },
  ...UNTOUCHED,
  ...{ orderId: '01JH0000000000000000000001', partnerId: 'harbor-pine', partnerName: 'Harbor & Pine Stores' },
  ...{ poNumber, release: '', part: '', status: 'exception', links: {} },
  atStake: { amount: 1_234_550, currency: 'USD', partial: false },
  ...more,
});

const items = () => [
  item('x1', 'HP-104200', { dueAt: at(-75), escalatedAt: at(-75), assignee: 'Night desk', commentCount: 2 }),
  item('x2', 'HP-104251', { atStake: { amount: 48_915, currency: 'USD', partial: true } }),
  item('x3', 'TV-104302', {
    ...{ type: 'price-outside-tolerance', category: 'pricing', owner: 'pricing', partnerName: 'Tri-Valley Supply' },
    summary: 'Line 2: PO price $4.10, contract price $4.55, tolerance 2 %.',
    ...{ resolutions: ['retry', 'accept', 'cancel'], atStake: null, snoozedUntil: at(600), part: 'store 12' },
  }),
];

const COUNTS = {
  ...{ total: 3, overdue: 1, snoozed: 1 },
  byOwner: [
    { owner: 'item-data', count: 2 },
    { owner: 'pricing', count: 1 },
  ],
  byType: [
    { type: 'price-outside-tolerance', count: 1 },
    { type: 'unknown-item', count: 2 },
  ],
};

const COMMENTS = [
  { id: 'c1', at: at(-40), author: 'Ann Field', text: 'Asked item data for a mapping.' },
  { id: 'c2', at: at(-5), author: 'Night desk', text: 'They have it.\nRetry at noon.' },
];

const PROGRESS = {
  ...{ bulkResolutionId: 'b1', resolution: 'retry', total: 12, resolved: 11, otherwise: 1, waiting: 0, open: 0 },
  rest: [
    {
      ...{ exceptionId: 'x9', orderId: '01JH0000000000000000000001', poNumber: 'HP-104404', type: 'unknown-item' },
      ...{ state: 'resolved', resolution: 'cancel', resolvedBy: 'Ann Field', links: {} },
    },
  ],
};

/** `/v1/exceptions`, and what is below it. */
export function inboxAnswer(id: string | undefined, part: string | undefined): unknown {
  if (id === undefined) return { items: items(), nextCursor: null };
  if (id === 'counts') return COUNTS;
  if (id === 'resolutions') return PROGRESS;
  if (part === undefined) return { currency: 'USD', lines: AFFECTED, linesNextCursor: null, otherNodes: OTHER_NODES };
  if (part === 'lines') return { currency: 'USD', items: AFFECTED, nextCursor: null, count: AFFECTED.length };
  return part === 'comments' ? { items: COMMENTS, nextCursor: null } : undefined;
}

/** The lines of the exception about prices. */
const AFFECTED = [
  {
    ...{
      lineId: '2',
      sku: 'MW-1002',
      customerSku: '771002',
      description: 'Screwdriver set',
      quantity: '24',
      unit: 'EA',
    },
    ...{ orderedPrice: '4.10', ourPrice: '4.55', atStake: 1080 },
  },
];
