import { item } from '../goods.ts';
import type { Scenario } from '../scenario.ts';
import { differs, ordersMade, perform, rule, untilQuiet } from '../steps.ts';

const scenario: Scenario = {
  name: 'bad-envelope',
  purpose:
    'An interchange whose trailer contradicts its header is rejected as a whole, with place and reason, and by TA1 if agreed.',
  cannot: ({ ordersByEdi }) => (ordersByEdi ? undefined : 'the partner does not order by EDI'),
  steps: [
    perform('the partner sends a file with a wrong IEA02', async (trade) => {
      const file = trade.fileOf([trade.newOrder([item(0)])]);
      const { control } = trade.partnership;
      const at = file.lastIndexOf(String(control));
      await trade.handIn(`${file.slice(0, at)}${control + 1}${file.slice(at + String(control).length)}`);
    }),
    untilQuiet,
  ],
  expectations: [
    rule('the API rejects it with code and place', ({ answers: [answer] }) => [
      ...differs('status', answer?.status, 422),
      ...differs('code', answer?.body.errors?.[0]?.code, 'interchange-control-mismatch'),
      ...(String(answer?.body.errors?.[0]?.path).startsWith('IEA02')
        ? []
        : differs('place', answer?.body.errors?.[0]?.path, 'IEA02')),
    ]),
    ordersMade(0),
    rule('the partner receives a TA1 unless its profile says never', async (trade) => {
      const { files } = await trade.received();
      const sent = files.some(({ text }) => /(^|[^A-Z0-9])TA1[^A-Z0-9]/.test(text));
      return differs('TA1', sent, trade.profile.documents.interchangeAcknowledgment !== 'never');
    }),
  ],
};
export default scenario;
