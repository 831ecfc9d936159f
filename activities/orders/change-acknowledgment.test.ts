import { describe, expect, it } from 'vitest';
import { outcomeOf, type PartOutcome } from '../../domain/order/changes/outcome.ts';
import { type OrderChangeInput, orderChange, salesOrder } from '../../mappings/canonical/v1/index.ts';
import { partner, lines as segmentsOf } from '../../mappings/edi/testing/builders.ts';
import { partnerProfile } from '../../mappings/profile/profile.ts';
import { canonicalOrder, each, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { changeAcknowledgmentOf, changeAnswer } from './change-acknowledgment.ts';
import type { OrderLineRecord, OrderRecord } from './order-record.ts';

const agreed = partner('tri-valley');
const outbound = partnerProfile.shape.documents.parse({
  outbound: { '855': { deadline: 'PT24H' }, '865': { deadline: 'PT24H' } },
}).outbound;
const profile = {
  ...agreed,
  documents: { ...agreed.documents, outbound },
  orderChanges: { ...agreed.orderChanges, ordered: 'new', left: 'open' },
} as const;
const with855 = { ...agreed, documents: { ...agreed.documents, outbound: { '855': outbound['855'] } } };

function aLine(lineNumber: number, over: Partial<OrderLineRecord> = {}): OrderLineRecord {
  return {
    lineNumber,
    lineId: String(lineNumber),
    sku: `MW-100${lineNumber}`,
    customerSku: null,
    gtin: null,
    description: 'Hook',
    ...{ orderedValue: '10', orderedUnit: 'EA', unit: 'EA', baseUnit: 'EA', unitFactor: '1', unitPrice: '2.5' },
    ...{
      ordered: '10',
      cancelled: '0',
      rejected: '0',
      rejection: null,
      backordered: '0',
      open: '10',
      shipped: '0',
      surplus: '0',
    },
    ...over,
  };
}

function anOrder(lines: OrderLineRecord[]): OrderRecord {
  const canonical = salesOrder.parse(
    canonicalOrder(purchaseOrder('tri-valley', 'TV-1', [each('MW-1001', 10), each('MW-1002', 10)])),
  );
  return {
    ...{
      id: 'order-1',
      partnerId: 'tri-valley',
      poNumber: 'TV-1',
      profileVersion: profile.version,
      correlationId: 'c-1',
    },
    ...{ canonical, asOrdered: null, corrections: [], orderedOn: '2026-11-20', currency: 'USD', customerNumber: 'C-1' },
    ...{ shipToNumber: 'S-1', shipToAddress: null, paymentTerms: null, taxTotal: 0, erpSystem: 'main' },
    ...{ erpOrderNumber: 'SO-1', receivedAt: '2026-11-20T10:00:00Z', shipBy: '2026-11-24T20:00:00Z', reservedRound: 0 },
    lines,
  };
}

function answered(
  change: Partial<OrderChangeInput>,
  parts: PartOutcome[],
  before: OrderLineRecord[],
  after: OrderLineRecord[] = before,
) {
  const read = orderChange.parse({
    partnerId: 'tri-valley',
    channel: 'edi',
    poNumber: 'TV-1',
    sequence: '7',
    action: 'change',
    ...change,
  });
  const outcome = outcomeOf(parts);
  return {
    ...{ changeId: 'change-1', change: read, outcome, before: anOrder(before), after: anOrder(after) },
    receivedAt: new Date('2026-11-21T10:00:00Z'),
  };
}

const deps = { profiles: { get: () => profile } };

describe('the answer to a change', () => {
  it('tells of each line that was named or changed, with quantities before and now', () => {
    const content = changeAcknowledgmentOf(
      answered(
        {
          action: 'replace',
          lines: [{ lineId: '1', action: 'change', changes: ['quantity'], quantity: { unit: 'EA', change: '-4' } }],
        },
        [
          { part: 'quantity', lineId: '1', result: 'accepted' },
          { part: 'delete', lineId: '2', result: 'adjusted', reason: '3 have shipped' },
        ],
        [aLine(1), aLine(2, { open: '7', shipped: '3' })],
        [aLine(1, { ordered: '6', orderedValue: '6', open: '6' }), aLine(2, { ordered: '3', open: '0', shipped: '3' })],
      ),
      profile,
      '2026-11-21',
    );
    expect(content).toMatchObject({ sequence: '7', result: 'accepted-in-part', parts: [] });
    expect(content.lines).toMatchObject([
      { lineId: '1', action: 'change', before: '10', wanted: '6', accepted: '6', left: '6' },
      { lineId: '2', action: 'delete', before: '10', wanted: '0', accepted: '3', left: '0' },
    ]);
  });

  it('is the 865 where the profile has it, once for each change', () => {
    const change = answered(
      {
        lines: [
          { action: 'change', changes: ['quantity'], item: { sku: 'MW-1002' }, quantity: { unit: 'EA', after: '12' } },
          { lineId: '3', action: 'add', item: { customerSku: 'X-9' }, quantity: { unit: 'CA', after: '2' } },
        ],
      },
      [
        { part: 'quantity', lineId: '2', result: 'accepted' },
        { part: 'add', lineId: '3', result: 'rejected', reason: 'X-9 ~ is no item of ours' },
      ],
      [aLine(1), aLine(2)],
      [aLine(1), aLine(2, { ordered: '12', orderedValue: '12', open: '12' })],
    );
    const document = changeAnswer(deps, profile, change);
    expect(document).toMatchObject({ set: '865', businessKey: '865/change-1', orderId: 'order-1' });
    expect(document?.since).toMatchObject({ changeReceived: change.receivedAt });
    const segments = segmentsOf('865', document?.tree ?? {});
    expect(segments[0]).toMatch(/^BCA\*00\*AC\*TV-1\*\*7\*/);
    expect(segments.filter((text) => /^(POC|ACK|QTY|MSG)/.test(text))).toEqual([
      expect.stringMatching(/^POC\*2\*QI\*12\*12\*EA\*2\.5\*/),
      'ACK*IA*12*EA*068*20261124',
      'QTY*38*10*EA',
      expect.stringMatching(/^POC\*3\*AI\*2\*0\*CA\*\*\*\w\w\*X-9$/),
      'ACK*IR*2*CA',
      // A delimiter of the partner is no text.
      'MSG*X-9   is no item of ours',
    ]);
  });

  it('is otherwise an 855 with the new quantities of the whole order, shipped ones with them', () => {
    const change = answered(
      { lines: [{ lineId: '1', action: 'delete' }] },
      [{ part: 'delete', lineId: '1', result: 'accepted' }],
      [aLine(1), aLine(2, { open: '6', shipped: '4' })],
      [aLine(1, { cancelled: '10', open: '0' }), aLine(2, { open: '6', shipped: '4' })],
    );
    const document = changeAnswer(deps, with855, change);
    expect(document).toMatchObject({ set: '855', businessKey: '855/change-1' });
    expect(segmentsOf('855', document?.tree ?? {}).filter((text) => text.startsWith('ACK'))).toEqual([
      'ACK*ID*10*EA',
      'ACK*IA*10*EA*068*20261124',
    ]);
    const silent = { ...agreed, documents: { ...agreed.documents, outbound: {} } };
    expect(changeAnswer(deps, silent, change)).toBeUndefined();
  });

  it('refuses in the unit in which was asked', () => {
    const change = answered(
      { lines: [{ lineId: '1', action: 'change', changes: ['quantity'], quantity: { unit: 'CA', after: '3' } }] },
      [{ part: 'quantity', lineId: '1', result: 'rejected', reason: 'not in cases' }],
      [aLine(1)],
    );
    const segments = segmentsOf('865', changeAnswer(deps, profile, change)?.tree ?? {});
    expect(segments.filter((text) => /^(BCA|ACK)/.test(text))).toEqual([
      expect.stringMatching(/^BCA\*00\*RD\*/),
      'ACK*IR*3*CA',
    ]);
  });
});
