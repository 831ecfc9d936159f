import { cannotAdd } from '../content.ts';
import { item } from '../goods.ts';
import type { Fault, Scenario } from '../scenario.ts';
import { nothingRaised, ordersMade, partnerOrdersWith, releaseSays, rule, untilQuiet, untilStatus } from '../steps.ts';
import type { Trade } from '../trade.ts';

/** Code of a note of no special kind, so that it goes to warehouse and ERP unless the profile says otherwise. */
const KIND = 'ZZ';
const OF_ORDER = 'CALL THE DOCK BEFORE DELIVERY';
const OF_LINE = 'LEFT HANDED ONLY';

const isForWarehouse = ({ profile }: Trade) => profile.notes[KIND]?.includes('warehouse') ?? true;

const scenario: Scenario = {
  name: 'notes',
  purpose:
    'An order has a note for all of it and one for a line: the order keeps both, and the warehouse receives them if notes of the profile says so.',
  cannot: (capabilities) =>
    cannotAdd(capabilities, 'N9', 'MSG') ??
    (capabilities.profile.x12.acceptedVersions.includes('004010')
      ? undefined
      : 'the scenario writes notes as release 004010 does'),
  steps: [
    partnerOrdersWith(
      'a note for the order and one for a line',
      () => ({
        content: {
          header: [
            [
              ['N9', KIND, '1'],
              ['MSG', OF_ORDER],
            ],
          ],
          lines: [
            [
              [
                ['N9', KIND, '2'],
                ['MSG', OF_LINE],
              ],
            ],
          ],
        },
      }),
      item(0),
    ),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    ordersMade(1),
    nothingRaised,
    releaseSays(
      'the warehouse receives the note of the order if it reads such notes',
      ({ notes = [] }, trade): Fault[] => {
        const received = notes.some((note) => note.includes(OF_ORDER));
        return received === isForWarehouse(trade) ? [] : [{ place: 'notes', reason: JSON.stringify(notes) }];
      },
    ),
    rule(
      'the order keeps both notes',
      async (trade): Promise<Fault[]> =>
        (await trade.recorded()).flatMap(({ poNumber, canonical }) =>
          [OF_ORDER, OF_LINE]
            .filter((note) => !JSON.stringify(canonical).includes(note))
            .map((note) => ({ place: poNumber, reason: `has no note "${note}"` })),
        ),
    ),
  ],
};
export default scenario;
