import { describe, expect, it } from 'vitest';
import { type DeadlineFacts, deadlinesOf } from './deadlines.ts';

const chicago = {
  timeZone: 'America/Chicago',
  workingDays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const,
  hours: { opens: '08:00', closes: '17:00' },
  holidays: ['2026-12-25'],
};
const at = (text: string) => new Date(text);
const acknowledge = { set: '855', deadline: 'PT4H business', after: 'orderReceived', within: 'PT24H' };
const invoice = { set: '810', deadline: 'P1D', after: 'shipped' };

const received: DeadlineFacts = {
  now: at('2026-12-21T16:00:00Z'),
  ended: false,
  receivedAt: at('2026-12-21T15:00:00Z'),
  shipBy: null,
  dates: {},
  backordered: false,
  releases: [],
  shipments: [],
  documents: [],
  invoices: [],
  moved: [],
  agreed: {
    calendar: chicago,
    shipWithin: 'P2D business',
    routingWindow: false,
    shipLeadTime: undefined,
    carrierScan: 'P1D business',
    acknowledge,
    invoice,
    documents: [acknowledge, invoice],
    paymentGraceMs: 0,
  },
};
const release = {
  releaseNumber: 'R-1',
  shipBy: at('2026-12-25T05:59:59Z'),
  releasedAt: at('2026-12-22T15:00:00Z'),
  complete: false,
  shippedAt: [],
};
const queued855 = {
  kind: 'acknowledge' as const,
  set: '855',
  shipmentId: null,
  deadline: at('2026-12-21T19:00:00Z'),
  transmittedAt: null,
  acknowledgeBy: null,
  acknowledgedAt: null,
};

/** As one line each. */
function list(facts: Partial<DeadlineFacts>): string[] {
  return deadlinesOf({ ...received, ...facts }).map(({ kind, subject, at: by, source, state, doneAt }) => {
    const done = doneAt === undefined ? '' : ` ${doneAt.toISOString().slice(5, 16)}`;
    return `${kind} ${subject} by ${by.toISOString().slice(5, 16)}, ${source.from} ${source.name}: ${state}${done}`;
  });
}

describe('the deadlines of an order', () => {
  it('begin with its acknowledgment, in business time', () => {
    const key = 'profile documents.outbound.855.deadline';
    expect(list({})).toEqual([`acknowledge 855 by 12-21T19:00, ${key}: open`]);
    expect(list({ now: at('2026-12-21T19:00:01Z') })).toEqual([`acknowledge 855 by 12-21T19:00, ${key}: missed`]);
    // Once it is queued, what was stored with it counts.
    const sent = { ...queued855, transmittedAt: at('2026-12-21T16:30:00Z'), acknowledgeBy: at('2026-12-22T16:30:00Z') };
    expect(list({ documents: [sent] })).toEqual([
      `acknowledge 855 by 12-21T19:00, ${key}: met 12-21T16:30`,
      'answer 855 by 12-22T16:30, profile documents.outbound.855.acknowledgment.within: open',
    ]);
    const late = { ...sent, transmittedAt: at('2026-12-21T20:00:00Z') };
    expect(list({ documents: [late] })[0]).toBe(`acknowledge 855 by 12-21T19:00, ${key}: missed 12-21T20:00`);
  });

  it('are not listed where nothing is agreed or known yet', () => {
    expect(list({ agreed: { ...received.agreed, acknowledge: undefined } })).toEqual([]);
    expect(list({ agreed: { ...received.agreed, acknowledge: { ...acknowledge, after: 'orderAccepted' } } })).toEqual(
      [],
    );
  });

  it('name the day of the buyer that ship-by comes from, else the profile', () => {
    const facts = { documents: [queued855], shipBy: release.shipBy };
    const shipOf = (more: Partial<DeadlineFacts>) =>
      list({ ...facts, ...more }).filter((one) => one.startsWith('ship'));
    expect(shipOf({})).toEqual(['ship  by 12-25T05:59, profile shipWithin: open']);
    expect(shipOf({ dates: { requestedShipDate: '2026-12-24' } })[0]).toContain('order requestedShipDate');
    expect(shipOf({ dates: { cancelAfter: '2026-12-24' }, releases: [release] })).toEqual([
      'ship R-1 by 12-25T05:59, order cancelAfter: open',
    ]);
    // What is still to be reserved has no release yet.
    expect(shipOf({ releases: [release], backordered: true })).toHaveLength(2);
  });

  it('have the release by the lead time before ship-by, over closed hours', () => {
    const agreed = { ...received.agreed, shipLeadTime: 'P1D business' };
    const [by] = list({ documents: [queued855], releases: [release], agreed }).filter((one) =>
      one.startsWith('release'),
    );
    expect(by).toBe('release R-1 by 12-24T14:00, profile deadlines.leadTimes.ship: met 12-22T15:00');
  });

  it('have the last day that the buyer takes goods, met by the last shipment', () => {
    const dates = { cancelAfter: '2026-12-28', shipNotAfter: '2026-12-29' };
    const shipped = { ...release, complete: true, shippedAt: [at('2026-12-23T18:00:00Z'), at('2026-12-29T07:00:00Z')] };
    const last = (releases: DeadlineFacts['releases'], more = {}) =>
      list({ dates, releases, ...more }).filter((one) => one.startsWith('cancelAfter'));
    const place = 'cancelAfter  by 12-29T05:59, order cancelAfter';
    expect(last([release])).toEqual([`${place}: open`]);
    expect(last([shipped])).toEqual([`${place}: missed 12-29T07:00`]);
    expect(last([shipped], { backordered: true })).toEqual([`${place}: open`]);
    expect(last([{ ...shipped, shippedAt: [] }])).toEqual([]);
  });

  it('go on with ship notice, invoice, answer and payment of each shipment', () => {
    const shipped = { ...release, complete: true, shippedAt: [at('2026-12-23T18:00:00Z')] };
    const left = { id: 's-1', shipmentNumber: 'S1', shippedAt: at('2026-12-23T18:00:00Z') };
    const shipment = { ...left, scanBy: null, scannedAt: undefined, invoicedByHand: null };
    const shipments = [shipment];
    const notice = { ...queued855, kind: 'shipNotice' as const, set: '856', shipmentId: 's-1' };
    const asn = { ...notice, deadline: at('2026-12-23T19:00:00Z'), transmittedAt: at('2026-12-23T18:30:00Z') };
    const waiting = list({ releases: [shipped], shipments, documents: [queued855, asn] });
    expect(waiting.slice(1)).toEqual([
      'shipNotice 856 of S1 by 12-23T19:00, profile documents.outbound.856.deadline: met 12-23T18:30',
      'invoice 810 of S1 by 12-24T18:00, profile documents.outbound.810.deadline: open',
      'ship R-1 by 12-25T05:59, profile shipWithin: met 12-23T18:00',
    ]);
    const scanBy = at('2026-12-24T18:00:00Z');
    const watched = (scannedAt?: Date) => list({ shipments: [{ ...shipment, scanBy, scannedAt }] });
    expect(watched()).toContain('scan S1 by 12-24T18:00, profile deadlines.carrierScan: open');
    expect(watched(at('2026-12-24T19:00:00Z'))).toContain(
      'scan S1 by 12-24T18:00, profile deadlines.carrierScan: missed 12-24T19:00',
    );
    const byHand = [{ ...shipment, invoicedByHand: 'booked in the ledger directly' }];
    const noBill = list({ releases: [shipped], shipments: byHand, documents: [queued855, asn] });
    expect(noBill.filter((line) => line.startsWith('invoice'))).toEqual([]);
    const bill = { ...asn, kind: 'invoice' as const, set: '810', deadline: at('2026-12-24T18:00:00Z') };
    const invoices = [{ invoiceNumber: 'I-1', shipmentId: 's-1', dueOn: '2027-01-22', paidAt: undefined }];
    const invoiced = list({ releases: [shipped], shipments, documents: [queued855, asn, bill], invoices });
    expect(invoiced.slice(-3)).toEqual([
      'invoice 810 of S1 by 12-24T18:00, profile documents.outbound.810.deadline: met 12-23T18:30',
      'ship R-1 by 12-25T05:59, profile shipWithin: met 12-23T18:00',
      'payment I-1 by 01-22T23:59, invoice dueOn: open',
    ]);
  });

  it('are those to which a person let it wait, with who it was', () => {
    const waits = { by: 'ann', note: 'truck comes Monday' };
    const moved = [
      { ...waits, kind: 'acknowledge' as const, to: at('2026-12-22T19:00:00Z') },
      { ...waits, kind: 'ship' as const, to: at('2026-12-28T17:00:00Z') },
      { ...waits, kind: 'payment' as const, to: at('2027-02-01T17:00:00Z') },
    ];
    const late = { ...release, shipBy: at('2026-12-28T17:00:00Z') };
    const invoices = [{ invoiceNumber: 'I-1', shipmentId: 's-1', dueOn: '2027-01-22', paidAt: undefined }];
    const listed = list({ moved, releases: [late], invoices });
    expect(listed).toContain('acknowledge 855 by 12-22T19:00, person ann: open');
    expect(listed).toContain('ship R-1 by 12-28T17:00, person ann: open');
    expect(listed).toContain('payment I-1 by 02-01T17:00, person ann: open');
    // Another release was never late, and an invoice may be due later than what was waited for.
    const other = { ...release, shipBy: at('2026-12-30T17:00:00Z') };
    const due = [{ invoiceNumber: 'I-1', shipmentId: 's-1', dueOn: '2027-02-22', paidAt: undefined }];
    expect(list({ moved, releases: [other], invoices: due }).filter((one) => one.includes('person'))).toEqual([
      'acknowledge 855 by 12-22T19:00, person ann: open',
    ]);
  });

  it('end with the order: what was not done does not apply any more', () => {
    const sent = { ...queued855, transmittedAt: at('2026-12-21T16:30:00Z') };
    const facts = { ended: true, documents: [sent], releases: [release], dates: { cancelAfter: '2026-12-28' } };
    expect(list(facts).map((one) => one.split(' ')[0])).toEqual(['acknowledge']);
  });
});
