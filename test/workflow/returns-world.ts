import { randomBytes } from 'node:crypto';
import { ApplicationFailure, type WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { ErpReturnActivities } from '../../activities/erp/returns.ts';
import type { ReturnRecords } from '../../activities/returns/activities.ts';
import type { WmsReturnActivities } from '../../activities/wms/returns.ts';
import { add, isPositive } from '../../domain/decimal.ts';
import type { ExceptionType, Resolution } from '../../domain/exceptions.ts';
import type { OpenException } from '../../domain/order/messages.ts';
import type { ReturnInput } from '../../domain/returns/messages.ts';
import type { ReturnView } from '../../domain/returns/projection.ts';
import {
  acceptOver,
  acceptShipped,
  authorize,
  concede,
  countOf,
  credit,
  type Disposition,
  dispose,
  type ReturnQuantities,
  receive,
  requested,
  sendOverBack,
  toCredit,
  undecided,
  waive,
} from '../../domain/returns/quantities.ts';
import type { ReturnTerms } from '../../domain/returns/state.ts';
import { bundleWorkflows } from '../../workers/create-workers.ts';
import * as messages from '../../workflows/messages.ts';

type Outside = Omit<ReturnRecords, 'reportLost'> & ErpReturnActivities & WmsReturnActivities;
type Step = keyof Outside;
type Answer<S extends Step> = (...input: Parameters<Outside[S]>) => ReturnType<Outside[S]>;
// biome-ignore lint/suspicious/noExplicitAny: answers of different steps stand in one table; `always` types each.
type AnyAnswer = (...input: any[]) => unknown;

export const DAY_MS = 24 * 3_600_000;
const PATIENCE_MS = 15_000;

/** One return and everything outside of its workflow. Effects are facts, in the order in which they happen. */
export class ReturnWorld {
  readonly facts: string[] = [];
  readonly returnId = `return-${randomBytes(4).toString('hex')}`;
  line: ReturnQuantities & { orderLineNumber: number | null } = { ...requested('10'), orderLineNumber: 1 };
  invoiced = '10';
  shipped = '12';
  private readonly taken = new Set<string>();
  private readonly settled = new Set<number>();
  private readonly notices = new Map<
    string,
    { quantity: string; disposition?: Disposition; kind: 'received' | 'disposed' }
  >();
  private readonly answers = new Map<Step, AnyAnswer[]>();
  private readonly standing = new Map<Step, AnyAnswer>();
  private readonly env: TestWorkflowEnvironment;
  private handle: WorkflowHandle | undefined;
  terms: Partial<ReturnTerms> = {};
  refusals: string[] = [];
  waiting = 0;

  constructor(env: TestWorkflowEnvironment) {
    this.env = env;
  }

  next<S extends Step>(step: S, ...answers: Answer<S>[]): this {
    this.answers.set(step, [...(this.answers.get(step) ?? []), ...answers]);
    return this;
  }

  always<S extends Step>(step: S, answer: Answer<S> | undefined): this {
    if (answer === undefined) this.standing.delete(step);
    else this.standing.set(step, answer);
    return this;
  }

  under(terms: Partial<ReturnTerms>): this {
    this.terms = terms;
    return this;
  }

  async start(input: Partial<ReturnInput> = {}): Promise<this> {
    const { returnId } = this;
    this.handle = await this.env.client.workflow.start('returnOfGoods', {
      taskQueue: 'orders',
      workflowId: returnId,
      args: [
        {
          ...{ returnId, partnerId: 'tri-valley', rmaNumber: 'RMA100001', origin: 'request', correlationId: 'c' },
          ...input,
        },
      ],
    });
    return this;
  }

  get workflow(): WorkflowHandle {
    if (this.handle === undefined) throw new Error('the return has not been started');
    return this.handle;
  }

  /** A warehouse tells of goods. The same id is the same message. */
  tell(receiptId: string, quantity: string, disposition?: Disposition, kind: 'received' | 'disposed' = 'received') {
    this.notices.set(receiptId, { quantity, kind, ...(disposition !== undefined && { disposition }) });
    return this.workflow.signal(messages.returnNoticed, { receiptId, type: kind });
  }

  /** Stored before the workflow starts, as for goods that nobody announced. */
  told(receiptId: string, quantity: string): { receiptId: string; type: 'received' } {
    this.notices.set(receiptId, { quantity, kind: 'received' });
    return { receiptId, type: 'received' };
  }

  status(): Promise<ReturnView> {
    return this.workflow.query(messages.returnQuery);
  }

  async end(): Promise<string> {
    const { status } = (await this.workflow.result()) as { status: string };
    return status;
  }

  pass(ms: number): Promise<void> {
    return this.env.sleep(ms);
  }

  now(): Promise<number> {
    return this.env.currentTimeMs();
  }

  async exception(type: ExceptionType): Promise<OpenException> {
    await this.until(`asked: ${type}`);
    const open = (await this.status()).exceptions.find((one) => one.type === type);
    if (open === undefined) throw new Error(`${type} was raised but is no longer open`);
    return open;
  }

  async decides(type: ExceptionType, resolution: Resolution): Promise<void> {
    const { id } = await this.exception(type);
    await this.workflow.executeUpdate(messages.resolveReturnException, {
      args: [{ exceptionId: id, resolution, by: 'ann' }],
    });
  }

  fact(what: string): void {
    this.facts.push(what);
  }

  async until(what: string, times = 1): Promise<void> {
    for (const began = Date.now(); this.facts.filter((one) => one === what).length < times; ) {
      if (Date.now() - began > PATIENCE_MS) throw new Error(`not told: ${what}; facts: ${this.facts.join(' | ')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  call(step: Step, input: unknown[]): unknown {
    const answer = this.answers.get(step)?.shift() ?? this.standing.get(step) ?? this.usual[step];
    return answer(...input);
  }

  get steps(): Step[] {
    return Object.keys(this.usual) as Step[];
  }

  private counted() {
    const { line } = this;
    const differences = isPositive(line.over) ? [`${line.over} more than authorized`] : [];
    return { count: countOf([line]), differences };
  }

  private async arrival() {
    const now = await this.now();
    const at = (days: number) => new Date(now + days * DAY_MS).toISOString();
    return { arriveBy: at(20), lapsesAt: at(25) };
  }

  private readonly usual: { [S in Step]: AnyAnswer } = {
    checkReturn: async () => ({
      terms: {
        ...{ erpTaskQueue: 'erp-main', wmsTaskQueue: 'wms-main', node: 'RNO', approval: 'automatic' },
        ...(await this.arrival()),
        stepDeadlineMs: DAY_MS,
        ...this.terms,
      },
      count: countOf([this.line]),
      refusals: this.refusals,
    }),
    authorizeReturn: ({ withoutGoods = false }: { withoutGoods?: boolean }) => {
      this.line = withoutGoods ? concede(authorize(this.line)) : authorize(this.line);
      this.fact(withoutGoods ? 'to be credited without goods' : 'authorized, 180 queued');
      return { count: countOf([this.line]) };
    },
    extendReturn: async () => {
      this.fact('more time');
      return this.arrival();
    },
    tellOfEnd: ({ end, reason }: { end: string; reason: string }) => this.fact(`told: ${end}: ${reason}`),
    expectReturn: () => this.fact('warehouse expects it'),
    withdrawReturn: () => {
      this.fact('warehouse expects no more');
      return { cancelled: true };
    },
    takeNotice: async ({ receiptId }: { receiptId: string }) => {
      const notice = this.notices.get(receiptId);
      if (notice === undefined) throw ApplicationFailure.nonRetryable('no such message', 'no-such-record');
      if (!this.taken.has(receiptId)) {
        const { quantity, disposition, kind } = notice;
        if (kind === 'received') this.line = receive(this.line, quantity);
        if (disposition !== undefined) {
          const part = kind === 'disposed' ? quantity : undecided(this.line);
          const moved = dispose(this.line, disposition, part);
          if (moved === undefined) throw ApplicationFailure.nonRetryable('more than came', 'more-than-received');
          this.line = moved;
        }
        this.taken.add(receiptId);
        this.fact(`${kind} ${quantity}`);
      }
      return { ...this.counted(), inspectBy: new Date((await this.now()) + DAY_MS).toISOString() };
    },
    setNoticeAside: async ({ receiptId }: { receiptId: string }) => {
      this.fact(`set aside ${receiptId}`);
      return { ...this.counted(), inspectBy: new Date(await this.now()).toISOString() };
    },
    disposeReturn: ({ lines }: { lines: { quantity: string; disposition: Disposition }[] }) => {
      for (const { quantity, disposition } of lines) {
        const moved = dispose(this.line, disposition, quantity);
        if (moved === undefined) throw ApplicationFailure.nonRetryable('more than came', 'more-than-received');
        this.line = moved;
      }
      this.fact('disposed');
      return this.counted();
    },
    disposeRest: ({ disposition }: { disposition: Disposition }) => {
      this.line = dispose(this.line, disposition, undecided(this.line)) ?? this.line;
      this.fact(`rest: ${disposition}`);
      return this.counted();
    },
    decideOver: ({ accepted, beyondShipped = false }: { accepted: boolean; beyondShipped?: boolean }) => {
      const ordered = [{ lineNumber: 1, shipped: this.shipped, returned: '0' }];
      const [shipped = this.line] = acceptShipped([this.line], ordered);
      if (accepted) this.line = beyondShipped ? acceptOver(this.line) : shipped;
      else this.line = sendOverBack(this.line);
      this.fact(accepted ? 'over accepted' : 'over sent back');
      const { over } = this.line;
      return { ...this.counted(), beyondShipped: isPositive(over) ? [`${over} more than has shipped`] : [] };
    },
    linkReturn: async () => {
      this.line = acceptOver({ ...this.line, orderLineNumber: 1 });
      this.fact('linked');
      const terms = { erpTaskQueue: 'erp-main', wmsTaskQueue: 'wms-main', node: 'RNO', approval: 'automatic' };
      return {
        terms: { ...terms, ...(await this.arrival()), stepDeadlineMs: DAY_MS },
        count: countOf([this.line]),
      };
    },
    planSettlement: ({ round }: { round: number }) => {
      if (this.settled.has(round)) return { count: countOf([this.line]) };
      const quantity = toCredit(this.line);
      if (Number(add(this.line.credited, quantity)) > Number(this.invoiced)) return { nothing: 'nothing is left' };
      this.settled.add(round);
      this.line = credit(this.line, quantity);
      this.fact(`round ${round}: ${quantity}`);
      return { count: countOf([this.line]) };
    },
    waiveCredit: () => {
      this.line = waive(this.line, toCredit(this.line));
      this.fact('kept without a credit');
      return this.counted();
    },
    postErpReturn: ({ round }: { round: number }) => {
      this.fact(`ERP return ${round}`);
      return { erpReturnNumber: `RT${round}` };
    },
    creditReturn: ({ round }: { round: number }) => {
      this.fact(`ERP credit ${round}, 812 queued`);
      return { creditMemoNumbers: [`CM${round}`] };
    },
    finishReturn: ({ end }: { end: string }) => {
      if (this.waiting > 0) {
        this.waiting -= 1;
        this.fact('answers awaited');
        return { unanswered: { sets: ['812'] } };
      }
      this.fact(`ended ${end}`);
      return { ended: true };
    },
    resendReturnDocument: () => this.fact('sent again'),
    openReturnException: ({ exception }: { exception: OpenException }) => this.fact(`asked: ${exception.type}`),
    escalateReturnException: () => this.fact('escalated'),
    closeReturnException: () => undefined,
    noteReturn: () => undefined,
  };
}

export interface ReturnsNetwork {
  aReturn(): ReturnWorld;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export async function startReturnsNetwork(
  createEnvironment: () => Promise<TestWorkflowEnvironment>,
): Promise<ReturnsNetwork> {
  // Steps fail on purpose here.
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
  });
  const [env, workflowBundle] = await Promise.all([createEnvironment(), bundleWorkflows()]);
  let present = new ReturnWorld(env);
  const activities = Object.fromEntries(
    present.steps.map((step) => [step, (...input: unknown[]) => present.call(step, input)]),
  );
  const common = { connection: env.nativeConnection, namespace: env.namespace ?? 'default' };
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: 'orders', activities, workflowBundle }),
    ...['erp-main', 'wms-main'].map((taskQueue) => Worker.create({ ...common, taskQueue, activities })),
  ]);
  const running = workers.map((worker) => worker.run());
  return {
    aReturn: () => {
      present = new ReturnWorld(env);
      return present;
    },
    clear: async () => {
      await env.client.workflow
        .getHandle(present.returnId)
        .terminate()
        .catch(() => undefined);
    },
    stop: async () => {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await env.teardown();
    },
  };
}
