import { expect, it } from 'vitest';
import type { AnsweredLine, ChangeAcknowledgment } from '../../mappings/edi/document-content.ts';
import { render865 } from '../../mappings/edi/documents/865/render.ts';
import { aLine, anOrder, fileOf, partner } from '../../mappings/edi/testing/builders.ts';
import { skipOrFail } from '../support/requirements.ts';
import { validatorsElsewhere } from './elsewhere.ts';

/** An 865 is sound to others in each release in which we write it. */

const line = (over: Partial<AnsweredLine> = {}): AnsweredLine => ({
  ...aLine({ ordered: { value: '6', unit: 'CA' } }),
  ...{ action: 'change', changes: ['quantity'], before: '4', wanted: '6' },
  ...{ accepted: '72', left: '72', backordered: '0', shipDate: '2026-11-23' },
  parts: [{ part: 'quantity', lineId: '001', result: 'accepted' }],
  ...over,
});

const answer = (over: Partial<ChangeAcknowledgment>): ChangeAcknowledgment => ({
  ...{ order: anOrder(), acknowledgedOn: '2026-11-21', changedOn: '2026-11-20', sequence: '2' },
  ...{ result: 'accepted', parts: [], lines: [line()] },
  ...over,
});

const answers: Readonly<Record<string, ChangeAcknowledgment>> = {
  'as asked': answer({}),
  'in part': answer({
    result: 'accepted-in-part',
    parts: [{ part: 'ship-to', result: 'rejected', reason: 'goods have left on 2026-11-20' }],
    lines: [
      line(),
      line({
        lineId: '002',
        ...{ accepted: '48', backordered: '24' },
        parts: [{ part: 'quantity', lineId: '002', result: 'adjusted', reason: 'only whole cases' }],
      }),
    ],
  }),
  'not at all': answer({
    result: 'rejected',
    parts: [{ part: 'cancel', result: 'rejected', reason: 'it has shipped' }],
    lines: [],
  }),
};

it('other validators accept an 865 of each release', async (context) => {
  const elsewhere = await validatorsElsewhere().catch((error: unknown) => skipOrFail(context, error));
  const retailer = partner('harbor-pine');
  const files = ['004010', '005010'].flatMap((version) =>
    Object.entries(answers).map(([name, content]): [string, Uint8Array] => {
      const by = { ...retailer, x12: { ...retailer.x12, version } };
      return [`${name}, ${version}`, fileOf('865', render865(content, by), version)];
    }),
  );
  expect(await elsewhere.judge(new Map(files))).toEqual({});
}, 300_000);
