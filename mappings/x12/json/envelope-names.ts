/** Names of the envelope's elements. The envelope is the same in all releases, so guides leave it out. */
import type { SegmentJson } from './document.ts';
import { positionKey } from './segments.ts';

const ENVELOPE: Readonly<Record<string, readonly [segment: string, ...elements: string[]]>> = {
  ISA: [
    'Interchange header',
    'Authorization qualifier',
    'Authorization',
    'Security qualifier',
    'Security',
    'Sender qualifier',
    'Sender',
    'Receiver qualifier',
    'Receiver',
    'Date',
    'Time',
    'Standard',
    'Interchange version',
    'Interchange control number',
    'Acknowledgment requested',
    'Usage',
  ],
  GS: [
    'Functional group header',
    'Functional identifier',
    'Sender',
    'Receiver',
    'Date',
    'Time',
    'Group control number',
    'Responsible agency',
    'Version',
  ],
  ST: ['Transaction set header', 'Transaction set', 'Transaction set control number', 'Implementation convention'],
};

export function envelopeNames(
  id: 'ISA' | 'GS' | 'ST',
  segment: Readonly<Record<string, unknown>>,
): SegmentJson['names'] {
  const [name, ...elements] = ENVELOPE[id] ?? [];
  const known = elements.map((element, index) => [positionKey(index + 1), element] as const);
  return Object.fromEntries([[id, name ?? ''], ...known.filter(([at]) => segment[at] !== undefined)]);
}
