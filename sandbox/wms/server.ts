import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { wmsOperations } from '../../activities/wms/connectors/rest/rest-contract.ts';
import { carrierEvent, nonNegativeDecimal, returnNotice } from '../../mappings/canonical/v1/index.ts';
import { Outbox, type OutboxEntry } from '../outbox.ts';
import { check, type RunningServer, SandboxServer } from '../server.ts';
import { type Behaviour, behaviour } from './behaviour.ts';
import { isFinal, messageOf, nodes, Warehouse, type WarehouseEntry } from './warehouse.ts';

export interface WmsOptions {
  /** 0 selects a free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly token: string;
  /** Our API, which receives events at `/v1/warehouse-events`. */
  readonly apiUrl: string;
  /** `whsec_…` */
  readonly webhookSecret: string;
  /** Typical time between the steps of a release; 0 runs them immediately. */
  readonly speedMs: number;
}

type Entry = WarehouseEntry | OutboxEntry;

/** Poll interval for a release before its earliest ship date. */
const LOOK_AGAIN_MS = 60_000;

/**
 * The sandbox's WMS behind the generic REST contract, with its own stock and an outbox of signed
 * events.
 */
export function startWms(options: WmsOptions): Promise<RunningServer> {
  const server = new SandboxServer<Entry>({
    title: 'WMS',
    description:
      'Generic REST contract of a warehouse system: releases, returns and stock. Events are sent as Standard Webhooks.',
    token: options.token,
  });
  const warehouse = new Warehouse();
  const signer = new Webhook(options.webhookSecret);
  const outbox = new Outbox({
    apiUrl: options.apiUrl,
    faults: server.faults,
    speedMs: options.speedMs,
    authorize: ({ headers, body }) => {
      const now = new Date();
      return {
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': signer.sign(headers['webhook-id'] ?? '', now, body),
      };
    },
    commit: (entries) => journal.commit(entries),
  });
  const journal = server.openJournal(join(options.dataDir, 'wms.jsonl'), (entry) => {
    if (!outbox.apply(entry)) warehouse.apply(entry);
  });

  const timers = new Map<string, NodeJS.Timeout>();
  let stopped = false;

  /** Runs the steps of a release at their due time until it is finished or held. */
  function schedule(releaseNumber: string): void {
    if (stopped || timers.has(releaseNumber)) return;
    const extra = warehouse.behaviourOf(releaseNumber)?.delayMs ?? 0;
    const soon = options.speedMs * (0.5 + Math.random()) + extra;
    const waitMs = warehouse.waits(releaseNumber, new Date()) ? LOOK_AGAIN_MS : soon;
    const timer = setTimeout(() => {
      timers.delete(releaseNumber);
      if (!stopped && (doStep(releaseNumber) || warehouse.waits(releaseNumber, new Date()))) schedule(releaseNumber);
    }, waitMs);
    timers.set(releaseNumber, timer);
  }

  /** Runs the due step, or all steps without a delay. Returns false when no step is due. */
  function doStep(releaseNumber: string): boolean {
    for (;;) {
      const next = warehouse.step(releaseNumber, new Date());
      if (!next) return false;
      const { entry, event } = next;
      const rule = warehouse.behaviourOf(releaseNumber);
      const correlationId = warehouse.correlationOf(releaseNumber);
      const telling = rule?.reverse
        ? isFinal(entry.state)
          ? [event, ...warehouse.heldEvents(releaseNumber).toReversed()]
          : []
        : [event];
      const messages = telling.flatMap((told) =>
        (rule?.duplicate ? [0, 1] : [0]).map((copy) => messageOf(told, correlationId, copy)),
      );
      const kept = telling.length === 0 ? { ...entry, heldEvent: event } : entry;
      // No caller awaits this commit, so a failure must end the process.
      void journal.commit([kept, ...messages.map((message) => ({ type: 'queued' as const, message }))]);
      if (options.speedMs > 0 || (rule?.delayMs ?? 0) > 0) return !isFinal(entry.state);
    }
  }

  server.create('release', wmsOperations.release, ({ body }) => {
    const { entries, reference } = warehouse.release(body);
    // Runs after the commit has added the release to the state.
    setImmediate(() => schedule(body.releaseNumber));
    return { entries, answer: { reference } };
  });
  server.create('cancelRelease', wmsOperations.cancelRelease, ({ params }) => {
    const { entries, cancelled } = warehouse.cancel(params.releaseNumber ?? '');
    return { entries, answer: { cancelled } };
  });
  server.create('expectReturn', wmsOperations.expectReturn, ({ body }) => {
    const { entries, reference } = warehouse.expected.expect(body);
    return { entries, answer: { reference } };
  });
  server.create('cancelExpectedReturn', wmsOperations.cancelExpectedReturn, ({ params }) => {
    const { entries, cancelled } = warehouse.expected.cancel(params.rmaNumber ?? '');
    return { entries, answer: { cancelled } };
  });
  server.read('listExpectedReturns', wmsOperations.listExpectedReturns, () => ({
    items: warehouse.expected.records(),
  }));
  server.read('readStock', wmsOperations.readStock, ({ query }) => ({
    asOf: new Date().toISOString(),
    balances: warehouse.stock(query.nodes.split(',')),
  }));
  server.read('listReleases', wmsOperations.listReleases, ({ query }) => ({
    items: warehouse.releases(query.poNumber),
  }));
  server.read('readRelease', wmsOperations.readRelease, ({ params }) => warehouse.record(params.releaseNumber ?? ''));

  const behave = async (behaviours: Behaviour[]) => {
    await journal.commit([{ type: 'behaviours', behaviours }]);
    for (const releaseNumber of warehouse.unfinished()) schedule(releaseNumber);
  };
  const ofOthers = (poNumber: string) => warehouse.behaviours.filter(({ match }) => match.poNumber !== poNumber);
  server.control.get(
    '/summary',
    (_, response) => void response.json({ ...warehouse.summary(), events: outbox.describe() }),
  );
  server.control.post('/stock', async (request, response) => {
    const changes = check(stockChanges, request.body);
    await journal.commit(changes.map(({ node, sku, onHand }) => warehouse.setStock(node, sku, onHand)));
    response.json({ balances: warehouse.stock(nodes) });
  });
  // Goods come back, announced or not, or the warehouse says what became of them.
  server.control.post('/returns', async (request, response) => {
    const told = check(returnNotice, request.body);
    // A repeated request, whose first answer was lost, moves no goods a second time.
    if (warehouse.expected.hasTold(told.eventId)) return void response.json(told);
    const entry = warehouse.expected.told(told);
    const correlationId = warehouse.expected.correlationOf(told.rmaNumber) ?? told.eventId;
    await journal.commit([entry, { type: 'queued', message: messageOf(told, correlationId) }]);
    response.json(told);
  });
  // The warehouse passes on what the carrier of a shipment tells it.
  server.control.post('/carrier-events', async (request, response) => {
    const told = check(carrierEvent, request.body);
    await journal.commit([{ type: 'queued', message: messageOf(told, told.eventId) }]);
    response.json(told);
  });
  server.control
    .route('/behaviours')
    .get((_, response) => void response.json(warehouse.behaviours))
    .put(async (request, response) => {
      await behave(check(z.array(behaviour).max(1_000), request.body));
      response.json(warehouse.behaviours);
    });
  // Per PO, so that concurrent settings for other POs do not conflict.
  server.control
    .route('/behaviours/:poNumber')
    .put(async (request, response) => {
      const { poNumber } = request.params;
      await behave([{ ...check(behaviour, request.body), match: { poNumber } }, ...ofOthers(poNumber)]);
      response.json(warehouse.behaviours);
    })
    .delete(async (request, response) => {
      await behave(ofOthers(request.params.poNumber));
      response.json(warehouse.behaviours);
    });
  server.control.get('/outbox', (_, response) => void response.json(outbox.describe()));
  server.control.post('/outbox/requeue', async (_, response) => {
    response.json({ requeued: await outbox.requeue() });
  });

  const running = server.listen(options.port, async () => {
    stopped = true;
    for (const timer of timers.values()) clearTimeout(timer);
    outbox.stop();
    await journal.close();
  });
  outbox.start();
  for (const releaseNumber of warehouse.unfinished()) schedule(releaseNumber);
  return running;
}

const stockChanges = z.array(z.strictObject({ node: z.enum(nodes), sku: z.string(), onHand: nonNegativeDecimal }));
