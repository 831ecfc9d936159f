/** Questions about lines that do not go as a whole to the order's ship-to on one date. */

import { positionOf } from '../../../x12/position.ts';
import type { SegmentObject } from '../../../x12/types.ts';
import { peek } from './header-parties.ts';
import type { Ask } from './pieces.ts';

type At = SegmentObject | undefined;

/** The key of the profile that answers such a question for good. */
const settled = (key: string) => `; orders.${key} of the profile can settle this for good`;

export function askAboutStores(at: At, lineId: string, ask: Ask): void {
  const isParty = at !== undefined && positionOf(at)?.segment === 'N1';
  ask({
    content: isParty ? `PO1/N1[${peek(at, '01')}]` : 'PO1/SDQ',
    name: 'store distribution',
    at,
    reason: `line ${lineId} is spread over stores; accepted, all of it goes to the ship-to of the order, not packed by store${settled('storeDistribution')}`,
    eachTime: true,
  });
}

export function askAboutShipTo(at: At, lineId: string, ask: Ask): void {
  ask({
    content: `PO1/N1[${peek(at, '01')}]`,
    name: 'ship-to of a line',
    at,
    reason: `line ${lineId} has a ship-to of its own; accepted, it goes to the ship-to of the order${settled('lineShipTos')}`,
    eachTime: true,
  });
}

export function askAboutDays(at: At, count: number, lineId: string, ask: Ask): void {
  ask({
    content: 'PO1/SCH',
    name: 'schedule',
    at,
    reason: `line ${lineId} is to be delivered on ${count} dates; accepted, all of it goes on the first${settled('lineDates')}`,
    eachTime: true,
  });
}

/** No profile can settle it: the document does not say it. */
export function askAboutBoth(at: At, lineId: string, ask: Ask): void {
  const segment = (at && positionOf(at)?.segment) ?? 'SCH';
  ask({
    content: segment === 'N1' ? `PO1/N1[${peek(at, '01')}]` : `PO1/${segment}`,
    name: 'distribution',
    at,
    reason:
      `line ${lineId} is spread in two ways, and nothing says how they fit together; accepted, it follows its ship-tos rather ` +
      'than its stores, and both rather than its dates',
    eachTime: true,
  });
}
