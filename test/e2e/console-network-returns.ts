/** What the fake API says about returns: one whose goods have come in part, one that waits for its goods. */

const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

const item = (orderId: string, returnId: string, rmaNumber: string, more: object) => ({
  ...{ returnId, rmaNumber, partnerId: 'harbor-pine', partnerName: 'Harbor & Pine Stores', orderId },
  ...{ poNumber: 'HP-104299', source: 'edi', reason: 'damaged', waitingSince: at(-30), nextDeadline: at(2_000) },
  ...{ askedAt: at(-4_000), closedAt: null, endReason: null },
  ...more,
});

const TOO_MANY =
  'line 10 has shipped 12, of which 12 are being returned or came back: 24 are too many; goods are taken back within 60 days';

const NONE = {
  ...{ over: '0', overSentBack: '0', restocked: '0', refurbished: '0', scrapped: '0', vendor: '0', sentBack: '0' },
  ...{ undecided: '0', credited: '0', waived: '0', received: '0', conceded: '0', unit: 'EA' },
};

/** Answers `/v1/returns` and what is below it; keeps what was sent. */
export function returnsOf(orderId: string) {
  const sent: { path: string; body: unknown }[] = [];
  const items = () => [
    item(orderId, 'r1', 'RMA100001', { status: 'inspecting', waitingFor: 'what becomes of 4 EA' }),
    item(orderId, 'r2', 'RMA100002', { status: 'authorized', waitingFor: 'the goods at RNO', reason: 'overstock' }),
    item(orderId, 'r3', 'RMA100003', {
      ...{ status: 'refused', waitingFor: null, nextDeadline: null, closedAt: at(-20), endReason: TOO_MANY },
      partnerName: 'Harbor & Pine Stores of the Northern Territories and Islands',
      poNumber: 'HP-104299-NORTHERN-WAREHOUSE-RETURNS',
    }),
  ];
  const detail = (id: string) => {
    const found = items().find(({ returnId }) => returnId === id);
    if (found === undefined) return undefined;
    const line = { lineNumber: 1, lineId: '10', orderLineNumber: 1, sku: 'MW-1001', description: 'Wrench' };
    const came = id === 'r1';
    return {
      ...found,
      ...{ note: 'bent <b>handles</b>', requestNumber: 'R-1', node: 'RNO', arriveBy: at(2_000) },
      ...(id === 'r3' && { node: null, arriveBy: null }),
      lines: [
        {
          ...{ ...line, ...NONE, requested: '12', authorized: id === 'r3' ? '0' : '12' },
          ...(came && { received: '10', restocked: '6', undecided: '4', credited: '6' }),
        },
      ],
      credits: came
        ? [
            {
              ...{ creditMemoNumber: 'CM-7', invoiceNumber: 'INV-1', currency: 'USD', total: 12_345 },
              ...{ restockingFee: 1_500, applied: 12_345, refundNumber: null },
            },
          ]
        : [],
      delivery: null,
      documents: [{ documentId: 'd1', transactionSet: '180', state: 'acknowledged' }],
      ...{ exceptions: [], heldUp: [] },
      timeline: [{ at: at(-4_000), summary: 'asked for by harbor-pine', actor: 'harbor-pine' }],
    };
  };
  return {
    sent,
    take: (path: string, body: unknown): object => {
      sent.push({ path, body });
      return path === '/v1/returns' ? { returnId: 'r3', rmaNumber: 'RMA100003' } : { status: 'authorized' };
    },
    answer: (id: string | undefined): unknown => (id === undefined ? { items: items(), nextCursor: null } : detail(id)),
  };
}
