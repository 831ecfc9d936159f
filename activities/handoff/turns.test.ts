import { describe, expect, it } from 'vitest';
import { shareOf } from './share.ts';
import { Turns } from './turns.ts';

const served = (turns: Turns<string>, count: number) => Array.from({ length: count }, () => turns.next()).join(' ');

describe('work that waits', () => {
  it('is done in turn between partners, however many items one of them has', () => {
    const turns = new Turns<string>(() => 1);
    for (let item = 1; item <= 100; item += 1) turns.add('bulk', `b${item}`);
    expect(served(turns, 2)).toBe('b1 b2');
    turns.add('small', 's1');
    turns.add('small', 's2');
    expect(served(turns, 4)).toBe('b3 s1 b4 s2');
  });

  it('is done by share, and a small share still has its turn', () => {
    const turns = new Turns<string>((partnerId) => (partnerId === 'low' ? 0.25 : 1));
    for (let item = 1; item <= 100; item += 1) turns.add('usual', 'u');
    turns.add('low', 'l1');
    turns.add('low', 'l2');
    expect(served(turns, 10)).toBe('u u u u l1 u u u u l2');
  });

  it('begins anew for a partner that had nothing waiting: it neither saves up turns nor owes any', () => {
    const turns = new Turns<string>(() => 1);
    turns.add('early', 'e1');
    for (let item = 1; item <= 50; item += 1) turns.add('bulk', 'b');
    served(turns, 40);
    turns.add('early', 'e2');
    turns.add('early', 'e3');
    expect(served(turns, 4)).toBe('b e2 b e3');
    served(turns, 50);
    expect(turns.isEmpty).toBe(true);
  });
});

it.each([
  [1, 1, 4],
  [3, 1, 1],
  [5, 1, 0.25],
  [5, 4, 1],
  [1, 1000, 1000],
])('priority %d with weight %d is a share of %d', (priority, fairnessWeight, share) => {
  expect(shareOf({ priority, fairnessWeight })).toBe(share);
});
