import type { MallPartner } from './mall.ts';

/** The order that the changes are about: its price is asked about, so that it stands still. */
export const TO_CHANGE = 'order-to-change';
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

interface Change {
  readonly as: MallPartner;
  readonly version?: string;
  /** It comes before its order. */
  readonly comesFirst?: true;
  readonly points: () => string[];
}

/** Changes of that order, each of an order of its own, and what a person is told of it. */
export const changes: Readonly<Record<string, Change>> = {
  'change-quantities-and-lines': {
    as: 'mall-stores',
    points: () => [
      'line 1 (MW-1001): quantity from 10 EA to 6 EA',
      'line 2 (MW-1002): deleted; the order has 4 CA of it',
      'line 3 (MW-1007): quantity from 12 EA to 20 EA',
      'new line 4: 5 CA of MW-1002 “Rubber mallet”',
    ],
  },
  'change-by-difference': {
    as: 'mall-deltas',
    version: '005010',
    comesFirst: true,
    points: () => ['line 1 (MW-1001): quantity from 10 EA to 6 EA', 'line 3 (MW-1007): quantity from 12 EA to 20 EA'],
  },
  'change-price': { as: 'mall-stores', version: '005010', points: () => ['line 3 (MW-1007): price from 1 to 9.75'] },
  'change-dates-of-header': {
    as: 'mall-stores',
    points: () => [
      `requested ship date from ${inDays(4)} to ${inDays(8)}`,
      `cancel-after date from ${inDays(9)} to ${inDays(12)}`,
      'note: STORE OPENING WAS MOVED',
      'note reference L1 to 1; the order has none',
    ],
  },
  'change-cancel': { as: 'mall-stores', comesFirst: true, points: () => ['cancel the order'] },
  'change-not-agreed': {
    as: 'mall-asks',
    points: () => [
      'line 1 (MW-1001): the document states the quantities 6 and 4 EA, and which of them is the new one is not agreed; the order has 10 EA',
    ],
  },
};
