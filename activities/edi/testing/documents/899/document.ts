import { lineCount } from '../../../../../mappings/edi/checking/totals.ts';
import { defineDocument, type TakesOrder } from '../../../../../mappings/edi/documents/definition.ts';
import { errorOf, iterationsOf, segmentOf, textOf } from '../../../../../mappings/edi/tree.ts';
import { compileRelease } from '../../../../../mappings/x12/guides/compile.ts';
import { release004010 } from '../../../../../mappings/x12/guides/index.ts';

/** A made-up set: a telephone order with a number, a date and lines. */
export const telephoneOrder = defineDocument({
  set: '899',
  guides: compileRelease({
    ...release004010,
    sets: [
      {
        set: '899',
        functionalId: 'TL',
        name: 'Telephone order',
        structure: `BEG M 1
[PO1 1000 M]
  PO1 M 1
[CTT 1]
  CTT O 1`,
      },
    ],
  }),
  checks: [lineCount('PO1')],
  inbound: {
    apply: 'takes-order',
    map: telephoned,
    poNumber: { segment: 'BEG', position: 2, element: 3 },
  },
});

function telephoned(
  ...[tree, agreement, { receivedAt }]: Parameters<TakesOrder['map']>
): ReturnType<TakesOrder['map']> {
  const beg = segmentOf(tree, 'BEG');
  const lines = iterationsOf(tree, 'PO1').map((loop, index) => {
    const po1 = segmentOf(loop, 'PO1');
    return {
      lineId: String(index + 1),
      item: { sku: textOf(po1, '07') ?? '' },
      quantity: { value: textOf(po1, '02') ?? '0', unit: 'EA' },
      notes: [],
      attributes: {},
    };
  });
  const nothing = iterationsOf(tree, 'PO1').find((loop) => textOf(segmentOf(loop, 'PO1'), '02') === '0');
  if (nothing !== undefined) {
    const at = segmentOf(nothing, 'PO1');
    const message = 'nobody telephones for nothing';
    return { errors: [errorOf({ code: 'nothing-ordered', message, segment: 'PO1', at, element: 2 })] };
  }
  return {
    orders: [
      {
        schema: 'salesOrder/v1',
        partnerId: agreement.id,
        channel: 'edi',
        poNumber: textOf(beg, '03') ?? '',
        release: '',
        part: '',
        oneTimeShipTo: false,
        orderedOn: '2026-11-20',
        currency: agreement.currency,
        shipTo: { identifiers: [{ scheme: 'partner', value: 'BR01' }] },
        references: [],
        notes: [],
        attributes: {},
        lines,
        ...(receivedAt !== undefined && { receivedAt }),
      },
    ],
    doubts: [],
  };
}
