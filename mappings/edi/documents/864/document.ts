import { compileRelease, type ReleaseDefinition } from '../../../x12/guides/compile.ts';
import { release004010, release005010 } from '../../../x12/guides/index.ts';
import { defineDocument } from '../definition.ts';

const PARTY = `  N1 M 1
  N2 O 2
  N3 O 2
  N4 O 1
  REF O 12
  PER O 3`;

/** A message for people: BMG says what it is about, each MIT begins a message, and MSG holds its lines. */
const STRUCTURE = `BMG M 1
DTM O 10
[N1 200]
${PARTY}
[MIT 100000 M]
  MIT M 1
  [N1 200]
${PARTY.replaceAll(/^/gm, '  ')}
  MSG M 100000`;

/** The numbers of the two page elements are not known for certain, so they have names. */
function guidesOf(release: ReleaseDefinition) {
  return compileRelease({
    ...release,
    elements: {
      ...release.elements,
      pageWidth: ['N0', 1, 3, 'Characters in a line'],
      pageLength: ['N0', 1, 3, 'Lines on a page'],
    },
    segments: {
      ...release.segments,
      BMG: ['Beginning of a text message', 'M353 O352 O640'],
      MIT: ['Message', 'M127 O352 OpageWidth OpageLength', 'C0403'],
    },
    sets: [{ set: '864', functionalId: 'TX', name: 'Text message', structure: STRUCTURE }],
  });
}

export const textMessage = defineDocument({
  set: '864',
  guides: [...guidesOf(release004010), ...guidesOf(release005010)],
  checks: [],
  about: { asks: 'sends a message to be read' },
});
