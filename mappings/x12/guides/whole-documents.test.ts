import { describe, expect, it } from 'vitest';
import { parseTransaction } from '../parse.ts';
import { usual5010 } from '../test-support/interchange.ts';
import { type Extent, wholeDocument } from '../test-support/whole-documents.ts';
import type { Guide, ParsedTransaction } from '../types.ts';
import { writeTransaction } from '../write.ts';
import { allGuides } from './index.ts';

const EXTENTS: readonly Extent[] = (['least', 'all'] as const).flatMap((elements) =>
  (['least', 'once', 'most'] as const).map((occurrences) => ({ elements, occurrences })),
);

function read(body: readonly string[], guide: Guide): ParsedTransaction {
  const segments = body.map((line, index) => {
    const [id = '', ...elements] = line.split('*');
    return { id, elements, position: index + 2, byteOffset: -1 };
  });
  return parseTransaction({ segments, segmentCount: body.length + 2, delimiters: usual5010 }, guide);
}

describe('everything that a guide has', () => {
  it.each(allGuides().map((guide) => [guide.set, guide.version, guide] as const))(
    'is read without a fault and written back the same: %s in %s',
    (_, __, guide) => {
      for (const extent of EXTENTS) {
        const body = wholeDocument(guide, extent);
        const { tree, errors } = read(body, guide);
        expect([extent, errors]).toEqual([extent, []]);
        expect(writeTransaction(tree, guide, usual5010)).toEqual(body);
      }
    },
  );

  it('is more than the segments of a common document', () => {
    const [order] = allGuides().filter(({ set, version }) => set === '850' && version === '004010');
    const most = wholeDocument(order as Guide, { elements: 'all', occurrences: 'most' });
    expect(most.length).toBeGreaterThan(1000);
    expect(new Set(most.map((line) => line.slice(0, line.indexOf('*')))).size).toBeGreaterThan(50);
  });
});
