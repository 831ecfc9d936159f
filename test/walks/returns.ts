import type { ReturnNoticeEvent } from '../../mappings/canonical/v1/index.ts';
import { type Kind, pick } from './kind.ts';
import type { Walk } from './walk.ts';

type Received = Extract<ReturnNoticeEvent, { type: 'return-received' }>;

/** Goods of a return arrive, as many of each line as `of` says. */
async function arrive(walk: Walk, choice: number, of: (authorized: number) => number): Promise<void> {
  const open = (await walk.returns()).filter(({ status }) => ['authorized', 'receiving'].includes(status));
  const rma = pick(open, choice);
  if (rma === undefined) return;
  const lines = rma.lines.flatMap(({ sku, authorized }) => {
    const quantity = of(Number(authorized));
    return quantity > 0 ? [lineOf(sku, quantity, choice)] : [];
  });
  if (lines.length > 0) await walk.goodsArrive({ rmaNumber: rma.rmaNumber, node: rma.node ?? 'RNO', lines });
}

function lineOf(sku: string, quantity: number, choice: number): Received['lines'][number] {
  const disposition = (['restock', 'scrap', 'vendor', undefined] as const)[choice % 4];
  const condition = choice % 3 === 0 ? 'damaged' : 'good';
  return { sku, quantity: String(quantity), condition, ...(disposition !== undefined && { disposition }) };
}

export const returns = {
  'asks for a return': {
    weight: 5,
    act: async (walk, choice) => {
      const line = pick(
        (await walk.lines()).filter(({ shipped }) => Number(shipped) > 0),
        choice,
      );
      if (line === undefined) return;
      // One more than has shipped is refused.
      const quantity = String(1 + (choice % (Number(line.shipped) + 1)));
      const body = {
        ...{ orderId: walk.orderId, reason: choice % 2 === 0 ? 'damaged' : 'overstock' },
        lines: [{ lineId: line.lineId, quantity, unit: 'EA' }],
      };
      await walk.call('POST', '/v1/returns', body, `${walk.poNumber}-return-${walk.next()}`);
    },
  },
  'returned goods arrive': { weight: 5, act: (walk, choice) => arrive(walk, choice, (authorized) => authorized) },
  'a part of returned goods arrives': {
    weight: 2,
    act: (walk, choice) => arrive(walk, choice, (authorized) => Math.ceil(authorized / 2)),
  },
  'more goods arrive than were authorized': {
    weight: 1,
    act: (walk, choice) => arrive(walk, choice, (authorized) => authorized + 2),
  },
  'goods arrive without a return': {
    weight: 1,
    act: async (walk, choice) => {
      const shipped = (await walk.lines()).filter((one) => Number(one.shipped) > 0);
      const line = pick(shipped, choice);
      if (line !== undefined) await walk.goodsArrive({ node: 'RNO', lines: [lineOf(line.sku, 1, choice)] });
    },
  },
  'an arrival is told again': {
    weight: 2,
    act: async (walk, choice) => {
      const known = pick(walk.arrivals, choice);
      if (known !== undefined) await walk.tellArrival(known);
    },
  },
  'says what becomes of returned goods': {
    weight: 2,
    act: async (walk, choice) => {
      const undecided = (await walk.returns()).flatMap(({ id, lines }) =>
        lines.flatMap((line) => {
          const quantity = undecidedOf(line);
          return quantity > 0 ? [{ id, lineNumber: line.lineNumber, quantity: String(quantity) }] : [];
        }),
      );
      const found = pick(undecided, choice);
      if (found === undefined) return;
      const { id, ...line } = found;
      const body = { lines: [{ ...line, disposition: choice % 2 === 0 ? 'restock' : 'send-back' }] };
      await walk.call('POST', `/v1/returns/${id}/dispositions`, body, `${id}-${walk.next()}`);
    },
  },
  'cancels a return': {
    weight: 1,
    act: async (walk, choice) => {
      const rma = pick(await walk.returns(), choice);
      if (rma === undefined || !walk.calm) return;
      await walk.call('POST', `/v1/returns/${rma.id}/cancel`, { reason: 'kept after all' });
    },
  },
} satisfies Record<string, Kind>;

type Line = Awaited<ReturnType<Walk['returns']>>[number]['lines'][number];

/** Received, and nobody has said yet what becomes of it. */
export function undecidedOf(line: Line): number {
  const { received, restocked, refurbished, scrapped, vendor, sentBack } = line;
  return [restocked, refurbished, scrapped, vendor, sentBack].reduce(
    (left, one) => left - Number(one),
    Number(received),
  );
}
