import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdviceDocument } from '../../document-content.ts';
import { fileOf, partner } from '../../testing/builders.ts';
import { render824 } from './render.ts';

const profile = partner('harbor-pine');
const advice = (given: Partial<AdviceDocument>): AdviceDocument => ({
  number: '4B1A',
  advisedAt: '2026-11-24T15:30:00.000Z',
  about: { set: '860', version: '004010', groupControl: '000351', transactionControl: '0001', poNumber: 'HP-204418' },
  ...given,
});
const written = (given: Partial<AdviceDocument>) =>
  fileOf('824', render824(advice(given), profile))
    .toString('latin1')
    .split('~')
    .map((text) => text.trim());

describe('the application advice', () => {
  it('names the document by the numbers of its sender, and the order', () => {
    expect(written({}).slice(3, 5)).toEqual([
      'BGN*00*4B1A*20261124*1530',
      'OTI*TA*PO*HP-204418***20261124*1530*351*0001*860*004010',
    ]);
  });

  it('names the transaction set if the document names no order', () => {
    const about = { set: '180', version: '004010', groupControl: '7', transactionControl: '0002' };
    expect(written({ about })).toContain('OTI*TA*TN*0002***20261124*1530*7*0002*180*004010');
  });

  it('says why a document is refused', () => {
    expect(written({ refusal: 'the goods have left' })).toEqual(
      expect.arrayContaining([expect.stringMatching(/^OTI\*TR\*/), 'TED*024*the goods have left']),
    );
  });

  it('breaks a long reason between words, and loses none', () => {
    const word = fc.stringMatching(/^[A-Z0-9]{1,30}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 12, maxLength: 60 }), (words) => {
        const refusal = words.join(' ');
        const segments = written({ refusal });
        const notes = segments.filter((text) => text.startsWith('NTE*')).map((text) => text.slice('NTE**'.length));
        const told = notes.length > 0 ? notes.join(' ') : segments.find((text) => text.startsWith('TED*'))?.slice(8);
        expect(told).toBe(refusal);
        for (const note of notes) expect(note.length).toBeLessThanOrEqual(80);
      }),
    );
  });
});
