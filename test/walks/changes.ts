import { randomUUID } from 'node:crypto';
import type { OrderLine } from '../../prisma/generated/client.ts';
import { type Kind, pick } from './kind.ts';
import type { Walk } from './walk.ts';

const SKUS = ['MW-1001', 'MW-1002', 'MW-1009', 'MW-1011', 'MW-1012', 'MW-1004'] as const;
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** A change of one line, or of the order, as the buyer asks for it. */
const changing =
  (of: (line: OrderLine, choice: number) => object): Kind['act'] =>
  async (walk, choice) => {
    const line = pick(await walk.lines(), choice);
    if (line !== undefined) ask(walk, of(line, Math.floor(choice / 7)));
  };

/** Nobody waits for the answer: it may need a person, and the walk is to go on meanwhile. */
function ask(walk: Walk, body: object, key: string = randomUUID()): void {
  // It may call back a release, which only a walk without a call under way may do.
  if (!walk.calm) return;
  walk.changes.push({ body, key });
  walk.inBackground(walk.call('POST', `/v1/orders/${walk.orderId}/changes`, body, key));
}

const one = (line: OrderLine, change: object) => ({ lines: [{ lineId: line.lineId, ...change }] });
const units = (after: number) => ({ unit: 'EA', after: String(after) });

export const changes = {
  'changes a quantity': {
    weight: 5,
    act: changing((line, choice) => one(line, { quantity: units(1 + (choice % 12)) })),
  },
  'adds a line': {
    weight: 2,
    act: changing((_, choice) => ({
      lines: [
        {
          ...{ lineId: `9${choice % 3}0`, action: 'add', quantity: units(1 + (choice % 5)) },
          item: { sku: SKUS[choice % SKUS.length] },
        },
      ],
    })),
  },
  'deletes a line': { weight: 2, act: changing((line) => one(line, { action: 'delete' })) },
  'changes a price': {
    weight: 1,
    act: changing((line, choice) => one(line, { unitPrice: choice % 2 === 0 ? '0.02' : String(line.unitPrice) })),
  },
  'changes the dates': { weight: 1, act: changing((_, choice) => ({ requestedShipDate: inDays(1 + (choice % 5)) })) },
  'changes the ship-to': {
    weight: 1,
    act: changing((_, choice) => ({
      shipTo: { identifiers: [{ scheme: 'partner', value: choice % 2 === 0 ? 'MAIN' : 'NO-SUCH' }] },
    })),
  },
  'changes an item': {
    weight: 1,
    act: changing((line, choice) =>
      one(line, { ...{ action: 'replace', item: { sku: SKUS[choice % SKUS.length] } }, quantity: units(3) }),
    ),
  },
  'takes the order back': { weight: 1, act: changing(() => ({ action: 'cancel' })) },
  'asks for a change again': {
    weight: 2,
    act: async (walk, choice) => {
      const known = pick(walk.changes, choice);
      if (known !== undefined) ask(walk, known.body, known.key);
    },
  },
} satisfies Record<string, Kind>;
