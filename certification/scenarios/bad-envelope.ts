import { each } from '../purchase-order.ts';
import type { Scenario } from '../scenario.ts';
import { differs, ordersMade, perform, rule, untilQuiet } from '../steps.ts';

const scenario: Scenario = {
  name: 'bad-envelope',
  purpose:
    'An interchange whose trailer contradicts its header is refused as a whole, with place and reason, and by TA1 where agreed.',
  cannot: ({ ordersByEdi }) => (ordersByEdi ? undefined : 'orders of the partner do not come as files'),
  steps: [
    perform('a file with a wrong IEA02 comes', async (trade) => {
      const file = trade.fileOf([trade.newOrder([each('MW-1001', 12)])]);
      const { control } = trade.partnership;
      const at = file.lastIndexOf(String(control));
      await trade.handIn(`${file.slice(0, at)}${control + 1}${file.slice(at + String(control).length)}`);
    }),
    untilQuiet,
  ],
  expectations: [
    rule('it is refused with code and place', ({ answers: [answer] }) => [
      ...differs('status', answer?.status, 422),
      ...differs('code', answer?.body.errors?.[0]?.code, 'interchange-control-mismatch'),
      ...(String(answer?.body.errors?.[0]?.path).startsWith('IEA02')
        ? []
        : differs('place', answer?.body.errors?.[0]?.path, 'IEA02')),
    ]),
    ordersMade(0),
    rule('a TA1 tells the partner, unless its profile never wants one', async (trade) => {
      const { files } = await trade.received();
      const told = files.some(({ text }) => /(^|[^A-Z0-9])TA1[^A-Z0-9]/.test(text));
      return differs('TA1', told, trade.profile.documents.interchangeAcknowledgment !== 'never');
    }),
  ],
};
export default scenario;
