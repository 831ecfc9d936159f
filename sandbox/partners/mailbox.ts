import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { MailboxFile } from '../../activities/edi/mailbox-contract.ts';
import type { PaymentInput } from '../../mappings/canonical/v1/index.ts';
import type { OutboundMessage } from '../outbox.ts';
import { Problem } from '../problem.ts';
import {
  ACKNOWLEDGMENTS,
  acknowledgementOf,
  type FunctionalGroup,
  type Interchange,
  readInterchange,
  type Segment,
  type Syntax,
  type TransactionSet,
  usualSyntax,
  writeInterchange,
  X12Refusal,
} from '../x12.ts';

/**
 * The trading partners of the sandbox. Each stores received files, answers functional groups with a
 * 997 or 999 and pays invoices. An answer is created, numbered and queued in the same transaction
 * as the received document, so that a kill never creates a second answer.
 */

const party = z.strictObject({
  isaQualifier: z.string().length(2).default('ZZ'),
  isaId: z.string().min(1).max(15),
  gsId: z.string().min(1).max(15),
});

const character = z.string().length(1);

/** Identity and syntax of a partner; `PUT /_control/trading-partners/{id}` adds one. */
export const tradingPartner = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
    name: z.string().min(1).max(60),
    /** Its own interchange and group ids. */
    theirs: party,
    /** Our interchange and group ids at this partner. */
    ours: party.prefault({ isaId: 'MERIDIAN', gsId: 'MERIDIAN' }),
    syntax: z
      .strictObject({
        element: character,
        component: character,
        segment: character,
        repetition: character.optional(),
        interchangeVersion: z.string().length(5),
        version: z.string().min(6).max(12),
        usage: z.enum(['P', 'T']),
      })
      .default(usualSyntax),
    pays: z.enum(['edi', 'api']).default('edi'),
    /** The acknowledgement set: 997 or 999. */
    acknowledges: z.enum(ACKNOWLEDGMENTS).default('997'),
    /** Its API key, if it is not one of those in the environment. */
    apiKey: z.string().min(1).optional(),
  })
  .meta({ id: 'TradingPartner' });
export type TradingPartner = z.output<typeof tradingPartner>;

const known = (id: string, name: string, isaId: string, pays: 'edi' | 'api') =>
  tradingPartner.parse({ id, name, theirs: { isaId, gsId: isaId }, pays });

export const partners: readonly TradingPartner[] = [
  known('harbor-pine', 'Harbor & Pine Stores', 'HARBORPINE', 'edi'),
  known('tri-valley', 'Tri-Valley Supply', 'TRIVALLEY', 'edi'),
  known('cobalt-ridge', 'Cobalt Ridge Hardware', 'COBALTRIDGE', 'api'),
];

/** Behaviour of a partner, set by `PUT /_control/partners/{id}`. */
export const partnerBehaviour = z
  .strictObject({
    /** Pays each invoice after receipt. */
    autopay: z.boolean().default(true),
    acknowledge: z.enum(['accept', 'reject', 'silent']).default('accept'),
    /** Sets that `acknowledge` applies to; other sets are accepted. Default all. */
    sets: z.array(z.string().regex(/^\d{3}$/)).optional(),
    /** `down`: the mailbox answers 503. */
    mailbox: z.enum(['up', 'down']).default('up'),
    /** Deducts the discount of the 810's ITD segment. */
    takeDiscount: z.boolean().default(false),
  })
  .meta({ id: 'PartnerBehaviour' });
export type PartnerBehaviour = z.output<typeof partnerBehaviour>;

/** An unpaid invoice at a partner. */
interface Payable {
  readonly invoiceNumber: string;
  /** Cents: TDS01. */
  readonly amount: number;
  /** Discount in cents: ITD03 percent of TDS01. */
  readonly discount: number;
}

export type MailboxEntry =
  | {
      type: 'file';
      partnerId: string;
      file: MailboxFile;
      /** Bytes as Latin-1, which is lossless. */
      content: string;
      correlationId: string;
    }
  | { type: 'file-again'; partnerId: string; fileName: string }
  | { type: 'numbered'; partnerId: string; control: number }
  | { type: 'paid'; partnerId: string; reference: string; invoiceNumbers: string[] }
  | { type: 'partner-behaviour'; partnerId: string; behaviour: PartnerBehaviour }
  | { type: 'trading-partner'; partnerId: string; partner: TradingPartner }
  | { type: 'queued'; message: OutboundMessage };

export interface ReceivedDocument {
  readonly set: string;
  /**
   * Business number: PO of an 855, shipment of an 856, invoice of an 810, group of a 997 or 999.
   */
  readonly reference: string;
  readonly poNumbers: readonly string[];
  /** Cents, for an 810. */
  readonly amount?: number;
  readonly interchangeControlNumber: string;
  readonly groupControlNumber: string;
  readonly transactionControlNumber: string;
  readonly fileName: string;
}

interface StoredFile {
  file: MailboxFile;
  content: string;
}

const MAX_INVOICES_A_PAYMENT = 500;

export class Mailbox {
  partner: TradingPartner;
  behaviour: PartnerBehaviour = partnerBehaviour.parse({});
  readonly #files = new Map<string, StoredFile>();
  readonly #controlNumbers = new Map<string, string>();
  readonly #documents: ReceivedDocument[] = [];
  readonly #payables = new Map<string, Payable>();
  readonly #invoicesSeen = new Set<string>();
  readonly #paid = new Map<string, string>();
  #payments = 0;
  /** Last used ISA13 and GS06. */
  #control = 0;

  constructor(partner: TradingPartner) {
    this.partner = partner;
  }

  apply(entry: MailboxEntry): void {
    switch (entry.type) {
      case 'file':
        this.#files.set(entry.file.fileName, { file: entry.file, content: entry.content });
        this.#controlNumbers.set(entry.file.interchangeControlNumber, entry.file.fileName);
        this.#read(entry.file.fileName, readInterchange(entry.content));
        break;
      case 'file-again': {
        const stored = this.#files.get(entry.fileName);
        if (stored) stored.file = { ...stored.file, deliveries: stored.file.deliveries + 1 };
        break;
      }
      case 'numbered':
        this.#control = entry.control;
        break;
      case 'paid':
        this.#payments += 1;
        for (const invoiceNumber of entry.invoiceNumbers) {
          this.#payables.delete(invoiceNumber);
          this.#paid.set(invoiceNumber, entry.reference);
        }
        break;
      case 'partner-behaviour':
        this.behaviour = entry.behaviour;
        break;
      case 'trading-partner':
        this.partner = entry.partner;
        break;
      case 'queued':
        break;
    }
  }

  /** Takes in a file; rejects it as a whole if it is not an interchange for this partner. */
  receive(
    delivery: { fileName: string; bytes: Uint8Array; correlationId: string },
    now: Date,
    delayMs: number,
  ): { entries: MailboxEntry[]; fileName: string } {
    const { fileName, bytes, correlationId } = delivery;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const before = this.#files.get(fileName);
    if (before) {
      if (before.file.sha256 !== sha256) {
        throw new Problem(409, 'file-name-reused', `${fileName} was delivered with other content`);
      }
      return { entries: [{ type: 'file-again', partnerId: this.partner.id, fileName }], fileName };
    }
    const content = Buffer.from(bytes).toString('latin1');
    const interchange = this.#readable(content);
    const { control } = interchange;
    const earlier = this.#controlNumbers.get(control);
    if (earlier !== undefined) {
      throw new Problem(
        422,
        'duplicate-interchange-control-number',
        `ISA13 ${control} was already used in ${earlier}`,
        [{ path: 'ISA13', message: `repeats ${control}` }],
      );
    }
    const file: MailboxFile = {
      fileName,
      interchangeControlNumber: control,
      receivedAt: now.toISOString(),
      deliveries: 1,
      bytes: bytes.byteLength,
      sha256,
    };
    const entries: MailboxEntry[] = [{ type: 'file', partnerId: this.partner.id, file, content, correlationId }];
    const answers = interchange.groups
      .filter(({ functionalId }) => functionalId !== 'FA')
      .flatMap((group) => {
        const verdict = this.#verdictOn(group);
        return verdict === 'silent' ? [] : [acknowledgementOf(group, verdict, this.partner.acknowledges)];
      });
    if (answers.length > 0) entries.push(...this.#send('FA', answers, now, correlationId, delayMs));
    return { entries, fileName };
  }

  #verdictOn({ transactions }: FunctionalGroup): PartnerBehaviour['acknowledge'] {
    const { acknowledge, sets } = this.behaviour;
    return sets === undefined || transactions.some(({ set }) => sets.includes(set)) ? acknowledge : 'accept';
  }

  /** Pays all open invoices with one remittance; nothing with autopay off. */
  payRun(now: Date): MailboxEntry[] {
    if (!this.behaviour.autopay) return [];
    const due = [...this.#payables.values()].slice(0, MAX_INVOICES_A_PAYMENT);
    if (due.length === 0) return [];
    const reference = `${this.partner.theirs.isaId.slice(0, 4)}${String(this.#payments + 1).padStart(8, '0')}`;
    const lines = due.map((payable) => {
      const discount = this.behaviour.takeDiscount ? payable.discount : 0;
      return { ...payable, discount, paid: payable.amount - discount };
    });
    const paid: MailboxEntry = {
      type: 'paid',
      partnerId: this.partner.id,
      reference,
      invoiceNumbers: due.map(({ invoiceNumber }) => invoiceNumber),
    };
    const total = lines.reduce((sum, line) => sum + line.paid, 0);
    if (this.partner.pays === 'api') {
      const payment: PaymentInput = {
        partnerId: this.partner.id,
        reference,
        method: 'ach',
        currency: 'USD',
        paidOn: now.toISOString().slice(0, 10),
        amount: total,
        invoices: lines.map(({ invoiceNumber, paid: amount, discount }) => ({
          invoiceNumber,
          amount,
          ...(discount > 0 ? { adjustment: discount, adjustmentReason: 'terms discount' } : {}),
        })),
      };
      const message: OutboundMessage = {
        id: `${this.partner.id}:${reference}`,
        lane: this.partner.id,
        path: '/v1/payments',
        contentType: 'application/json',
        headers: { 'Idempotency-Key': `${this.partner.id}-${reference}` },
        body: JSON.stringify(payment),
        encoding: 'utf8',
        correlationId: `payment-${reference}`,
        notBefore: 0,
      };
      return [paid, { type: 'queued', message }];
    }
    const day = now.toISOString().slice(0, 10).replaceAll('-', '');
    const segments: Segment[] = [
      ['BPR', 'C', major(total), 'C', 'ACH', 'CTX', ...Array<string>(10).fill(''), day],
      ['TRN', '1', reference],
      ['N1', 'PR', this.partner.name],
      ['N1', 'PE', 'Meridian Wholesale'],
      ['ENT', '1'],
      ...lines.map(({ invoiceNumber, paid: amount, amount: invoiced, discount }) => [
        'RMR',
        'IV',
        invoiceNumber,
        '',
        major(amount),
        major(invoiced),
        discount > 0 ? major(discount) : '',
      ]),
    ];
    return [paid, ...this.#send('RA', [{ set: '820', segments }], now, `payment-${reference}`, 0)];
  }

  get owes(): boolean {
    return this.#payables.size > 0;
  }

  files(): MailboxFile[] {
    return [...this.#files.values()].map(({ file }) => file);
  }

  file(fileName: string): StoredFile {
    const stored = this.#files.get(fileName);
    if (!stored) throw new Problem(404, 'unknown-file', `There is no file ${fileName}`);
    return stored;
  }

  documents(): readonly ReceivedDocument[] {
    return this.#documents;
  }

  summary() {
    const bySet: Record<string, number> = {};
    const seen = new Map<string, number>();
    for (const { set, reference } of this.#documents) {
      bySet[set] = (bySet[set] ?? 0) + 1;
      if (set !== '997' && set !== '999') seen.set(`${set} ${reference}`, (seen.get(`${set} ${reference}`) ?? 0) + 1);
    }
    return {
      files: this.#files.size,
      repeatedDeliveries: [...this.#files.values()].reduce((sum, { file }) => sum + file.deliveries - 1, 0),
      documentsBySet: bySet,
      /**
       * Documents of one kind and number, received more than once with different control numbers.
       */
      repeatedDocuments: [...seen].filter(([, count]) => count > 1).map(([name]) => name),
      payments: this.#payments,
      invoicesPaid: this.#paid.size,
      invoicesOwed: this.#payables.size,
      behaviour: this.behaviour,
    };
  }

  #readable(content: string): Interchange {
    try {
      const interchange = readInterchange(content);
      const { theirs, ours } = this.partner;
      if (interchange.receiver !== theirs.isaId) {
        throw new X12Refusal('wrong-receiver', 'ISA08', `is ${interchange.receiver}, not ${theirs.isaId}`);
      }
      if (interchange.sender !== ours.isaId) {
        throw new X12Refusal('unknown-sender', 'ISA06', `is ${interchange.sender}, not ${ours.isaId}`);
      }
      return interchange;
    } catch (error) {
      if (!(error instanceof X12Refusal)) throw error;
      throw new Problem(422, error.code, error.message, [{ path: error.place, message: error.message }]);
    }
  }

  #read(fileName: string, interchange: Interchange): void {
    for (const group of interchange.groups) {
      for (const transaction of group.transactions) {
        const described = describe(transaction);
        this.#documents.push({
          ...described,
          interchangeControlNumber: interchange.control,
          groupControlNumber: group.control,
          transactionControlNumber: transaction.control,
          fileName,
        });
        if (transaction.set !== '810' || described.amount === undefined || described.amount <= 0) continue;
        // A credit memo is nothing to pay.
        if (element(transaction, 'BIG', 7) === 'CR') continue;
        // A repeated invoice is owed once, also under another control number.
        if (transaction.errors.length > 0 || this.#invoicesSeen.has(described.reference)) continue;
        this.#invoicesSeen.add(described.reference);
        const percent = Number(element(transaction, 'ITD', 3) || '0');
        this.#payables.set(described.reference, {
          invoiceNumber: described.reference,
          amount: described.amount,
          discount: Math.round((described.amount * percent) / 100),
        });
      }
    }
  }

  #send(
    functionalId: string,
    transactions: readonly { set: string; segments: readonly Segment[] }[],
    now: Date,
    correlationId: string,
    delayMs: number,
  ): MailboxEntry[] {
    const control = this.#control + 1;
    const { theirs, ours, syntax } = this.partner;
    const body = writeInterchange({
      senderQualifier: theirs.isaQualifier,
      sender: theirs.isaId,
      receiverQualifier: ours.isaQualifier,
      receiver: ours.isaId,
      groupSender: theirs.gsId,
      groupReceiver: ours.gsId,
      syntax: syntax as Syntax,
      control,
      groupControl: control,
      functionalId,
      at: now,
      transactions,
    });
    const fileName = `${this.partner.id}-${functionalId.toLowerCase()}-${String(control).padStart(9, '0')}.edi`;
    return [
      { type: 'numbered', partnerId: this.partner.id, control },
      {
        type: 'queued',
        message: {
          id: `${this.partner.id}:${control}`,
          lane: this.partner.id,
          path: '/v1/edi/interchanges',
          contentType: 'application/edi-x12',
          headers: { 'X-File-Name': fileName },
          body,
          encoding: 'latin1',
          correlationId,
          notBefore: delayMs > 0 ? now.getTime() + delayMs : 0,
        },
      },
    ];
  }
}

/** The business facts of a document. */
function describe(transaction: TransactionSet): Pick<ReceivedDocument, 'set' | 'reference' | 'poNumbers' | 'amount'> {
  const { set } = transaction;
  switch (set) {
    case '855':
      return { set, reference: element(transaction, 'BAK', 3), poNumbers: [element(transaction, 'BAK', 3)] };
    case '865':
      return { set, reference: element(transaction, 'BCA', 3), poNumbers: [element(transaction, 'BCA', 3)] };
    case '856': {
      const orders = transaction.segments.filter(([id]) => id === 'PRF').map((prf) => prf[1] ?? '');
      return { set, reference: element(transaction, 'BSN', 2), poNumbers: [...new Set(orders)] };
    }
    case '810': {
      const amount = Number(element(transaction, 'TDS', 1));
      return {
        set,
        reference: element(transaction, 'BIG', 2),
        poNumbers: [element(transaction, 'BIG', 4)],
        ...(Number.isSafeInteger(amount) ? { amount } : {}),
      };
    }
    case '180':
      return { set, reference: element(transaction, 'BGN', 2), poNumbers: [] };
    case '812':
      return { set, reference: element(transaction, 'BCD', 2), poNumbers: [] };
    case '997':
    case '999': {
      const group = `${element(transaction, 'AK1', 1)} ${element(transaction, 'AK1', 2)}`;
      return { set, reference: group, poNumbers: [] };
    }
    default:
      return { set, reference: '', poNumbers: [] };
  }
}

function element(transaction: TransactionSet, id: string, position: number): string {
  return transaction.segments.find((segment) => segment[0] === id)?.[position] ?? '';
}

/** Cents as the decimal of an R element: `"12.5"`. */
function major(cents: number): string {
  const text = `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
  return text.replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') || text.includes('.') ? '' : zeros));
}
