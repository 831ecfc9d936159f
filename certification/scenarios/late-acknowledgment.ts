import { acknowledgementOf, readInterchange } from '../../sandbox/x12.ts';
import { acknowledgmentOf, each } from '../purchase-order.ts';
import type { Scenario } from '../scenario.ts';
import { ORDER_ACKNOWLEDGMENT } from '../sets.ts';
import {
  decide,
  differs,
  mailbox,
  partnerOrders,
  perform,
  rule,
  untilException,
  untilQuiet,
  untilStatus,
  wasRaised,
} from '../steps.ts';
import { letTimePass } from '../time.ts';

const scenario: Scenario = {
  name: 'late-acknowledgment',
  purpose: 'The 997 for the 855 comes after the agreed time: a person has been asked, and finds it acknowledged.',
  cannot: ({ expectsAcknowledgment }) =>
    expectsAcknowledgment(ORDER_ACKNOWLEDGMENT) ? undefined : 'the profile sends no 855, or expects no 997 for it',
  steps: [
    mailbox('the partner acknowledges no 855 for now', {
      acknowledge: 'silent',
      sets: [ORDER_ACKNOWLEDGMENT],
      autopay: false,
    }),
    partnerOrders(each('MW-1009', 6)),
    perform('the documents are sent', async (trade) => {
      await trade.eventually('the order paid or invoiced', async () => {
        const [order] = await trade.recorded();
        return order?.status === 'invoiced' || order?.status === 'closed';
      });
      await trade.quiet();
    }),
    letTimePass('the agreed time for the 997 of the 855 passes', ORDER_ACKNOWLEDGMENT),
    untilException('document-unacknowledged'),
    perform('the 997 comes after all', async (trade) => {
      const { files } = await trade.received();
      const groups = files.flatMap(({ text }) => readInterchange(text).groups);
      const late = groups.filter(({ functionalId }) => functionalId === 'PR');
      await trade.handIn(
        trade.interchange(
          'FA',
          late.map((group) => acknowledgementOf(group, 'accept', acknowledgmentOf(trade.profile))),
        ),
      );
      await trade.quiet();
    }),
    decide('document-unacknowledged', 'dismiss'),
    mailbox('the partner pays', {}),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [
    wasRaised('document-unacknowledged'),
    rule('the 855 is on record as accepted', async (trade) => {
      const documents = (await trade.recorded()).flatMap((order) => order.documents);
      const found = documents.find(({ transactionSet }) => transactionSet === ORDER_ACKNOWLEDGMENT);
      return differs(ORDER_ACKNOWLEDGMENT, found?.acknowledgment, 'A');
    }),
  ],
};
export default scenario;
