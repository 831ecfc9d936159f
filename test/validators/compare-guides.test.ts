import { describe, expect, it } from 'vitest';
import { allGuides, guideFor } from '../../mappings/x12/guides/index.ts';
import type { Guide } from '../../mappings/x12/types.ts';
import { sourcesElsewhere } from '../../scripts/compare-guides/describe.ts';
import { explanations, judgeGuides } from '../../scripts/compare-guides/explained.ts';
import { skipOrFail } from '../support/requirements.ts';

const order = guideFor('850', '004010') as Guide;

/** The purchase order without its FOB, with one PER, and with its CTT before its lines. */
const wrong: Guide = {
  ...order,
  children: [...order.children.filter(({ key }) => key === 'CTT'), ...order.children.filter(({ key }) => key !== 'CTT')]
    .filter(({ key }) => key !== 'FOB')
    .map((child) => (child.key === 'PER' ? { ...child, max: 1 } : child)),
};

describe('the guides, against independent descriptions', () => {
  it('differ only where it is explained, and each explanation has a difference', async (context) => {
    const guides = allGuides();
    const sources = await sourcesElsewhere(guides).catch((error: unknown) => skipOrFail(context, error));
    const { judged, stale, described } = judgeGuides(guides, sources, explanations());
    expect(judged.filter(({ by }) => by === undefined).map(({ difference }) => difference)).toEqual([]);
    expect(stale).toEqual([]);
    expect(described.filter((guide) => guide.sources.length < 2)).toEqual([]);
  }, 300_000);

  it('show a segment that is missing, may come too seldom or stands elsewhere', async (context) => {
    const sources = await sourcesElsewhere([wrong]).catch((error: unknown) => skipOrFail(context, error));
    const { judged } = judgeGuides([wrong], sources, explanations());
    const open = judged.filter(({ by }) => by === undefined).map(({ difference }) => difference);
    expect(open).toMatchObject([
      { source: 'bots', path: 'CTT', what: 'order' },
      { source: 'bots', path: 'FOB', what: 'theirs only' },
      { source: 'bots', path: 'PER', what: 'maximum', ours: '1', theirs: '3' },
    ]);
  }, 300_000);
});
