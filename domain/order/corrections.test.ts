import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exceptionKinds, kindOf } from '../exceptions.ts';
import { type Correction, correctionInWords, correctionsFor, mergedCorrections } from './corrections.ts';

const lineId = fc.constantFrom('1', '2', '3');
const correction: fc.Arbitrary<Correction> = fc.oneof(
  fc.record({ kind: fc.constant('item' as const), lineId, sku: fc.constantFrom('A', 'B') }),
  fc.record({ kind: fc.constant('quantity' as const), lineId, quantity: fc.constantFrom('1', '2.5') }),
  fc.record({ kind: fc.constant('price' as const), lineId, unitPrice: fc.constantFrom('1', undefined) }),
  fc.record({ kind: fc.constant('refuse-line' as const), lineId }),
  fc.record({ kind: fc.constant('ship-to' as const), shipToNumber: fc.constantFrom('S-1', 'S-2') }),
);
const list = fc.uniqueArray(correction, { selector: subject, maxLength: 6 });

function subject(one: Correction): string {
  return 'lineId' in one ? `${one.kind} ${one.lineId}` : one.kind;
}

describe('corrections', () => {
  it('name each thing once: the last word counts, and saying it again changes nothing', () => {
    fc.assert(
      fc.property(list, list, (earlier, later) => {
        const merged = mergedCorrections(earlier, later);
        expect(new Set(merged.map(subject)).size).toBe(merged.length);
        for (const one of later) expect(merged).toContain(one);
        for (const one of earlier) expect(merged.map(subject)).toContain(subject(one));
        expect(mergedCorrections(merged, later).map(correctionInWords).toSorted()).toEqual(
          merged.map(correctionInWords).toSorted(),
        );
      }),
    );
  });

  it('are offered exactly where one may help', () => {
    for (const type of Object.keys(exceptionKinds) as (keyof typeof exceptionKinds)[]) {
      expect(kindOf(type).resolutions.includes('correct'), type).toBe(correctionsFor(type).length > 0);
    }
  });
});
