import { expect, it } from 'vitest';
import { render180 } from '../../mappings/edi/documents/180/render.ts';
import { renderCreditMemo810 } from '../../mappings/edi/documents/810/credit.ts';
import { render812 } from '../../mappings/edi/documents/812/render.ts';
import { aLine, anOrder, fileOf, partner } from '../../mappings/edi/testing/builders.ts';
import { skipOrFail } from '../support/requirements.ts';
import { validatorsElsewhere } from './elsewhere.ts';

it('independent validators accept our answers to returns and our credits', async (context) => {
  const elsewhere = await validatorsElsewhere().catch((error: unknown) => skipOrFail(context, error));
  const distributor = partner('tri-valley');
  const line = aLine();
  const answer = render180(
    {
      outcome: 'authorized',
      rmaNumber: 'RMA100001',
      requestNumber: 'RR-77',
      answeredAt: '2026-12-01T09:30:00Z',
      poNumber: 'TV-1',
      orderedOn: '2026-11-01',
      arriveBy: '2026-12-30',
      lines: [{ line, named: '001', quantity: '24', unit: 'EA' }],
    },
    distributor,
  );
  const credit = {
    ...{ order: anOrder(), lines: [line], creditMemoNumber: 'CM600001', creditedOn: '2026-12-05' },
    ...{ rmaNumber: 'RMA100001', requestNumber: 'RR-77', invoiceNumber: 'INV500001', invoicedOn: '2026-11-05' },
    ...{ reason: 'damaged' as const, allowances: 21, tax: 84, restockingFee: 153, total: 951 },
    credited: [{ lineNumber: line.lineNumber, quantity: '4', amount: 1041 }],
  };
  const verdicts = await elsewhere.judge(
    new Map([
      ['180', fileOf('180', answer)],
      ['812', fileOf('812', render812(credit, distributor))],
      ['810', fileOf('810', renderCreditMemo810(credit, distributor))],
    ]),
  );
  expect(verdicts).toEqual({});
}, 300_000);
