import { item } from '../goods.ts';
import type { Scenario } from '../scenario.ts';
import { ORDER_ACKNOWLEDGMENT } from '../sets.ts';
import { decide, mailbox, partnerOrders, perform, receives, untilQuiet, untilStatus, wasRaised } from '../steps.ts';
import { letTimePass } from '../time.ts';

const scenario: Scenario = {
  name: 'missing-acknowledgment',
  purpose:
    'No 997 for the 855 arrives within the agreed time: the order raises an exception, and a person resends the 855.',
  cannot: ({ expectsAcknowledgment }) =>
    expectsAcknowledgment(ORDER_ACKNOWLEDGMENT) ? undefined : 'the profile sends no 855, or expects no 997 for it',
  steps: [
    mailbox('the partner acknowledges no 855', { acknowledge: 'silent', sets: [ORDER_ACKNOWLEDGMENT], autopay: false }),
    partnerOrders(item(4)),
    perform('the documents are sent', async (trade) => {
      await trade.eventually('855, 856 and 810 sent', async () => {
        const [order] = await trade.recorded();
        return order?.status === 'invoiced' || order?.status === 'closed';
      });
      await trade.quiet();
    }),
    letTimePass('the agreed time for the 997 of the 855 passes', ORDER_ACKNOWLEDGMENT),
    mailbox('the partner acknowledges again', { autopay: false }),
    decide('document-unacknowledged', 'resend'),
    untilQuiet,
    mailbox('the partner pays', {}),
    untilStatus('closed'),
    untilQuiet,
  ],
  expectations: [wasRaised('document-unacknowledged'), receives(ORDER_ACKNOWLEDGMENT, 2)],
};
export default scenario;
