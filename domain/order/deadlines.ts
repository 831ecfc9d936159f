/**
 * Every deadline that an order is held to, with where it comes from and what became of it. Computed from the records
 * each time, so that there is no second list to keep.
 */
import { type BusinessCalendar, deadlineAfter, deadlineBefore, endOfDay } from '../calendar/calendar.ts';
import { lastDay, type RequestedDates } from '../policy/requested-dates.ts';
import { paymentDeadline } from './projection.ts';

export type DeadlineKind =
  | 'acknowledge'
  | 'release'
  | 'ship'
  | 'cancelAfter'
  | 'scan'
  | 'shipNotice'
  | 'invoice'
  | 'document'
  | 'answer'
  | 'payment';

/**
 * `order`: a day that the buyer named; `profile`: a key of the partner's profile; `invoice`: the ERP's invoice; `person`:
 * somebody let it wait, who is named.
 */
export type DeadlineSource =
  | { readonly from: 'order'; readonly name: keyof RequestedDates }
  | { readonly from: 'profile'; readonly name: string; readonly value: string }
  | { readonly from: 'invoice'; readonly name: 'dueOn' }
  | { readonly from: 'person'; readonly name: string; readonly value: string };

/** A person let an overdue thing wait. */
export interface MovedDeadline {
  readonly kind: 'acknowledge' | 'ship' | 'payment';
  readonly to: Date;
  readonly by: string;
  readonly note: string;
}

export interface Deadline {
  readonly kind: DeadlineKind;
  /** What it is about, where there may be several: a release, shipment, document set or invoice. */
  readonly subject: string;
  readonly at: Date;
  readonly source: DeadlineSource;
  /** `missed`: passed while open, or done too late (then with `doneAt`). */
  readonly state: 'met' | 'open' | 'missed';
  readonly doneAt?: Date;
}

/** What the profile says of one outbound document. */
export interface AgreedDocument {
  readonly set: string;
  readonly deadline: string;
  readonly after: string;
  /** Of its answer. */
  readonly within?: string;
}

export interface DeadlineFacts {
  readonly now: Date;
  /** Nothing more will happen: what is still open does not apply any more. */
  readonly ended: boolean;
  readonly receivedAt: Date;
  readonly shipBy: Date | null;
  readonly dates: RequestedDates;
  /** Something waits for stock. */
  readonly backordered: boolean;
  readonly releases: readonly {
    readonly releaseNumber: string;
    readonly shipBy: Date | null;
    readonly releasedAt: Date | null;
    /** Every unit has shipped or never will. */
    readonly complete: boolean;
    readonly shippedAt: readonly Date[];
  }[];
  readonly shipments: readonly {
    readonly id: string;
    readonly shipmentNumber: string;
    readonly shippedAt: Date;
    /** When the carrier was to tell something of it, and when it first did. */
    readonly scanBy: Date | null;
    readonly scannedAt: Date | undefined;
    readonly invoicedByHand: string | null;
  }[];
  readonly documents: readonly {
    readonly kind: 'acknowledge' | 'shipNotice' | 'invoice' | 'document';
    readonly set: string;
    readonly shipmentId: string | null;
    readonly deadline: Date | null;
    readonly transmittedAt: Date | null;
    readonly acknowledgeBy: Date | null;
    readonly acknowledgedAt: Date | null;
  }[];
  readonly invoices: readonly {
    readonly invoiceNumber: string;
    readonly shipmentId: string;
    /** ISO 8601 day. */
    readonly dueOn: string;
    /** When it was paid in full. */
    readonly paidAt: Date | undefined;
  }[];
  /** Oldest first. */
  readonly moved: readonly MovedDeadline[];
  readonly agreed: {
    readonly calendar: BusinessCalendar;
    readonly shipWithin: string;
    /** The routing guide limits the days on which goods may leave. */
    readonly routingWindow: boolean;
    readonly shipLeadTime: string | undefined;
    readonly acknowledge: AgreedDocument | undefined;
    readonly invoice: AgreedDocument | undefined;
    /** Every document that is sent, the two above included. */
    readonly documents: readonly AgreedDocument[];
    readonly carrierScan: string | undefined;
    readonly paymentGraceMs: number;
  };
}

/** Earliest first. */
export function deadlinesOf(facts: DeadlineFacts): Deadline[] {
  const found = [
    ...acknowledgment(facts),
    ...shipping(facts),
    ...takenUntil(facts),
    ...scans(facts),
    ...documents(facts),
    ...invoicing(facts),
    ...payments(facts),
  ];
  const judged = found.map(({ done, ...deadline }) => ({ ...deadline, ...stateOf(deadline.at, done, facts.now) }));
  return judged
    .filter(({ doneAt }) => doneAt !== undefined || !facts.ended)
    .toSorted((one, other) => one.at.getTime() - other.at.getTime());
}

type Found = Omit<Deadline, 'state' | 'doneAt'> & { done: Date | null | undefined };

function stateOf(at: Date, done: Date | null | undefined, now: Date): Pick<Deadline, 'state' | 'doneAt'> {
  if (done !== null && done !== undefined) return { state: done <= at ? 'met' : 'missed', doneAt: done };
  return { state: now <= at ? 'open' : 'missed' };
}

/** Until it is queued; then it is one of the documents. */
function acknowledgment({
  documents,
  agreed: { acknowledge: rule, calendar },
  receivedAt,
  moved,
}: DeadlineFacts): Found[] {
  const isQueued = documents.some(({ kind }) => kind === 'acknowledge');
  if (isQueued || rule?.after !== 'orderReceived') return [];
  const at = deadlineAfter(receivedAt, rule.deadline, calendar);
  const agreed = { kind: 'acknowledge', subject: rule.set, at, source: sourceOf(rule), done: undefined } as const;
  return [laterIfMoved(agreed, moved)];
}

function shipping(facts: DeadlineFacts): Found[] {
  const { releases, shipBy, backordered, agreed } = facts;
  const found = releases.flatMap((release): Found[] => {
    const { releaseNumber, releasedAt, complete, shippedAt } = release;
    if (release.shipBy === null) return [];
    const done = complete ? latest(shippedAt) : undefined;
    // What a warehouse closed without shipping anything has no deadline any more.
    if (complete && done === undefined) return [];
    const ship: Found = {
      kind: 'ship',
      subject: releaseNumber,
      at: release.shipBy,
      source: shipSource(release.shipBy, facts),
      done,
    };
    if (agreed.shipLeadTime === undefined) return [ship];
    const source = { from: 'profile', name: 'deadlines.leadTimes.ship', value: agreed.shipLeadTime } as const;
    const by = deadlineBefore(release.shipBy, agreed.shipLeadTime, agreed.calendar);
    return [{ kind: 'release', subject: releaseNumber, at: by, source, done: releasedAt }, ship];
  });
  if (shipBy === null || (releases.length > 0 && !backordered)) return found;
  const subject = backordered ? 'what is backordered' : '';
  return [...found, { kind: 'ship', subject, at: shipBy, source: shipSource(shipBy, facts), done: undefined }];
}

const SHIP_DAYS = [
  'requestedShipDate',
  'shipNotAfter',
  'cancelAfter',
  'requestedDeliveryDate',
  'deliverNotAfter',
  'shipNotBefore',
] as const;

/** The ship-by time is the end of a day that the buyer named, or follows from the profile. */
function shipSource(at: Date, { dates, agreed, moved }: DeadlineFacts): DeadlineSource {
  const decided = moved.findLast(({ kind, to }) => kind === 'ship' && to.getTime() === at.getTime());
  if (decided !== undefined) return personOf(decided);
  const named = SHIP_DAYS.find((name) => isEndOf(dates[name], at, agreed.calendar));
  if (named !== undefined) return { from: 'order', name: named };
  const { routingWindow, shipWithin } = agreed;
  return {
    from: 'profile',
    name: 'shipWithin',
    value: routingWindow ? `${shipWithin}, within routing.window` : shipWithin,
  };
}

function isEndOf(day: string | undefined, at: Date, calendar: BusinessCalendar): boolean {
  return day !== undefined && endOfDay(day, calendar).getTime() === at.getTime();
}

function takenUntil(facts: DeadlineFacts): Found[] {
  const { dates, releases, backordered, agreed } = facts;
  const day = lastDay(dates);
  if (day === undefined) return [];
  const name = dates.cancelAfter === day ? 'cancelAfter' : 'shipNotAfter';
  const left = releases.length > 0 && !backordered && releases.every(({ complete }) => complete);
  const done = left ? latest(releases.flatMap(({ shippedAt }) => shippedAt)) : undefined;
  if (left && done === undefined) return [];
  return [
    { kind: 'cancelAfter', subject: '', at: endOfDay(day, agreed.calendar), source: { from: 'order', name }, done },
  ];
}

function scans({ shipments, agreed: { carrierScan } }: DeadlineFacts): Found[] {
  const source = { from: 'profile', name: 'deadlines.carrierScan', value: carrierScan ?? '' } as const;
  return shipments.flatMap(({ shipmentNumber, scanBy, scannedAt }): Found[] =>
    scanBy === null ? [] : [{ kind: 'scan', subject: shipmentNumber, at: scanBy, source, done: scannedAt }],
  );
}

function documents({ documents: sent, shipments, agreed }: DeadlineFacts): Found[] {
  return sent.flatMap(({ kind, set, shipmentId, deadline, transmittedAt, acknowledgeBy, acknowledgedAt }): Found[] => {
    const shipmentNumber = shipments.find(({ id }) => id === shipmentId)?.shipmentNumber;
    const subject = shipmentNumber === undefined ? set : `${set} of ${shipmentNumber}`;
    const rule = agreed.documents.find((one) => one.set === set) ?? { set, deadline: '', after: '' };
    const due: Found[] =
      deadline === null ? [] : [{ kind, subject, at: deadline, source: sourceOf(rule), done: transmittedAt }];
    if (acknowledgeBy === null) return due;
    const name = `documents.outbound.${set}.acknowledgment.within`;
    const source = { from: 'profile', name, value: rule.within ?? '' } as const;
    return [...due, { kind: 'answer', subject, at: acknowledgeBy, source, done: acknowledgedAt }];
  });
}

/** Of shipments that have no invoice yet, and get one from us. */
function invoicing({ shipments, documents: sent, agreed: { invoice: rule, calendar } }: DeadlineFacts): Found[] {
  if (rule?.after !== 'shipped') return [];
  const queued = new Set(sent.flatMap(({ kind, shipmentId }) => (kind === 'invoice' ? [shipmentId] : [])));
  return shipments.flatMap(({ id, shipmentNumber, shippedAt, invoicedByHand }): Found[] => {
    if (queued.has(id) || invoicedByHand !== null) return [];
    const at = deadlineAfter(shippedAt, rule.deadline, calendar);
    return [
      { kind: 'invoice', subject: `${rule.set} of ${shipmentNumber}`, at, source: sourceOf(rule), done: undefined },
    ];
  });
}

function payments({ invoices, moved, agreed: { paymentGraceMs } }: DeadlineFacts): Found[] {
  return invoices.flatMap(({ invoiceNumber, dueOn, paidAt }): Found[] => {
    const at = paymentDeadline([{ invoiceNumber, dueOn, total: 1, settled: 0 }], paymentGraceMs);
    if (at === undefined) return [];
    const source = { from: 'invoice', name: 'dueOn' } as const;
    return [laterIfMoved({ kind: 'payment', subject: invoiceNumber, at: new Date(at), source, done: paidAt }, moved)];
  });
}

function laterIfMoved(found: Found, moved: readonly MovedDeadline[]): Found {
  const last = moved.findLast(({ kind }) => kind === found.kind);
  if (last === undefined || last.to <= found.at) return found;
  return { ...found, at: last.to, source: personOf(last) };
}

function personOf({ by, note }: MovedDeadline): DeadlineSource {
  return { from: 'person', name: by, value: note };
}

function sourceOf({ set, deadline, after }: AgreedDocument): DeadlineSource {
  return {
    from: 'profile',
    name: `documents.outbound.${set}.deadline`,
    value: [deadline, after].filter(Boolean).join(' after '),
  };
}

function latest(times: readonly Date[]): Date | undefined {
  return times.length === 0 ? undefined : new Date(Math.max(...times.map((time) => time.getTime())));
}
