import { setTimeout as delay } from 'node:timers/promises';
import type { ReleaseRecord } from '../activities/wms/connectors/rest/rest-contract.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import type { Database } from '../prisma/client.ts';
import { readInterchange, type Segment, type TransactionSet } from '../sandbox/x12.ts';
import type { Network } from '../scripts/stack/network.ts';
import type { Content } from './content.ts';
import type { Assortment, Wanted } from './goods.ts';
import { type OrderForm, orderFormOf } from './order-forms.ts';
import { canonicalOrder, interchangeOf, type PurchaseOrder, segmentsOfOrder } from './purchase-order.ts';
import type { DocumentEvidence, LeftOut } from './scenario.ts';
import type { TradeData } from './settings.ts';
import { shipDayFor, type Wishes } from './ship-window.ts';

/** A partner in its certification network. Its scenarios run one after another, so all traffic belongs to the running scenario. */
export interface Partnership {
  readonly profile: PartnerProfile;
  readonly data: TradeData;
  readonly network: Network;
  readonly prisma: Database;
  /** The partner’s key for our API. */
  readonly apiKey: string;
  /** Last ISA13 of its orders. The mailbox numbers its automatic files from 1, so the ranges do not overlap. */
  control: number;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of several servers, whose schemas other tests check
  readonly body: any;
}

/** An expected event did not occur in time, or a server gave an unexpected answer. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

/** In a certification, the warehouse ships all of an order at once; a rule checks the days in its releases instead. */
export const AT_ONCE = { early: true, waves: 1 };

const PATIENCE_SECONDS = 20;
/** Time limit of one HTTP call; a hanging server fails the step. */
const CALL_MS = 15_000;

export interface MailboxDocument {
  readonly set: string;
  readonly reference: string;
  readonly interchangeControlNumber: string;
  readonly groupControlNumber: string;
  readonly transactionControlNumber: string;
  readonly fileName: string;
}

/** A running scenario: acts for partner and warehouse, and observes the results. */
export class Trade {
  readonly partnership: Partnership;
  readonly poNumbers: string[] = [];
  readonly orders: PurchaseOrder[] = [];
  /** Our items that a person agreed in place of ordered ones. */
  readonly substitutes: string[] = [];
  readonly timeline: { at: string; what: string }[] = [];
  /** Our answers to the submissions, in order. */
  readonly answers: Answer[] = [];
  /** Files that the scenario submitted, in order. */
  readonly files: string[] = [];
  /** Traffic before this time belongs to earlier scenarios. */
  readonly began = new Date();
  readonly #prefix: string;

  constructor(partnership: Partnership, prefix: string) {
    this.partnership = partnership;
    this.#prefix = prefix;
  }

  get profile(): PartnerProfile {
    return this.partnership.profile;
  }

  get assortment(): Assortment {
    return this.partnership.data.assortment;
  }

  get prisma(): Database {
    return this.partnership.prisma;
  }

  note(what: string): void {
    this.timeline.push({ at: new Date().toISOString(), what });
  }

  // ── Actions ───────────────────────────────────────────────────────────────────────────────────────────────────────

  newOrder(wanted: readonly Wanted[], more: { poNumber?: string; content?: Content } & Wishes = {}): PurchaseOrder {
    const shipOn = shipDayFor(this.profile, this.began);
    const lines = wanted.map((line) => line(this.assortment));
    const order = { poNumber: `${this.#prefix}${this.poNumbers.length + 1}`, lines, shipOn, ...more };
    if (!this.poNumbers.includes(order.poNumber)) this.poNumbers.push(order.poNumber);
    this.orders.push(order);
    return order;
  }

  /** Submits by file or by API, as the profile states. */
  async submit(order: PurchaseOrder): Promise<Answer> {
    if (this.profile.ordersBy.includes('edi')) return this.handIn(this.fileOf([order]));
    const body = canonicalOrder(this.profile, this.partnership.data, order, new Date());
    return this.#answered(
      await this.#send(`${this.partnership.network.apiUrl}/v1/orders`, this.partnership.apiKey, body),
    );
  }

  /** One interchange with a transaction set for each order. */
  fileOf(orders: readonly PurchaseOrder[], form: OrderForm = orderFormOf(this.profile)): string {
    const { data } = this.partnership;
    const today = new Date();
    const { set, functionalId } = form;
    return this.interchange(
      functionalId,
      orders.map((order) => ({ set, segments: segmentsOfOrder(this.profile, data, order, today, form) })),
    );
  }

  interchange(functionalId: string, transactions: readonly { set: string; segments: readonly Segment[] }[]): string {
    this.partnership.control += 1;
    return interchangeOf(this.profile, this.partnership.control, functionalId, transactions);
  }

  async handIn(text: string): Promise<Answer> {
    this.files.push(text);
    const { network, apiKey } = this.partnership;
    return this.#answered(await this.#send(`${network.apiUrl}/v1/edi/interchanges`, apiKey, text));
  }

  /** Posts to our API with the partner’s key. */
  async ask(path: string, body: object): Promise<Answer> {
    const { network, apiKey } = this.partnership;
    return this.#answered(await this.#send(`${network.apiUrl}${path}`, apiKey, body));
  }

  /** Sets the behaviour of the partner’s mailbox; omitted keys get their defaults. */
  async partnerBehaves(behaviour: object): Promise<void> {
    await this.sandbox('partners', `/_control/partners/${this.profile.id}`, 'PUT', behaviour);
  }

  /** Sets how the warehouse treats the scenario’s orders so far; undefined restores the default. */
  async warehouseBehaves(behaviour: object | undefined): Promise<void> {
    for (const poNumber of this.poNumbers) {
      const path = `/_control/behaviours/${encodeURIComponent(poNumber)}`;
      if (behaviour === undefined) await this.sandbox('wms', path, 'DELETE');
      else await this.sandbox('wms', path, 'PUT', { ...AT_ONCE, ...behaviour });
    }
  }

  /** @param more further input of the resolution */
  async decide(exceptionId: string, resolution: string, more: object = {}): Promise<void> {
    const { network } = this.partnership;
    const url = `${network.apiUrl}/v1/exceptions/${exceptionId}/resolve`;
    const answer = await this.#send(url, network.installation.demoKey, { resolution, ...more });
    if (answer.status >= 300) throw new StepFailed(`${resolution} was refused: ${JSON.stringify(answer.body)}`);
  }

  /** Open exceptions about undelivered documents of the scenario. */
  async undelivered(): Promise<{ id: string; summary: string }[]> {
    const { network } = this.partnership;
    const url = `${network.apiUrl}/v1/exceptions?partnerId=${this.profile.id}&limit=100`;
    const answer = await this.#send(url, network.installation.demoKey);
    if (answer.status >= 300) throw new StepFailed(`exceptions: ${JSON.stringify(answer.body)}`);
    const orders = new Set((await this.recorded()).map(({ id }) => id));
    const items = answer.body.items as { id: string; type: string; orderId: string; summary: string }[];
    return items.filter(({ type, orderId }) => type === 'document-undelivered' && orders.has(orderId));
  }

  async sandbox(system: 'erp' | 'wms' | 'partners', path: string, method = 'GET', body?: unknown): Promise<Answer> {
    const { network } = this.partnership;
    const token = network.installation.secrets.SANDBOX_TOKEN ?? '';
    const answer = await this.#send(`${network.parts[system].url}${path}`, token, body, method);
    if (answer.status >= 300) throw new StepFailed(`${system} ${path}: ${JSON.stringify(answer.body)}`);
    return answer;
  }

  // ── Observations ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Orders of the scenario, oldest first. */
  recorded() {
    return this.prisma.order.findMany({
      where: { partnerId: this.profile.id, poNumber: { in: this.poNumbers } },
      orderBy: { receivedAt: 'asc' },
      include: {
        lines: { orderBy: { lineNumber: 'asc' } },
        documents: true,
        cameBy: { include: { document: true } },
        exceptions: true,
        shipments: true,
        timeline: true,
      },
    });
  }

  async eventually<T>(what: string, ask: () => Promise<T | undefined | false>, seconds = PATIENCE_SECONDS): Promise<T> {
    for (const until = Date.now() + seconds * 1000; ; await delay(100)) {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      if (Date.now() > until) throw new StepFailed(`not within ${seconds} s: ${what}; ${await this.#situation()}`);
    }
  }

  /** Waits until the partner and we have sent and processed every document. */
  async quiet(): Promise<void> {
    const { id } = this.profile;
    await this.eventually('every document sent and processed', async () => {
      const [unsent, unread] = await Promise.all([
        this.prisma.document.count({
          where: { partnerId: id, direction: 'outbound', state: { in: ['queued', 'prepared'] } },
        }),
        this.prisma.interchange.count({ where: { partnerId: id, direction: 'inbound', state: 'received' } }),
      ]);
      const outbox = await this.sandbox('partners', '/_control/outbox');
      return unsent === 0 && unread === 0 && outbox.body.waiting === 0;
    });
  }

  /** Files in the partner's mailbox since the scenario began. */
  async received(): Promise<{ documents: MailboxDocument[]; files: { name: string; text: string; at: string }[] }> {
    const path = `/partners/${this.profile.id}`;
    const all = (await this.sandbox('partners', `${path}/files`)).body.items as {
      fileName: string;
      receivedAt: string;
    }[];
    const mine = all.filter(({ receivedAt }) => new Date(receivedAt) >= this.began);
    const names = new Set(mine.map(({ fileName }) => fileName));
    const documents = (await this.sandbox('partners', `${path}/documents`)).body.items as MailboxDocument[];
    const files = await Promise.all(
      mine.map(async ({ fileName, receivedAt }) => {
        const { body } = await this.sandbox('partners', `${path}/files/${fileName}/raw`);
        return { name: fileName, text: String(body), at: receivedAt };
      }),
    );
    return { documents: documents.filter(({ fileName }) => names.has(fileName)), files };
  }

  /** Releases at the warehouse for the scenario's orders. */
  async releases(): Promise<ReleaseRecord[]> {
    const answers = await Promise.all(
      this.poNumbers.map((poNumber) => this.sandbox('wms', `/releases?poNumber=${encodeURIComponent(poNumber)}`)),
    );
    return answers.flatMap(({ body }) => body.items as ReleaseRecord[]);
  }

  /** Transaction sets that the partner received, parsed by the sandbox’s reader. */
  async transactions(): Promise<TransactionSet[]> {
    const { files } = await this.received();
    return files.flatMap(({ text }) => readInterchange(text).groups.flatMap(({ transactions }) => [...transactions]));
  }

  /** Every interchange between the partner and us since the scenario began. */
  async evidence(): Promise<DocumentEvidence[]> {
    const rows = await this.prisma.interchange.findMany({
      where: { partnerId: this.profile.id, receivedAt: { gte: this.began } },
      include: { documents: { orderBy: { position: 'asc' } } },
      orderBy: { receivedAt: 'asc' },
    });
    return rows.map((row) => ({
      direction: row.direction as 'inbound' | 'outbound',
      set: [...new Set(row.documents.map(({ transactionSet }) => transactionSet))].join(', ') || 'envelope',
      control: row.controlNumber,
      contents: row.documents.map(
        ({ transactionSet, groupControl, transactionControl, state }) =>
          `${transactionSet} ${groupControl ?? ''}/${transactionControl ?? ''} ${state}`,
      ),
      text: Buffer.from(row.bytes).toString('latin1'),
      at: row.receivedAt.toISOString(),
      notUsed: row.documents.flatMap(({ transactionSet, notUsed }) =>
        ((notUsed ?? []) as unknown as Omit<LeftOut, 'set'>[]).map((one) => ({ ...one, set: transactionSet })),
      ),
    }));
  }

  async #situation(): Promise<string> {
    const orders = await this.recorded();
    if (orders.length === 0) return `no order; ${await this.#refusal()}`;
    return orders
      .map(({ poNumber, status, waitingFor, exceptions, documents }) => {
        const open = exceptions
          .filter(({ state }) => state === 'open')
          .map(({ type, summary }) => `${type}: ${summary}`);
        const states = documents.map(({ transactionSet, state }) => `${transactionSet} ${state}`);
        return `${poNumber} is ${status}, waits for ${waitingFor ?? 'nothing'}; ${[...open, ...states].join(', ')}`;
      })
      .join('; ');
  }

  /** Why there is no order: errors of rejected transaction sets, or else our last answer. */
  async #refusal(): Promise<string> {
    const refused = await this.prisma.document.findMany({
      where: { partnerId: this.profile.id, direction: 'inbound', state: 'rejected', createdAt: { gte: this.began } },
      select: { transactionSet: true, errors: true },
    });
    const reasons = refused.flatMap(({ transactionSet, errors }) =>
      (errors as { message: string; place: { segment: string; position: number } }[]).map(
        ({ message, place }) => `${transactionSet} rejected at ${place.segment} ${place.position}: ${message}`,
      ),
    );
    return reasons.join('; ') || `our last answer: ${JSON.stringify(this.answers.at(-1)?.body ?? null)}`;
  }

  #answered(answer: Answer): Answer {
    this.answers.push(answer);
    this.note(`the API answers ${answer.status}${answer.body?.code === undefined ? '' : ` ${answer.body.code}`}`);
    return answer;
  }

  async #send(url: string, key: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<Answer> {
    const file = typeof body === 'string';
    const response = await fetch(url, {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'Content-Type': file ? 'application/edi-x12' : 'application/json' }),
      },
      ...(body !== undefined && { body: file ? Buffer.from(body, 'latin1') : JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_MS),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const json = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, body: json ? JSON.parse(bytes.toString('utf8')) : bytes.toString('latin1') };
  }
}
