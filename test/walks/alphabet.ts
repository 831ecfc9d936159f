import fc from 'fast-check';
import { documentTrouble } from '../../workflows/messages.ts';
import { changes } from './changes.ts';
import { type Kind, pick } from './kind.ts';
import { returns } from './returns.ts';
import type { Walk } from './walk.ts';

async function onRelease(
  walk: Walk,
  choice: number,
  act: (release: Awaited<ReturnType<Walk['releases']>>[number]) => Promise<unknown>,
): Promise<void> {
  const release = pick(await walk.releases(), choice);
  if (release !== undefined) await act(release);
}

const part = (of: (quantity: number) => number) => async (walk: Walk, choice: number) =>
  onRelease(walk, choice, async (release) => {
    const open = await walk.open(release);
    const lines = open.map(({ lineNumber, quantity }) => ({ lineNumber, quantity: String(of(Number(quantity))) }));
    await walk.ship(release.releaseNumber, `S${walk.next()}`, lines);
  });

/** Everything that can happen to an order on its walk. */
export const alphabet = {
  ...changes,
  ...returns,
  'ships everything': { weight: 8, act: part((quantity) => quantity) },
  'ships a part': { weight: 4, act: part((quantity) => Math.ceil(quantity / 2)) },
  'ships more than was released': { weight: 1, act: part((quantity) => quantity + 1) },
  'ships a line that was not released': {
    weight: 1,
    act: (walk, choice) =>
      onRelease(walk, choice, ({ releaseNumber }) =>
        walk.ship(releaseNumber, `S${walk.next()}`, [{ lineNumber: 99, quantity: '1' }]),
      ),
  },
  'repeats an event': {
    weight: 3,
    act: async (walk, choice) => {
      const event = pick(walk.events, choice);
      if (event !== undefined) await walk.warehouse(event);
    },
  },
  'repeats an event under another id': {
    weight: 2,
    act: async (walk, choice) => {
      const event = pick(walk.events, choice);
      if (event !== undefined) await walk.warehouse({ ...event, eventId: `${event.eventId}/${walk.next()}` });
    },
  },
  'closes the release short': {
    weight: 3,
    act: (walk, choice) =>
      onRelease(walk, choice, async (release) => {
        const short = (await walk.open(release)).filter(({ quantity }) => Number(quantity) > 0);
        await walk.warehouse({ ...walk.eventOf(release.releaseNumber), type: 'closed', short });
      }),
  },
  // Before the shipments that explain it, or without any.
  'closes the release without a word': {
    weight: 2,
    act: (walk, choice) =>
      onRelease(walk, choice, ({ releaseNumber }) =>
        walk.warehouse({ ...walk.eventOf(releaseNumber), type: 'closed', short: [] }),
      ),
  },
  'refuses the release': {
    weight: 2,
    act: (walk, choice) =>
      onRelease(walk, choice, async ({ releaseNumber, shipped }) => {
        if (shipped > 0) return;
        await walk.warehouse({ ...walk.eventOf(releaseNumber), type: 'refused', reason: 'no dock is free' });
      }),
  },
  'tells of a release that is not ours': {
    weight: 1,
    act: (walk) => walk.warehouse({ ...walk.eventOf('NO-SUCH'), type: 'picking' }),
  },
  'pays an invoice': { weight: 5, act: (walk, choice) => paying(walk, choice, (open) => open) },
  'pays a part': { weight: 2, act: (walk, choice) => paying(walk, choice, (open) => Math.ceil(open / 2)) },
  'pays too much': { weight: 1, act: (walk, choice) => paying(walk, choice, (open) => open + 100) },
  'reports a payment again': {
    weight: 2,
    act: async (walk, choice) => {
      const payment = pick(walk.payments, choice);
      if (payment !== undefined) await walk.call('POST', '/v1/payments', payment);
    },
  },
  'pays an invoice that is not ours': { weight: 1, act: (walk) => walk.pay(`NO-SUCH-${walk.poNumber}`, 500) },
  'cancels the order': {
    weight: 2,
    act: async (walk) => {
      if (walk.calm) await walk.call('POST', `/v1/orders/${walk.orderId}/cancel`, { reason: 'not needed any more' });
    },
  },
  'cancels a line': {
    weight: 2,
    act: async (walk, choice) => {
      const line = pick(await walk.lines(), choice);
      if (line === undefined) return;
      const body = { reason: 'found elsewhere', lines: [{ lineNumber: line.lineNumber }] };
      await walk.call('POST', `/v1/orders/${walk.orderId}/lines/cancel`, body, `${walk.poNumber}-${walk.next()}`);
    },
  },
  decides: { weight: 8, act: decide },
  'decides twice': {
    weight: 1,
    act: async (walk, choice) => Promise.all([decide(walk, choice), decide(walk, choice + 1)]),
  },
  'refuses one of our documents': {
    weight: 1,
    act: async (walk, choice) => {
      const documents = await walk.prisma.document.findMany({
        where: { orderId: walk.orderId, direction: 'outbound', state: 'acknowledged' },
        orderBy: { createdAt: 'asc' },
      });
      const document = pick(documents, choice);
      if (document === undefined) return;
      const { id, transactionSet } = document;
      await walk.prisma.document.update({ where: { id }, data: { state: 'rejected' } });
      const { workflowId } = await walk.prisma.order.findUniqueOrThrow({ where: { id: walk.orderId } });
      const trouble = { documentId: id, transactionSet, trouble: 'rejected', reason: 'AK5 R' } as const;
      await walk.temporal.workflow
        .getHandle(workflowId)
        .signal(documentTrouble, trouble)
        .catch(() => undefined);
    },
  },
} satisfies Record<string, Kind>;

export type EventName = keyof typeof alphabet;

export interface Event {
  readonly name: EventName;
  readonly choice: number;
}

export const anEvent: fc.Arbitrary<Event> = fc.record({
  name: fc.oneof(
    ...(Object.entries(alphabet) as [EventName, Kind][]).map(([name, { weight }]) => ({
      weight,
      arbitrary: fc.constant(name),
    })),
  ),
  choice: fc.nat({ max: 1000 }),
});

async function paying(walk: Walk, choice: number, of: (open: number) => number): Promise<void> {
  const invoices = await walk.prisma.invoice.findMany({
    where: { orderId: walk.orderId },
    orderBy: { createdAt: 'asc' },
  });
  const invoice = pick(invoices, choice);
  if (invoice === undefined) return;
  const amount = of(Number(invoice.total - invoice.paid));
  if (amount > 0) await walk.pay(invoice.invoiceNumber, amount);
}

/** Any resolution that the exception offers, with the input that it needs. */
export async function decide(walk: Walk, choice: number): Promise<void> {
  const exception = pick(await walk.exceptions(), choice);
  const resolution = pick(exception?.resolutions ?? [], Math.floor(choice / 7));
  if (exception === undefined || resolution === undefined || (resolution === 'cancel' && !walk.calm)) return;
  walk.tell(`  ${resolution} for ${exception.type}`);
  const [lineId = '10'] = (exception.detail as { lineIds?: string[] } | null)?.lineIds ?? [];
  const corrections =
    exception.type === 'unknown-item' ? { kind: 'item', lineId, sku: 'MW-1001' } : { kind: 'price', lineId };
  const input = {
    ...(resolution === 'correct' && { corrections: [corrections] }),
    ...(resolution === 'other-node' && { node: choice % 2 === 0 ? 'RNO' : 'MEM' }),
    ...(resolution === 'wait' && { until: new Date(Date.now() + 60 * 60 * 1000).toISOString() }),
    ...(resolution === 'use-carrier' && { carrier: { scac: 'UPSN' } }),
  };
  const body = { resolution, note: 'as agreed by phone', ...input };
  await walk.call('POST', `/v1/exceptions/${exception.id}/resolve`, body, `${exception.id}-${walk.next()}`);
}
