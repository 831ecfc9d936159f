import { join } from 'node:path';
import express, { type Request } from 'express';
import { FILE_NAME_HEADER, INTERCHANGE_CONTROL_HEADER } from '../../activities/edi/mailbox-contract.ts';
import { CORRELATION_HEADER } from '../../activities/lib/rest-operation.ts';
import { Outbox, type OutboxEntry } from '../outbox.ts';
import { Problem } from '../problem.ts';
import { check, type RunningServer, SandboxServer } from '../server.ts';
import { Mailbox, type MailboxEntry, partnerBehaviour, partners, tradingPartner } from './mailbox.ts';

export interface PartnersOptions {
  /** 0 selects a free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly token: string;
  /** Our API: 997s and 820s go to `/v1/edi/interchanges`, payments to `/v1/payments`. */
  readonly apiUrl: string;
  /** API keys by partner id. */
  readonly apiKeys: Readonly<Record<string, string>>;
  /** Typical time between receiving a document and answering it; 0 answers at once. */
  readonly speedMs: number;
}

type Entry = MailboxEntry | OutboxEntry;

/** Serves the mailboxes at `/partners/{id}` and sends the partners' answers and payments. */
export function startPartners(options: PartnersOptions): Promise<RunningServer> {
  const server = new SandboxServer<Entry>({
    title: 'Partner mailboxes',
    description: 'HTTPS mailboxes of the trading partners: POST /partners/{id}/inbox, GET /partners/{id}/files/{name}.',
    token: options.token,
  });
  const mailboxes = new Map(partners.map((partner) => [partner.id, new Mailbox(partner)]));
  const outbox = new Outbox({
    apiUrl: options.apiUrl,
    faults: server.faults,
    speedMs: options.speedMs,
    authorize: ({ lane }) => {
      const key = mailboxes.get(lane)?.partner.apiKey ?? options.apiKeys[lane];
      const headers: Record<string, string> = key === undefined ? {} : { Authorization: `Bearer ${key}` };
      return headers;
    },
    commit: (entries) => journal.commit(entries),
  });
  const journal = server.openJournal(join(options.dataDir, 'partners.jsonl'), (entry) => {
    if (outbox.apply(entry)) return;
    const own = entry as Exclude<MailboxEntry, { type: 'queued' }>;
    if (own.type === 'trading-partner' && !mailboxes.has(own.partnerId)) {
      mailboxes.set(own.partnerId, new Mailbox(own.partner));
    }
    mailboxes.get(own.partnerId)?.apply(own);
  });

  const payRuns = new Map<string, NodeJS.Timeout>();
  let stopped = false;

  /** A pay run waits after an invoice, so that several invoices share one remittance. */
  function schedulePayRun(mailbox: Mailbox): void {
    const { id } = mailbox.partner;
    if (stopped || payRuns.has(id) || !mailbox.owes || !mailbox.behaviour.autopay) return;
    const timer = setTimeout(() => {
      payRuns.delete(id);
      if (stopped) return;
      void journal.commit(mailbox.payRun(new Date()));
      schedulePayRun(mailbox);
    }, options.speedMs * 3);
    payRuns.set(id, timer);
  }

  function mailboxOf(request: Request): Mailbox {
    const id = String(request.params.partnerId);
    const mailbox = mailboxes.get(id);
    if (!mailbox) throw new Problem(404, 'unknown-partner', `There is no partner ${id}`);
    return mailbox;
  }

  function openMailboxOf(request: Request): Mailbox {
    const mailbox = mailboxOf(request);
    if (mailbox.behaviour.mailbox === 'down') throw new Problem(503, 'mailbox-down', 'The mailbox is down');
    return mailbox;
  }

  server.routes.post(
    '/partners/:partnerId/inbox',
    express.raw({ type: 'application/edi-x12', limit: '50mb' }),
    async (request, response) => {
      const mailbox = openMailboxOf(request);
      if (!Buffer.isBuffer(request.body)) {
        throw new Problem(415, 'wrong-content-type', 'Send an interchange as application/edi-x12');
      }
      const fileName = request.get(FILE_NAME_HEADER) ?? '';
      if (!/^[\x21-\x7e]{1,200}$/.test(fileName)) {
        throw new Problem(400, 'file-name-missing', `${FILE_NAME_HEADER} is needed, at most 200 visible characters`);
      }
      const correlationId = request.get(CORRELATION_HEADER) ?? fileName;
      const { entries } = mailbox.receive(
        { fileName, bytes: request.body, correlationId },
        new Date(),
        options.speedMs,
      );
      const announced = request.get(INTERCHANGE_CONTROL_HEADER);
      const taken = entries.find((entry) => entry.type === 'file');
      if (taken && announced !== undefined && announced !== taken.file.interchangeControlNumber) {
        throw new Problem(422, 'control-mismatch', `The control number ${announced} in the header differs from ISA13`, [
          { path: 'ISA13', message: `is ${taken.file.interchangeControlNumber}` },
        ]);
      }
      await journal.commit(entries);
      schedulePayRun(mailbox);
      response.status(taken ? 201 : 200).json(mailbox.file(fileName).file);
    },
  );
  server.routes.get('/partners/:partnerId/files', async (request, response) => {
    const items = openMailboxOf(request).files();
    await journal.durable();
    response.json({ items });
  });
  server.routes.get('/partners/:partnerId/files/:name', async (request, response) => {
    const { file } = openMailboxOf(request).file(request.params.name);
    await journal.durable();
    response.json(file);
  });
  server.routes.get('/partners/:partnerId/files/:name/raw', async (request, response) => {
    const { content } = openMailboxOf(request).file(request.params.name);
    await journal.durable();
    response.type('application/edi-x12').send(Buffer.from(content, 'latin1'));
  });
  server.routes.get('/partners/:partnerId/documents', async (request, response) => {
    const items = openMailboxOf(request).documents();
    await journal.durable();
    response.json({ items });
  });

  server.control.get('/summary', (_, response) => {
    const perPartner = Object.fromEntries([...mailboxes].map(([id, mailbox]) => [id, mailbox.summary()]));
    response.json({ partners: perPartner, outbox: outbox.describe() });
  });
  server.control
    .route('/partners/:partnerId')
    .get((request, response) => void response.json(mailboxOf(request).behaviour))
    .put(async (request, response) => {
      const mailbox = mailboxOf(request);
      const behaviour = check(partnerBehaviour, request.body);
      await journal.commit([{ type: 'partner-behaviour', partnerId: mailbox.partner.id, behaviour }]);
      schedulePayRun(mailbox);
      response.json(mailbox.behaviour);
    });
  server.control.put('/trading-partners/:partnerId', async (request, response) => {
    const { id: _, ...rest } = request.body ?? {};
    const partner = check(tradingPartner, { id: request.params.partnerId, ...rest });
    await journal.commit([{ type: 'trading-partner', partnerId: partner.id, partner }]);
    const { apiKey: __, ...shown } = partner;
    response.json(shown);
  });
  server.control.get('/outbox', (_, response) => void response.json(outbox.describe()));
  server.control.post('/outbox/requeue', async (_, response) => {
    response.json({ requeued: await outbox.requeue() });
  });

  const running = server.listen(options.port, async () => {
    stopped = true;
    for (const timer of payRuns.values()) clearTimeout(timer);
    outbox.stop();
    await journal.close();
  });
  outbox.start();
  for (const mailbox of mailboxes.values()) schedulePayRun(mailbox);
  return running;
}
