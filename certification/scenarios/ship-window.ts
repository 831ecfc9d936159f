import { cannotAdd } from '../content.ts';
import { item } from '../goods.ts';
import type { Fault, Scenario } from '../scenario.ts';
import { ORDER_ACKNOWLEDGMENT } from '../sets.ts';
import { shipDayFor } from '../ship-window.ts';
import {
  nothingRaised,
  ordersMade,
  partnerOrdersWith,
  receives,
  releaseSays,
  rule,
  untilQuiet,
  untilStatus,
} from '../steps.ts';
import type { Trade } from '../trade.ts';

const DAY_MS = 86_400_000;
const plus = (day: string, days: number) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
const plain = (day: string) => day.replaceAll('-', '');

/** The days of the order, counted from the first day on which the profile allows shipping. */
function daysOf({ profile, began }: Trade): { first: string; last: string; cancelAfter: string } {
  const first = shipDayFor(profile, began);
  return { first, last: plus(first, 3), cancelAfter: plus(first, 5) };
}

const scenario: Scenario = {
  name: 'ship-window',
  purpose:
    'An order names the first and the last day of shipping and the day after which it is void: the 855 promises a day between them, and ' +
    'the warehouse receives all three. The days count from the day of the run.',
  cannot: (capabilities) => cannotAdd(capabilities, 'DTM'),
  steps: [
    partnerOrdersWith(
      'a ship window',
      (trade) => {
        const { first, last, cancelAfter } = daysOf(trade);
        const header = [
          [['DTM', '037', plain(first)]],
          [['DTM', '038', plain(last)]],
          [['DTM', '001', plain(cancelAfter)]],
        ];
        return { shipOn: first, content: { header } };
      },
      item(0),
    ),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    ordersMade(1),
    nothingRaised,
    receives(ORDER_ACKNOWLEDGMENT, 1),
    releaseSays('the release keeps the ship window and says when the order is void', (release, trade): Fault[] => {
      const { first, last, cancelAfter } = daysOf(trade);
      const { shipNotBefore = '', shipBy = '' } = release;
      return [
        ...(shipNotBefore >= first
          ? []
          : [{ place: 'shipNotBefore', reason: `is ${shipNotBefore}, not ${first} or later` }]),
        ...(shipBy !== '' && shipBy <= last
          ? []
          : [{ place: 'shipBy', reason: `is ${shipBy}, not ${last} or earlier` }]),
        ...(release.cancelAfter === cancelAfter
          ? []
          : [{ place: 'cancelAfter', reason: `is ${release.cancelAfter}, not ${cancelAfter}` }]),
      ];
    }),
    rule('the 855 promises a day of the ship window', async (trade): Promise<Fault[]> => {
      const { first, last } = daysOf(trade);
      const promised = (await trade.transactions()).flatMap(({ set, segments }) =>
        set === ORDER_ACKNOWLEDGMENT
          ? segments.filter(([id, , , , qualifier]) => id === 'ACK' && qualifier === '068').map((ack) => ack[5] ?? '')
          : [],
      );
      return promised
        .filter((day) => day < plain(first) || day > plain(last))
        .map((day) => ({ place: 'ACK05', reason: `${day} is not from ${first} to ${last}` }));
    }),
  ],
};
export default scenario;
