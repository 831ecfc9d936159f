import { expect, it } from 'vitest';
import { permissive } from '../edi/testing/builders.ts';
import { unknownPlaceOfChange } from './order-paths.ts';
import { partnerProfile } from './profile.ts';
import { warningsIn } from './warnings.ts';

const { version, ...content } = permissive;
const issues = (over: object) =>
  partnerProfile.safeParse({ ...content, ...over }).error?.issues.map(({ path, message }) => [path.join('.'), message]);

it('a profile says what the quantities of a changed line are, each another thing', () => {
  expect(partnerProfile.parse(content).orderChanges).toEqual({ apply: 'automatic', ordered: 'ask', left: 'ask' });
  expect(issues({ orderChanges: { ordered: 'change', left: 'new' } })).toBeUndefined();
  expect(issues({ orderChanges: { ordered: 'new', left: 'new' } })).toEqual([
    ['orderChanges.left', 'is new as well; POC03 and POC04 cannot both be that'],
  ]);
});

it('a profile may ignore content of a set that is read, and of no other kept set', () => {
  expect(issues({ ignores: { '860': { TAX: 'agreed' } } })).toBeUndefined();
  expect(issues({ ignores: { '865': { TAX: 'agreed' } } })).toMatchObject([
    ['ignores.865', expect.stringMatching(/is a set that nothing is read from/)],
  ]);
});

it('expressions for a change name its fields, and paths of the 860', () => {
  const map = (orderChange: Record<string, string>) => ({ map: { ...content.map, orderChange } });
  expect(issues(map({ 'lines[].attributes.colour': 'POC.`11`' }))).toBeUndefined();
  expect(issues(map({ sequenze: 'BCH.`05`' }))).toMatchObject([['map.orderChange.sequenze', expect.any(String)]]);
  expect(unknownPlaceOfChange('sequenze')).toMatch(/which the canonical change does not have; nearest are sequence/);
  const odd = partnerProfile.parse({ ...content, ...map({ sequence: 'BEG.`03`' }) });
  const found = warningsIn({ ...odd, version }).filter(({ path }) => path.includes('orderChange'));
  expect(found).toMatchObject([{ path: ['map', 'orderChange', 'sequence'], reason: expect.stringMatching(/BEG/) }]);
});
