/** Returns that the sandbox’s warehouses expect, and what came of them. */
import type { z } from 'zod';
import type { ExpectedReturnRecord, expectedReturn } from '../../activities/wms/connectors/rest/rest-contract.ts';
import { sum } from '../../domain/decimal.ts';
import type { ReturnNoticeEvent } from '../../mappings/canonical/v1/index.ts';
import { Problem } from '../problem.ts';

type Expected = z.output<typeof expectedReturn>;

export type ExpectedEntry =
  | { type: 'return-expected'; expected: Expected; reference: string }
  | { type: 'return-cancelled'; rmaNumber: string }
  | { type: 'return-arrived'; event: Extract<ReturnNoticeEvent, { type: 'return-received' }> }
  | { type: 'return-disposed'; event: Extract<ReturnNoticeEvent, { type: 'return-disposed' }>; node: string };

interface Stock {
  holds(node: string, sku: string): boolean;
  restock(node: string, sku: string, quantity: string): void;
}

interface State {
  expected: Expected;
  reference: string;
  state: ExpectedReturnRecord['state'];
  received: Map<string, string>;
}

export class ExpectedReturns {
  readonly #stock: Stock;
  readonly #returns = new Map<string, State>();
  readonly #told = new Set<string>();

  constructor(stock: Stock) {
    this.#stock = stock;
  }

  apply(entry: ExpectedEntry): void {
    switch (entry.type) {
      case 'return-expected': {
        const { expected, reference } = entry;
        this.#returns.set(expected.rmaNumber, { expected, reference, state: 'expected', received: new Map() });
        break;
      }
      case 'return-cancelled': {
        const known = this.#returns.get(entry.rmaNumber);
        if (known) known.state = 'cancelled';
        break;
      }
      case 'return-arrived': {
        const { event } = entry;
        this.#told.add(event.eventId);
        const known = this.#returns.get(event.rmaNumber ?? '');
        if (known) known.state = 'arrived';
        for (const { sku, quantity, disposition } of event.lines) {
          known?.received.set(sku, sum([known.received.get(sku) ?? '0', quantity]));
          if (disposition === 'restock') this.#stock.restock(event.node, sku, quantity);
        }
        break;
      }
      case 'return-disposed':
        this.#told.add(entry.event.eventId);
        for (const { sku, quantity, disposition } of entry.event.lines) {
          if (disposition === 'restock') this.#stock.restock(entry.node, sku, quantity);
        }
        break;
    }
  }

  /** Idempotent for the same content. */
  expect(expected: Expected): { entries: ExpectedEntry[]; reference: string } {
    const { rmaNumber, node } = expected;
    expected.lines.forEach(({ sku }, index) => {
      if (!this.#stock.holds(node, sku)) {
        const detail = `Node ${node} of this system has no item ${sku}`;
        throw new Problem(422, 'unknown-item', detail, [{ path: `lines.${index}.sku`, message: detail }]);
      }
    });
    const before = this.#returns.get(rmaNumber);
    if (before !== undefined) {
      if (JSON.stringify(before.expected) !== JSON.stringify(expected)) {
        throw new Problem(422, 'return-number-reused', `${rmaNumber} was announced with other content`, []);
      }
      return { entries: [], reference: before.reference };
    }
    const reference = `X${String(400_001 + this.#returns.size)}`;
    return { entries: [{ type: 'return-expected', expected, reference }], reference };
  }

  /** What has come cannot be called off. */
  cancel(rmaNumber: string): { entries: ExpectedEntry[]; cancelled: boolean } {
    const known = this.#returns.get(rmaNumber);
    if (known === undefined) throw new Problem(404, 'unknown-return', `There is no return ${rmaNumber}`, []);
    if (known.state === 'cancelled') return { entries: [], cancelled: true };
    if (known.state === 'arrived') return { entries: [], cancelled: false };
    return { entries: [{ type: 'return-cancelled', rmaNumber }], cancelled: true };
  }

  /** The entry of an event that the warehouse is to send. */
  told(event: ReturnNoticeEvent): ExpectedEntry {
    if (event.type === 'return-received') return { type: 'return-arrived', event };
    return { type: 'return-disposed', event, node: this.#returns.get(event.rmaNumber)?.expected.node ?? '' };
  }

  hasTold(eventId: string): boolean {
    return this.#told.has(eventId);
  }

  correlationOf(rmaNumber: string | undefined): string | undefined {
    return this.#returns.get(rmaNumber ?? '')?.expected.correlationId;
  }

  records(): ExpectedReturnRecord[] {
    return [...this.#returns.values()].map(({ expected, reference, state, received }) => ({
      ...expected,
      ...{ reference, state },
      received: [...received].map(([sku, quantity]) => ({ sku, quantity })),
    }));
  }
}
