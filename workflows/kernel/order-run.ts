/**
 * The machinery under the order process: what the order knows of itself, how a step is tried until a person decides otherwise,
 * and how the outside sees it. The process itself is in ../order.ts.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  log,
  patched,
  proxyLocalActivities,
  setCurrentDetails,
  TimeoutFailure,
  upsertSearchAttributes,
  uuid4,
} from '@temporalio/workflow';
import type { OrderRecords } from '../../activities/orders/activities.ts';
import { subtract } from '../../domain/decimal.ts';
import { type ExceptionType, kindOf, type Resolution } from '../../domain/exceptions.ts';
import { fromMinor } from '../../domain/money.ts';
import type {
  DocumentTrouble,
  OpenException,
  OrderStatusView,
  OrderToCashInput,
  RemittedAmount,
  ResolveExceptionInput,
  WarehouseNotice,
} from '../../domain/order/messages.ts';
import {
  type FulfillmentState,
  isComplete,
  type OrderTerms,
  type Progress,
  type Unanswered,
} from '../../domain/order/state.ts';
import { deriveOrderStatus, IllegalMove, isLegalMove, type OrderStatus } from '../../domain/order/status.ts';
import { type InvoiceBalance, isSettled, openAmount } from '../../domain/policy/cash.ts';
import {
  erpOrderNumberKey,
  exceptionTypeKey,
  nextDeadlineKey,
  orderStatusKey,
} from '../../runtime/search-attributes.ts';
import { records as recordsProfile } from './activity-profiles.ts';
import { Compensations } from './compensation.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Ends the process on purpose: somebody cancelled the order, or resolved an exception by cancelling it. */
class OrderStopped extends Error {
  override readonly name = 'OrderStopped';
}

interface RaisedException extends OpenException {
  decision?: { resolution: Resolution; note?: string; by: string };
}

export class OrderRun {
  readonly input: OrderToCashInput;
  /** One at a time: see there. */
  readonly records = oneAtATime(proxyLocalActivities<OrderRecords>(recordsProfile));
  readonly fulfillments: FulfillmentState[] = [];
  readonly invoices: (InvoiceBalance & { dueOn: string })[] = [];
  readonly payments: RemittedAmount[] = [];
  readonly troubles: DocumentTrouble[] = [];
  /** Documents that stay as they are, refused or unacknowledged, because a person said so. */
  readonly decidedDocuments = new Set<string>();
  /** Unwound when the order stops. */
  readonly undo = new Compensations();
  terms: OrderTerms | undefined;
  erpOrderNumber: string | undefined;
  accepted = false;
  backordered = false;
  /** Every release has shipped or been closed, and nothing is backordered. */
  shippingDone = false;
  stockArrived = false;
  stop: { reason: string; by: string } | undefined;

  private unanswered: Unanswered | undefined;
  private end: 'closed' | 'cancelled' | 'rejected' | undefined;
  private readonly exceptions: RaisedException[] = [];
  private readonly branches: Promise<unknown>[] = [];
  private unsettled = 0;
  private readonly story: { at: string; what: string }[] = [];
  private readonly seenEvents = new Set<string>();
  private readonly seenPayments = new Set<string>();
  private readonly earlyNotices: WarehouseNotice[] = [];
  private published: {
    status: OrderStatus;
    exceptionType?: ExceptionType;
    erpOrderNumber?: string;
    nextDeadline?: string;
  } = {
    status: 'received',
  };
  private readonly scope = new CancellationScope();

  constructor(input: OrderToCashInput) {
    this.input = input;
    this.describe();
  }

  // ── What comes in ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** Takes a warehouse’s notice once, whichever release it is for and however early it comes. */
  hear(notice: WarehouseNotice): void {
    const identity = `${notice.system}/${notice.eventId}`;
    if (this.seenEvents.has(identity)) return;
    this.seenEvents.add(identity);
    const fulfillment = this.fulfillments.find(({ releaseNumber }) => releaseNumber === notice.releaseNumber);
    (fulfillment?.notices ?? this.earlyNotices).push(notice);
  }

  plan(fulfillments: readonly FulfillmentState[]): void {
    for (const fulfillment of fulfillments) {
      this.fulfillments.push(fulfillment);
      for (let index = this.earlyNotices.length - 1; index >= 0; index -= 1) {
        if (this.earlyNotices[index]?.releaseNumber !== fulfillment.releaseNumber) continue;
        fulfillment.notices.unshift(...this.earlyNotices.splice(index, 1));
      }
    }
  }

  hearPayment(payment: RemittedAmount): void {
    if (this.seenPayments.has(payment.allocationId)) return;
    this.seenPayments.add(payment.allocationId);
    this.payments.push(payment);
  }

  openExceptions(): OpenException[] {
    return this.exceptions.map(({ decision: _, ...exception }) => ({
      ...exception,
      resolutions: this.legalNow(exception.resolutions),
    }));
  }

  /** Throws unless the exception is open and the resolution is one of its legal ones. */
  checkResolution({ exceptionId, resolution }: ResolveExceptionInput): void {
    const exception = this.exceptions.find(({ id }) => id === exceptionId);
    if (exception === undefined || exception.decision !== undefined) {
      throw ApplicationFailure.nonRetryable(`exception ${exceptionId} is not open`, 'exception-not-open');
    }
    // What was legal when it was raised may no longer be: another warehouse may have begun meanwhile.
    const legal = this.legalNow(exception.resolutions);
    if (!legal.includes(resolution)) {
      throw ApplicationFailure.nonRetryable(
        `${exception.type} can be resolved by ${legal.join(', ')}, not by ${resolution}`,
        'illegal-resolution',
      );
    }
  }

  /** Records the decision; the step that waits for it goes on. */
  async resolve(input: ResolveExceptionInput): Promise<void> {
    const exception = this.exceptions.find(({ id }) => id === input.exceptionId);
    if (exception === undefined) return;
    exception.decision = { resolution: input.resolution, by: input.by, ...(input.note && { note: input.note }) };
    await condition(() => !this.exceptions.includes(exception));
  }

  checkCancel(): void {
    if (this.end !== undefined) {
      throw ApplicationFailure.nonRetryable(`the order is ${this.end}`, 'order-ended');
    }
    const released = this.fulfillments.find(({ release }) => release !== 'planned');
    if (released !== undefined) {
      throw ApplicationFailure.nonRetryable(
        `release ${released.releaseNumber} is with warehouse ${released.node}: the order can no longer be cancelled as a whole`,
        'already-released',
      );
    }
  }

  /** Asks the process to stop, and returns when everything done so far is undone. */
  async cancel(stop: { reason: string; by: string }): Promise<void> {
    this.stop = stop;
    this.scope.cancel();
    await condition(() => this.end !== undefined);
  }

  // ── How steps are tried ───────────────────────────────────────────────────────────────────────────────────────────

  /** Follows a branch of the process, so that nothing is undone while the branch still does things. */
  branch<T>(work: Promise<T>): Promise<T> {
    this.branches.push(work);
    return work;
  }

  /** Runs the process until it is done or the order is stopped and every branch has come to rest; tells which. */
  async untilStopped(process: () => Promise<void>): Promise<'done' | 'stopped'> {
    try {
      await this.scope.run(process);
      return 'done';
    } catch (error) {
      if (!(error instanceof OrderStopped) && (this.stop === undefined || !isCancellation(error))) throw error;
      this.scope.cancel();
      await Promise.allSettled(this.branches);
      return 'stopped';
    }
  }

  /**
   * Tries a step until it succeeds. The step’s own retries go on until its deadline; when it has failed for good, an exception of the
   * given type waits for a person, whose `retry` tries again and whose `cancel` stops the order.
   *
   * @param outside for what came from outside and may be wrong for good: a person may set it aside, and the step then gives `gives`. When
   * the step has failed, `forget` makes as if it had not come.
   */
  async attempt<T, S = never>(
    step: string,
    onFailure: ExceptionType,
    work: () => Promise<T>,
    outside?: { gives: S; forget?: () => void },
  ): Promise<T | S> {
    for (;;) {
      try {
        // No function between this and the step: one more turn of the event loop would reorder the commands of branches side by side.
        return await work();
      } catch (error) {
        if (isCancellation(error) || error instanceof OrderStopped) throw error;
        if (outside?.forget !== undefined && patched('forget-what-could-not-be-recorded')) outside.forget();
        const { resolution } = await this.decide(onFailure, step, reasonOf(error));
        if (outside !== undefined && resolution === 'set-aside') return outside.gives;
      }
    }
  }

  /** Waits for a decision; a `cancel` ends the process by throwing. */
  async decide(
    type: ExceptionType,
    step: string,
    summary: string,
  ): Promise<{ resolution: Resolution; note?: string; by: string }> {
    const decision = await this.raise(type, step, summary);
    if (decision.resolution === 'cancel') {
      this.stop = { reason: decision.note ?? summary, by: decision.by };
      throw new OrderStopped(this.stop.reason);
    }
    return decision;
  }

  /**
   * Opens an exception and waits for its resolution, escalating by timer. With `mended`, the exception goes away by itself
   * as soon as that holds.
   */
  async raise(
    type: ExceptionType,
    step: string,
    summary: string,
    mended: () => boolean = () => false,
  ): Promise<{ resolution: Resolution; note?: string; by: string }> {
    const kind = kindOf(type);
    const exception: RaisedException = {
      id: uuid4(),
      type,
      step,
      summary,
      resolutions: this.legalNow(kind.resolutions),
      openedAt: new Date().toISOString(),
    };
    this.exceptions.push(exception);
    this.note(`${step}: ${summary}`);
    log.warn('order waits for a decision', { type, step, summary });
    await this.records.openException({ orderId: this.input.orderId, exception, kind, progress: this.progress() });
    this.publish();

    const decided = () => exception.decision !== undefined || mended();
    if (!(await condition(decided, `${kind.escalateAfterHours} hours`))) {
      await this.records.escalateException({ exceptionId: exception.id });
      await condition(decided);
    }
    const decision = exception.decision ?? {
      resolution: 'dismiss' as const,
      by: 'system',
      note: 'what it waited for has come',
    };
    this.exceptions.splice(this.exceptions.indexOf(exception), 1);
    this.note(`${step}: ${decision.resolution} by ${decision.by}`);
    await this.records.closeException({
      orderId: this.input.orderId,
      exceptionId: exception.id,
      decision,
      progress: this.progress(),
    });
    this.publish();
    return decision;
  }

  /** An order that a warehouse is working on can no longer be undone as a whole. */
  private legalNow(resolutions: readonly Resolution[]): readonly Resolution[] {
    const withWarehouse = this.fulfillments.some(({ release }) => release === 'accepted');
    return withWarehouse ? resolutions.filter((resolution) => resolution !== 'cancel') : resolutions;
  }

  // ── How the outside sees it ───────────────────────────────────────────────────────────────────────────────────────

  get status(): OrderStatus {
    return deriveOrderStatus({
      accepted: this.accepted,
      ...(this.end && { end: this.end }),
      openExceptions: this.exceptions.length,
      backordered: this.backordered,
      fulfillments: this.fulfillments.map((fulfillment) => ({
        shipments: fulfillment.shipmentNumbers.length,
        closed: isComplete(fulfillment),
      })),
      invoices: this.invoices.length,
    });
  }

  progress(): Progress {
    const nextDeadline = this.nextDeadline();
    return { status: this.status, waitingFor: this.waitingFor(), ...(nextDeadline && { nextDeadline }) };
  }

  /** Tells the Temporal UI and visibility what changed; costs one history event, and none when nothing did. */
  publish(): void {
    const status = this.status;
    if (!isLegalMove(this.published.status, status)) throw new IllegalMove(this.published.status, status);
    const exceptionType = this.exceptions[0]?.type;
    const nextDeadline = this.nextDeadline();
    const changes = [
      ...(status === this.published.status ? [] : [{ key: orderStatusKey, value: status }]),
      ...(exceptionType === this.published.exceptionType
        ? []
        : [{ key: exceptionTypeKey, value: exceptionType ?? null }]),
      ...(this.erpOrderNumber === undefined || this.erpOrderNumber === this.published.erpOrderNumber
        ? []
        : [{ key: erpOrderNumberKey, value: this.erpOrderNumber }]),
      ...(nextDeadline === this.published.nextDeadline
        ? []
        : [{ key: nextDeadlineKey, value: nextDeadline ? new Date(nextDeadline) : null }]),
    ];
    if (changes.length > 0) upsertSearchAttributes(changes);
    this.published = {
      status,
      ...(exceptionType && { exceptionType }),
      ...(this.erpOrderNumber && { erpOrderNumber: this.erpOrderNumber }),
      ...(nextDeadline && { nextDeadline }),
    };
    this.describe();
  }

  note(what: string): void {
    this.story.push({ at: new Date().toISOString(), what });
  }

  timeline(): { at: string; what: string }[] {
    return [...this.story];
  }

  /** Counts work that goes on beside the process and must be done before the order ends. */
  async settle(work: Promise<void>): Promise<void> {
    this.unsettled += 1;
    try {
      await work;
    } finally {
      this.unsettled -= 1;
    }
  }

  /** An order does not end while a person still has something to decide about it, or a decision is being carried out. */
  async untilNothingIsOpen(): Promise<void> {
    await condition(() => this.exceptions.length === 0 && this.troubles.length === 0 && this.unsettled === 0);
  }

  /** Nothing but these answers is left to wait for; tells whether that is news. */
  await(unanswered: Unanswered): boolean {
    const known = this.unanswered;
    this.unanswered = unanswered;
    return known?.by !== unanswered.by || known?.sets.join() !== unanswered.sets.join();
  }

  finish(end: 'closed' | 'cancelled' | 'rejected'): void {
    this.end = end;
    this.exceptions.length = 0;
  }

  view(): OrderStatusView {
    const nextDeadline = this.nextDeadline();
    return {
      orderId: this.input.orderId,
      status: this.status,
      waitingFor: this.waitingFor(),
      ...(this.erpOrderNumber && { erpOrderNumber: this.erpOrderNumber }),
      ...(nextDeadline && { nextDeadline }),
      exceptions: this.openExceptions(),
      fulfillments: this.fulfillments.map((fulfillment) => ({
        releaseNumber: fulfillment.releaseNumber,
        node: fulfillment.node,
        planned: fulfillment.planned,
        shipped: fulfillment.shipped,
        closed: isComplete(fulfillment),
      })),
      invoices: this.invoices.map(({ invoiceNumber, total, settled }) => ({ invoiceNumber, total, settled })),
    };
  }

  private waitingFor(): string {
    if (this.end !== undefined) return '';
    const [exception] = this.exceptions;
    if (exception !== undefined) return `a decision: ${exception.summary}`;
    if (this.terms === undefined) return 'the order to be checked';
    if (!this.accepted) return 'the ERP to accept the order';
    const open = this.fulfillments.filter((fulfillment) => !isComplete(fulfillment));
    if (open.length > 0) {
      return open
        .map(
          ({ node, planned, shipped, short }) => `${node} to ship ${subtract(subtract(planned, shipped), short)} units`,
        )
        .join(', ');
    }
    if (this.backordered) return 'stock for what is backordered';
    const shipments = this.fulfillments.reduce((total, { shipmentNumbers }) => total + shipmentNumbers.length, 0);
    if (this.invoices.length < shipments) return 'the ERP to invoice what shipped';
    const unpaid = this.invoices.filter((invoice) => !isSettled(invoice));
    if (unpaid.length === 0)
      return this.unanswered ? `the partner to acknowledge ${this.unanswered.sets.join(', ')}` : '';
    const amount = fromMinor(openAmount(unpaid), this.terms.currency);
    return `payment of ${amount} ${this.terms.currency} for ${unpaid.map(({ invoiceNumber }) => invoiceNumber).join(', ')}`;
  }

  /** The nearest deadline that the order is held to, ISO 8601. */
  private nextDeadline(): string | undefined {
    if (this.end !== undefined || this.terms === undefined) return undefined;
    if (this.fulfillments.some((fulfillment) => !isComplete(fulfillment))) return this.terms.shipBy;
    return this.unanswered?.by ?? this.paymentDeadline();
  }

  /** When the last open invoice must be paid, grace included. */
  paymentDeadline(): string | undefined {
    const due = this.invoices
      .filter((invoice) => !isSettled(invoice))
      .map(({ dueOn }) => Date.parse(`${dueOn}T23:59:59Z`));
    if (due.length === 0) return undefined;
    return new Date(Math.max(...due) + (this.terms?.paymentGraceMs ?? 0)).toISOString();
  }

  private describe(): void {
    const waitingFor = this.waitingFor();
    setCurrentDetails(
      [
        `**${this.input.poNumber}** of ${this.input.partnerId}: ${this.status}`,
        waitingFor && `waits for ${waitingFor}`,
        this.erpOrderNumber && `ERP order ${this.erpOrderNumber}`,
        ...this.exceptions.map(
          ({ type, summary, resolutions }) => `- \`${type}\` ${summary} (${resolutions.join(' | ')})`,
        ),
      ]
        .filter(Boolean)
        .join('\n\n'),
    );
  }
}

/** The reason of a failed step in plain words. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) {
    const last = cause.cause instanceof Error ? `: ${cause.cause.message}` : '';
    return `gave no result before its deadline${last}`;
  }
  return cause instanceof Error ? cause.message : String(cause);
}
