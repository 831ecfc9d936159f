/**
 * Simulates everything outside the workflows in memory: ERP, warehouses, partner and database, faked at the activity boundary. The workflows
 * are real. Every effect on the outside is recorded as a fact, in order of occurrence.
 */
import { randomBytes } from 'node:crypto';
import {
  ApplicationFailure,
  type WorkflowHandle,
  type WorkflowHandleWithFirstExecutionRunId,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  DefaultLogger,
  Runtime,
  Worker,
  type WorkerOptions,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import type { EdiActivities, OutboxRecords } from '../../activities/edi/activities.ts';
import type { ErpActivities } from '../../activities/erp/activities.ts';
import type { RecordedChange } from '../../activities/orders/changes/record.ts';
import type { WmsActivities } from '../../activities/wms/activities.ts';
import type { ExceptionType, Resolution } from '../../domain/exceptions.ts';
import type { ChangeOutcome } from '../../domain/order/changes/outcome.ts';
import type {
  DocumentTrouble,
  GivenCarrier,
  OpenException,
  OrderStatusView,
  OrderToCashInput,
  WarehouseNotice,
} from '../../domain/order/messages.ts';
import type { OrderTerms, PlannedFulfillment, Progress } from '../../domain/order/state.ts';
import type { OrderStatus } from '../../domain/order/status.ts';
import { shipNotice } from '../../mappings/edi/documents/all.ts';
import { bundleWorkflows } from '../../workers/create-workers.ts';
import type { Records } from '../../workflows/kernel/step.ts';
import * as messages from '../../workflows/messages.ts';

type Outside = Records & ErpActivities & WmsActivities & EdiActivities & OutboxRecords;
type Step = keyof Outside;
type Answer<S extends Step> = (...input: Parameters<Outside[S]>) => ReturnType<Outside[S]>;

/** A permanent refusal; a retry cannot succeed. */
export function refuses(reason: string, code = 'refused'): () => never {
  return () => {
    throw ApplicationFailure.nonRetryable(reason, code);
  };
}

/** A temporary failure; a retry may succeed. */
export function isDown(): never {
  throw new Error('connect ECONNREFUSED');
}

/** What a change does to the releases of an order, named by their nodes. */
export interface ChangeOfReleases {
  readonly recall?: readonly string[];
  readonly releases?: RecordedChange['releases'];
  /** Something waits for stock after it. */
  readonly backordered?: boolean;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Timeout in real time for effects that should be immediate. */
const PATIENCE_MS = 15_000;

export class TradingWorld {
  readonly orderId = `order-${randomBytes(4).toString('hex')}`;
  /** Effects on the outside, in order. */
  readonly facts: string[] = [];
  /** The progress that each record-keeping step wrote. */
  readonly progress: Progress[] = [];
  private readonly env: TestWorkflowEnvironment;
  private readonly stockOf = new Map<string, string>();
  private readonly rounds: { nodes: Record<string, string>; backordered: boolean }[] = [];
  private readonly answers = new Map<Step, ((...input: never[]) => unknown)[]>();
  private readonly standing = new Map<Step, (...input: never[]) => unknown>();
  private readonly listeners = new Set<() => void>();
  private readonly opened = new Map<string, ExceptionType>();
  private readonly started: { terminate(): Promise<unknown> }[] = [];
  private shipWithinMs = 3 * DAY_MS;
  private scanWithinMs: number | undefined;
  private terms: OrderTerms | undefined;
  private lastDayMs: number | undefined;
  private graceMs = 0;
  private stepDeadlineMs = DAY_MS;
  private shortWaits = false;

  constructor(env: TestWorkflowEnvironment) {
    this.env = env;
  }

  // ── Setup ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Sets the result of the next reservation: units by node. */
  /** What another node has of it. */
  having(node: string, quantity: string): this {
    this.stockOf.set(node, quantity);
    return this;
  }

  holding(nodes: Record<string, string>, { backordered = false } = {}): this {
    this.rounds.push({ nodes, backordered });
    return this;
  }

  shippingWithin(ms: number): this {
    this.shipWithinMs = ms;
    return this;
  }

  /** The carrier is to tell of each shipment within this. */
  scanningWithin(ms: number): this {
    this.scanWithinMs = ms;
    return this;
  }

  private async scanBy(): Promise<{ scanBy?: string }> {
    if (this.scanWithinMs === undefined) return {};
    return { scanBy: new Date((await this.env.currentTimeMs()) + this.scanWithinMs).toISOString() };
  }

  /** The check finds these terms, and every release is to ship by them. */
  under(terms: OrderTerms): this {
    this.terms = terms;
    return this;
  }

  /** The buyer takes nothing that ships later than this. */
  takingNothingAfter(ms: number): this {
    this.lastDayMs = ms;
    return this;
  }

  tryingStepsFor(ms: number): this {
    this.stepDeadlineMs = ms;
    return this;
  }

  /** Backorders short quantities instead of cancelling them. */
  backorderingShorts(): this {
    this.shortWaits = true;
    return this;
  }

  /** Sets the next answers of a step; then it returns its default. */
  next<S extends Step>(step: S, ...answers: Answer<S>[]): this {
    this.answers.set(step, [...(this.answers.get(step) ?? []), ...(answers as ((...input: never[]) => unknown)[])]);
    return this;
  }

  /** Sets every further answer of a step. */
  always<S extends Step>(step: S, answer: Answer<S> | undefined): this {
    if (answer === undefined) this.standing.delete(step);
    else this.standing.set(step, answer as (...input: never[]) => unknown);
    return this;
  }

  /**
   * What the next change is: the nodes whose releases it has to call back, and what becomes of the order's releases. Planned
   * anew because a warehouse refuses, it does without those that are not given back.
   */
  nextChange({ recall = [], releases = [], backordered = false }: ChangeOfReleases): this {
    this.standing.set('planChange', ({ changeId, fixed }: Parameters<Outside['planChange']>[0]) => {
      const without = fixed.map(({ id, why }) => `${nodeOf(id)}: ${why}`).join(', ');
      this.fact(`${changeId} planned${without && ` without ${without}`}`);
      const named = recall.map((node) => this.releaseNumber(node));
      const touched = named.filter((id) => fixed.every((one) => one.id !== id));
      return { type: 'planned', recall: touched, touched, settled: false };
    });
    return this.next('recordChange', async (input) => {
      const answer = await (this.usually.recordChange(input) as ReturnType<Outside['recordChange']>);
      this.standing.delete('planChange');
      if (answer.type === 'stale' || answer.recorded.outcome.result === 'rejected') return answer;
      return { ...answer, recorded: { ...answer.recorded, releases, backordered } };
    });
  }

  /** Blocks a step until the test lets it continue; then it returns its default. `asked` resolves when the step has started. */
  holdBack<S extends Step>(step: S): { asked: Promise<void>; answer: () => void } {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const asked = new Promise<void>((reached) => {
      this.next(step, (async (...input: never[]) => {
        reached();
        await answered;
        return this.usual(step, input);
      }) as unknown as Answer<S>);
    });
    return { asked, answer };
  }

  // ── Running an order ──────────────────────────────────────────────────────────────────────────────────────────────

  /** @param options `taskTimeout`: timeout of a workflow task; a slower local activity continues in another task */
  async order({ taskTimeout = '10 seconds' }: { taskTimeout?: Duration } = {}): Promise<RunningOrder> {
    const input: OrderToCashInput = {
      orderId: this.orderId,
      partnerId: 'harbor-pine',
      poNumber: 'HP-1001',
      correlationId: `correlation-${this.orderId}`,
    };
    const handle = await this.env.client.workflow.start<OrderWorkflow>('orderToCash', {
      taskQueue: 'orders',
      workflowId: this.orderId,
      workflowTaskTimeout: taskTimeout,
      args: [input],
    });
    this.started.push(handle);
    return new RunningOrder(this, handle);
  }

  /** Starts the partner’s outbox. */
  async outbox(): Promise<WorkflowHandle> {
    const handle = await this.env.client.workflow.start('partnerOutbox', {
      taskQueue: 'orders',
      workflowId: `outbox-${this.orderId}`,
      args: [{ partnerId: 'harbor-pine' }],
    });
    this.started.push(handle);
    return handle;
  }

  /** Runs a workflow to its end in skipped time. */
  execute(workflow: 'interchange' | 'inventorySync', ...args: unknown[]): Promise<unknown> {
    return this.env.client.workflow.execute(workflow, {
      taskQueue: 'orders',
      workflowId: `${workflow}-${this.orderId}`,
      args,
    });
  }

  fact(what: string): void {
    this.facts.push(what);
    for (const listener of this.listeners) listener();
  }

  /** Resolves when the fact has occurred `times` times. */
  async until(what: string | RegExp, times = 1): Promise<void> {
    const told = () =>
      this.facts.filter((one) => (typeof what === 'string' ? one === what : what.test(one))).length >= times;
    if (told()) return;
    await new Promise<void>((resolve, reject) => {
      const listener = () => {
        if (!told()) return;
        clearTimeout(timer);
        this.listeners.delete(listener);
        resolve();
      };
      const timer = setTimeout(() => {
        this.listeners.delete(listener);
        reject(new Error(`"${what}" did not occur; facts: ${this.facts.join('; ')}`));
      }, PATIENCE_MS);
      this.listeners.add(listener);
    });
  }

  releaseNumber(node: string, round = 1): string {
    return `${this.orderId}/${round}/${node}`;
  }

  /** Advances the clock of the server. */
  async pass(ms: number): Promise<void> {
    await this.env.sleep(ms);
  }

  /** Terminates every running workflow of this world. */
  async end(): Promise<void> {
    for (const handle of this.started.splice(0)) {
      await handle.terminate().catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
    }
  }

  /** Every activity that the workflows call. */
  get steps(): Step[] {
    return Object.keys(this.usually) as Step[];
  }

  /** Called by the workers. */
  async call(step: Step, input: readonly unknown[]): Promise<unknown> {
    const answer = this.answers.get(step)?.shift() ?? this.standing.get(step);
    return answer === undefined ? this.usual(step, input) : answer(...(input as never[]));
  }

  private async usual(step: Step, input: readonly unknown[]): Promise<unknown> {
    const usual = this.usually[step] as (...input: readonly unknown[]) => unknown;
    return usual(...input);
  }

  private readonly usually: { [S in Step]: (...input: Parameters<Outside[S]>) => unknown } = {
    prepareOrder: async ({ waived }) => {
      this.fact(waived.length === 0 ? 'checked' : `checked, accepting ${waived.join(', ')}`);
      const now = await this.env.currentTimeMs();
      const ends = this.lastDayMs === undefined ? undefined : new Date(now + this.lastDayMs).toISOString();
      const terms: OrderTerms = {
        erpTaskQueue: 'erp-main',
        currency: 'USD',
        shipBy: new Date(now + this.shipWithinMs).toISOString(),
        ...(ends !== undefined && {
          lastShipDay: {
            day: ends.slice(0, 10),
            ends,
            releaseBy: ends,
            ahead: { warnAt: new Date(Date.parse(ends) - 2 * HOUR_MS).toISOString() },
          },
        }),
        paymentGraceMs: this.graceMs,
        stepDeadlineMs: this.stepDeadlineMs,
      };
      return { ready: true, terms: this.terms ?? terms };
    },
    reserveStock: async ({ round }) => {
      const { nodes, backordered } = this.rounds.shift() ?? {
        nodes: round === 1 ? { RNO: '10' } : {},
        backordered: false,
      };
      this.fact(`reserved at ${Object.keys(nodes).join(' and ') || 'no node'} in round ${round}`);
      const usual = new Date((await this.env.currentTimeMs()) + this.shipWithinMs).toISOString();
      const { shipBy = usual, shipAhead } = this.terms ?? {};
      const fulfillments = Object.entries(nodes).map(
        ([node, planned]): PlannedFulfillment => ({
          id: this.releaseNumber(node, round),
          node,
          releaseNumber: this.releaseNumber(node, round),
          taskQueue: 'wms-main',
          shipBy,
          ...(shipAhead !== undefined && { shipAhead }),
          planned,
        }),
      );
      return { fulfillments, backordered };
    },
    releaseReservations: () => this.fact('undone: stock given back'),
    placeOrder: ({ progress }) => {
      this.fact('ERP accepted the order');
      this.wrote('855 queued', progress);
      return { erpOrderNumber: 'SO-1', status: 'accepted' };
    },
    cancelErpOrder: ({ reason }) => this.fact(`undone: ERP order cancelled, ${reason}`),
    releaseToWarehouse: ({ fulfillmentId, lateAgreed }) => {
      this.fact(`released to ${nodeOf(fulfillmentId)}${lateAgreed ? ', late as agreed' : ''}`);
      return { reference: fulfillmentId };
    },
    cancelRelease: ({ fulfillmentId }) => this.fact(`undone: release to ${nodeOf(fulfillmentId)} cancelled`),
    recordShipment: async ({ eventId, progress, surplus }) => {
      const [shipmentId = ''] = eventId.split('#');
      const beyond = surplus && ` with ${surplus.quantity} more, ${surplus.charged ? 'charged' : 'free'}`;
      this.wrote(`shipment ${shipmentId} recorded${beyond ?? ''}, 856 queued`, progress);
      return { shipmentId, ...(await this.scanBy()) };
    },
    reportLost: ({ shipmentId, by }) => this.fact(`${by} reported ${shipmentId} lost`),
    recordShort: ({ fulfillmentId, rest, progress }) => {
      this.wrote(`short at ${nodeOf(fulfillmentId)} recorded${rest ? ', with all that is open' : ''}`, progress);
      return { backordered: this.shortWaits };
    },
    invoiceShipment: async ({ shipmentId, progress }) => {
      this.fact(`ERP shipment ${shipmentId}`);
      this.fact(`ERP invoice INV-${shipmentId}`);
      this.wrote(`810 of INV-${shipmentId} queued`, progress);
      const dueOn = new Date((await this.env.currentTimeMs()) + 30 * DAY_MS).toISOString().slice(0, 10);
      return { invoiceNumber: `INV-${shipmentId}`, total: 10_000, dueOn, payments: [] };
    },
    applyCash: ({ allocationId, progress }) => {
      this.wrote(`cash ${allocationId} applied`, progress);
      return { receiptNumber: `RC-${allocationId}` };
    },
    renumberRelease: ({ fulfillmentId }) => {
      const releaseNumber = `${fulfillmentId}-R2`;
      this.fact(`release to ${nodeOf(fulfillmentId)} renumbered`);
      return { releaseNumber };
    },
    tellOfDeadline: ({ what, due, by }) => this.fact(`${what}: ${due} by ${by}`),
    noteProgress: ({ progress }) => void this.progress.push(progress),
    changeAsked: ({ progress }) => void this.progress.push(progress),
    planChange: ({ changeId }) => {
      this.fact(`${changeId} planned`);
      return { type: 'planned', recall: [], touched: [], settled: false };
    },
    changeErpOrder: ({ changeId, asItStands }) => {
      this.fact(asItStands ? 'ERP order put back' : `ERP took ${changeId}`);
      return { type: 'accepted' };
    },
    recordChange: ({ changeId, refused, byHand }) => {
      this.fact(
        refused === undefined
          ? `${changeId} recorded${byHand ? ' as done by hand' : ''}, 855 queued`
          : `${changeId} refused: ${refused}`,
      );
      const part = { part: 'quantity', lineId: '10' } as const;
      if (refused !== undefined) {
        const parts = [{ ...part, result: 'rejected' as const, reason: refused }];
        return { type: 'recorded', recorded: { outcome: { result: 'rejected', parts }, releases: [] } };
      }
      const outcome = { result: 'accepted' as const, parts: [{ ...part, result: 'accepted' as const }] };
      return { type: 'recorded', recorded: { outcome, releases: [] } };
    },
    cancelAsked: ({ by, reason, progress }) => this.wrote(`${by} asked to cancel: ${reason}`, progress),
    cancelRefused: ({ reason, progress }) => this.wrote(`not cancelled: ${reason}`, progress),
    finishOrder: ({ progress, stop }) =>
      this.wrote(
        stop === undefined ? `ended ${progress.status}` : `ended ${progress.status}: ${stop.reason}`,
        progress,
      ),
    openException: ({ exception, progress }) => {
      this.opened.set(exception.id, exception.type);
      this.wrote(`asked: ${exception.type}`, progress);
    },
    escalateException: ({ exceptionId }) => this.fact(`escalated: ${this.opened.get(exceptionId)}`),
    exceptionWaits: ({ exceptionId, waits, progress }) =>
      this.wrote(`waits: ${this.opened.get(exceptionId)} until ${waits.until}`, progress),
    moveRelease: ({ fulfillmentId, node, dryRun }) => {
      const free = this.stockOf.get(node) ?? '0';
      if (free === '0') {
        return { type: 'refused', code: 'not-enough-stock', reason: `${node} has not enough: line 10 needs 10` };
      }
      if (dryRun) return { type: 'possible' };
      this.fact(`moved from ${nodeOf(fulfillmentId)} to ${node}`);
      const id = this.releaseNumber(node, 1);
      return { type: 'moved', left: '0', to: { id, node, releaseNumber: id, taskQueue: 'wms-main', planned: free } };
    },
    tellNotMoved: ({ node, reason }) => this.fact(`not sent from ${node}: ${reason}`),
    recordInvoicedByHand: ({ by, reason, progress }) => this.wrote(`invoiced by hand by ${by}: ${reason}`, progress),
    moveShipBy: ({ to, progress }) => this.wrote(`to ship by ${to}`, progress),
    closeException: ({ exceptionId, decision, progress }) =>
      this.wrote(`decided: ${this.opened.get(exceptionId)} ${decision.resolution} by ${decision.by}`, progress),
    resendDocument: ({ documentId }) => this.fact(`${documentId} queued again`),
    assembleInterchange: () => undefined,
    reportUnacknowledged: () => this.fact('looked for missing 997s'),
    reportUndelivered: ({ interchangeId, refused, reason }) =>
      this.fact(`${interchangeId} ${refused ? 'refused' : 'late'}: ${reason}`),
    transmitInterchange: ({ interchangeId }) => {
      this.fact(`${interchangeId} delivered`);
      return { evidence: 'HTTP 201', last: false };
    },
    processInterchange: ({ interchangeId }) => {
      this.fact(`${interchangeId} read`);
      return { accepted: 3, rejected: 1 };
    },
    syncMasterData: () => {
      this.fact('master data read');
      return { items: 1, customers: 1, prices: 1 };
    },
    syncStock: () => {
      this.fact('stock read');
      return { balances: 1 };
    },
  };

  private wrote(what: string, progress: Progress): void {
    this.progress.push(progress);
    this.fact(what);
  }
}

type OrderWorkflow = (input: OrderToCashInput) => Promise<{ status: OrderStatus }>;

/** A running order, from the view of its warehouses, its payer and its operators. */
export class RunningOrder {
  readonly handle: WorkflowHandleWithFirstExecutionRunId<OrderWorkflow>;
  private readonly world: TradingWorld;

  constructor(world: TradingWorld, handle: WorkflowHandleWithFirstExecutionRunId<OrderWorkflow>) {
    this.world = world;
    this.handle = handle;
  }

  until(what: string | RegExp, times = 1): Promise<void> {
    return this.world.until(what, times);
  }

  status(): Promise<OrderStatusView> {
    return this.handle.query(messages.statusQuery);
  }

  /** Resolves to the result of the workflow, in skipped time. */
  async end(): Promise<OrderStatus> {
    return (await this.handle.result()).status;
  }

  /** An `eventId` of the form `SHIPMENT#N` repeats the event of that shipment under another id. */
  ships(
    node: string,
    shipmentNumber: string,
    quantity: string,
    { round = 1, eventId = shipmentNumber } = {},
  ): Promise<void> {
    const releaseNumber = this.world.releaseNumber(node, round);
    return this.hears({ system: 'main', eventId, releaseNumber, type: 'shipped', shipmentNumber, quantity });
  }

  closesShort(node: string, quantity: string, { round = 1, eventId = `close-${node}` } = {}): Promise<void> {
    const releaseNumber = this.world.releaseNumber(node, round);
    return this.hears({ system: 'main', eventId, releaseNumber, type: 'closed', quantity });
  }

  isRefused(node: string, reason: string): Promise<void> {
    const releaseNumber = this.world.releaseNumber(node);
    return this.hears({ system: 'main', eventId: `refuse-${node}`, releaseNumber, type: 'refused', reason });
  }

  /** Whether the workflow has requested cancellation of a pending activity. */
  async isCancellingACall(): Promise<boolean> {
    const { events } = await this.handle.fetchHistory();
    return events?.some(({ activityTaskCancelRequestedEventAttributes: asked }) => asked) ?? false;
  }

  /** Whether a call failed and waits for its next attempt. */
  async isTryingAgain(): Promise<boolean> {
    const { raw } = await this.handle.describe();
    return raw.pendingActivities?.some(({ attempt }) => (attempt ?? 0) > 1) ?? false;
  }

  /** Number of updates that the workflow has let in. */
  async updatesAccepted(): Promise<number> {
    const { events } = await this.handle.fetchHistory();
    return events?.filter(({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => accepted).length ?? 0;
  }

  /** Number of completed workflow tasks. */
  async tasksCompleted(): Promise<number> {
    const { events } = await this.handle.fetchHistory();
    return events?.filter(({ workflowTaskCompletedEventAttributes: completed }) => completed).length ?? 0;
  }

  /** What the order has had done: its events, without those of workflow tasks, whose number depends on the machine's load. */
  async eventsWithoutTasks(): Promise<number> {
    const { events } = await this.handle.fetchHistory();
    const isOfATask = (event: object) =>
      Object.entries(event).some(([name, value]) => value && /^workflowTask/.test(name));
    return events?.filter((event) => !isOfATask(event)).length ?? 0;
  }

  private hears(notice: WarehouseNotice): Promise<void> {
    return this.handle.signal(messages.warehouseEvent, notice);
  }

  hearsOfStock(): Promise<void> {
    return this.handle.signal(messages.stockArrived);
  }

  isHeldUp(): Promise<void> {
    return this.handle.signal(messages.stepHeldUp);
  }

  hearsOfAnswers(): Promise<void> {
    return this.handle.signal(messages.documentsAnswered);
  }

  isPaid(
    invoiceNumber: string,
    amount = 10_000,
    { allocationId = `PAY-${invoiceNumber}`, adjustment = 0 } = {},
  ): Promise<void> {
    return this.handle.signal(messages.paymentReceived, { allocationId, invoiceNumber, amount, adjustment });
  }

  hearsTrouble(trouble: DocumentTrouble['trouble'], documentId = 'DOC-1'): Promise<void> {
    const reason = `997 said ${trouble}`;
    return this.handle.signal(messages.documentTrouble, {
      documentId,
      transactionSet: shipNotice.set,
      trouble,
      reason,
    });
  }

  /** The open exception of this type, once the order has raised it. */
  async exception(type: ExceptionType, times = 1): Promise<OpenException> {
    await this.until(`asked: ${type}`, times);
    const open = (await this.status()).exceptions.find((one) => one.type === type);
    if (open === undefined) throw new Error(`${type} was raised but is no longer open`);
    return open;
  }

  decides(
    exceptionId: string,
    resolution: Resolution,
    note?: string,
    carrier?: GivenCarrier,
  ): Promise<{ status: OrderStatus }> {
    return this.handle.executeUpdate(messages.resolveException, {
      args: [{ exceptionId, resolution, by: 'ann', ...(note && { note }), ...(carrier && { carrier }) }],
    });
  }

  sendsFrom(exceptionId: string, node: string): Promise<{ status: OrderStatus }> {
    return this.handle.executeUpdate(messages.resolveException, {
      args: [{ exceptionId, resolution: 'other-node', node, by: 'ann' }],
    });
  }

  waits(exceptionId: string, until: string, note?: string): Promise<{ status: OrderStatus }> {
    return this.handle.executeUpdate(messages.resolveException, {
      args: [{ exceptionId, resolution: 'wait', until, by: 'ann', ...(note && { note }) }],
    });
  }

  changes(changeId: string, by = 'bob'): Promise<ChangeOutcome> {
    return this.handle.executeUpdate(messages.changeOrder, { args: [{ changeId, by }] });
  }

  hearsOfChange(changeId: string, by = 'bob'): Promise<void> {
    return this.handle.signal(messages.changeAsked, { changeId, by });
  }

  cancels(reason = 'the buyer changed his mind'): Promise<{ status: OrderStatus }> {
    return this.handle.executeUpdate(messages.cancelOrder, { args: [{ reason, by: 'bob' }] });
  }
}

function nodeOf(fulfillmentId: string): string {
  return fulfillmentId.split('/').at(-1) ?? '';
}

/** Workers of every queue; their activities act on the current world. */
export interface TradingNetwork {
  readonly env: TestWorkflowEnvironment;
  /** Creates a world, which replaces the previous one. */
  aTradingWorld(): TradingWorld;
  /** Stops the worker of the orders and starts one with another version of the process, as a deployment does. */
  deploy(bundle: WorkflowBundleWithSourceMap): Promise<void>;
  /** Terminates running workflows, so that they neither affect the next world nor block its clock. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** Silences Temporal’s log, because steps fail on purpose in these runs. */
let quiet = false;

let product: ReturnType<typeof bundleWorkflows> | undefined;

function bundled(): ReturnType<typeof bundleWorkflows> {
  product ??= bundleWorkflows();
  return product;
}

/** @param bundle workflows other than the product's */
export async function startTradingNetwork(
  createEnvironment: () => Promise<TestWorkflowEnvironment>,
  bundle?: WorkflowBundleWithSourceMap | { readonly codePath: string },
): Promise<TradingNetwork> {
  if (!quiet)
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
    });
  quiet = true;
  const [env, workflowBundle] = await Promise.all([createEnvironment(), bundle ?? bundled()]);
  let present = new TradingWorld(env);
  // Every worker registers all activities, so that a new step needs only a default answer.
  const activities = Object.fromEntries(
    present.steps.map((step) => [step, (...input: unknown[]) => present.call(step, input)]),
  );
  const common = { connection: env.nativeConnection, namespace: env.namespace ?? 'default' };
  const start = async (options: Partial<WorkerOptions> & Pick<WorkerOptions, 'taskQueue'>) => {
    const worker = await Worker.create({ ...common, activities, ...options });
    const running = worker.run();
    return async () => {
      worker.shutdown();
      await running;
    };
  };
  const startOrders = (version: NonNullable<typeof bundle>) => start({ taskQueue: 'orders', workflowBundle: version });
  const queues = ['erp-main', 'erp-second', 'wms-main', 'edi'];
  const [first, ...others] = await Promise.all([
    startOrders(workflowBundle),
    ...queues.map((taskQueue) => start({ taskQueue })),
  ]);
  let stopOrders = first;
  return {
    env,
    aTradingWorld: () => {
      present = new TradingWorld(env);
      return present;
    },
    deploy: async (version) => {
      await stopOrders();
      stopOrders = await startOrders(version);
    },
    clear: () => present.end(),
    stop: async () => {
      await Promise.all([stopOrders(), ...others.map((stop) => stop())]);
      await env.teardown();
    },
  };
}
