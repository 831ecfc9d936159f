import type { z } from 'zod';
import type { ReleaseRecord, warehouseRelease } from '../../activities/wms/connectors/rest/rest-contract.ts';
import { compare, divide, isPositive, minimum, multiply, subtract, sum } from '../../domain/decimal.ts';
import { sliceOf } from '../../domain/policy/allocations.ts';
import type { CarrierEvent, ReturnNoticeEvent, Shipment, WarehouseEvent } from '../../mappings/canonical/v1/index.ts';
import { articles } from '../erp/master-data.ts';
import type { OutboundMessage } from '../outbox.ts';
import { Problem } from '../problem.ts';
import { type Behaviour, behaviourFor } from './behaviour.ts';
import { type ArticleSize, packed } from './packing.ts';
import { type ExpectedEntry, ExpectedReturns } from './returns.ts';

/**
 * The sandbox's warehouses. A release runs one step at a time. Each step is one journal
 * transaction: the new state, the shipped stock and the event to send.
 */

export const nodes = ['RNO', 'MEM'] as const;

type Release = z.output<typeof warehouseRelease>;

export type WarehouseEntry =
  | { type: 'released'; release: Release; reference: string }
  | {
      type: 'stepped';
      releaseNumber: string;
      state: ReleaseRecord['state'];
      /** Base units by line number that this step shipped from the node. */
      shipped?: { lineNumber: number; quantity: string }[];
      shipmentNumber?: string;
      /** An event held until the release is finished, by behaviour. */
      heldEvent?: WarehouseEvent;
    }
  | ExpectedEntry
  | { type: 'stock'; node: string; sku: string; onHand: string }
  | { type: 'behaviours'; behaviours: Behaviour[] };

type SteppedEntry = Extract<WarehouseEntry, { type: 'stepped' }>;

interface ReleaseState {
  release: Release;
  reference: string;
  state: ReleaseRecord['state'];
  steps: number;
  shipmentNumbers: string[];
  /** Base units by line number. */
  shipped: Map<number, string>;
  heldEvents: WarehouseEvent[];
}

/**
 * Initial stock. MW-1011 is only in Memphis and MW-1012 only in Reno, so an order for both is
 * split.
 */
const OPENING_STOCK = '250000';
const ONLY_AT: Readonly<Record<string, string>> = { 'MW-1011': 'MEM', 'MW-1012': 'RNO' };

/** A release with more base units on a line ships in two waves. */
const WAVE_CAPACITY = '100';

const CARRIERS: Readonly<Record<string, { scac: string; name: string }>> = {
  RNO: { scac: 'ODFL', name: 'Old Dominion Freight Line' },
  MEM: { scac: 'SAIA', name: 'Saia LTL Freight' },
};

export class Warehouse {
  readonly expected = new ExpectedReturns({
    holds: (node, sku) => this.#stock.has(place(node, sku)),
    restock: (node, sku, quantity) => {
      const at = place(node, sku);
      this.#stock.set(at, sum([this.#stock.get(at) ?? '0', quantity]));
    },
  });
  readonly #releases = new Map<string, ReleaseState>();
  readonly #stock = new Map<string, string>();
  #behaviours: Behaviour[] = [];
  #shipments = 0;

  constructor() {
    for (const node of nodes) {
      for (const { sku } of articles) {
        const absent = ONLY_AT[sku] !== undefined && ONLY_AT[sku] !== node;
        this.#stock.set(place(node, sku), absent ? '0' : OPENING_STOCK);
      }
    }
  }

  apply(entry: { type: string }): void {
    const known = entry as WarehouseEntry;
    switch (known.type) {
      case 'released':
        this.#releases.set(known.release.releaseNumber, {
          release: known.release,
          reference: known.reference,
          state: 'released',
          steps: 0,
          shipmentNumbers: [],
          shipped: new Map(),
          heldEvents: [],
        });
        break;
      case 'stepped': {
        const state = this.#release(known.releaseNumber);
        state.state = known.state;
        state.steps += 1;
        if (known.heldEvent) state.heldEvents.push(known.heldEvent);
        for (const { lineNumber, quantity } of known.shipped ?? []) {
          state.shipped.set(lineNumber, sum([state.shipped.get(lineNumber) ?? '0', quantity]));
          const at = place(state.release.node, skuOf(state.release, lineNumber));
          this.#stock.set(at, subtract(this.#stock.get(at) ?? '0', quantity));
        }
        if (known.shipmentNumber !== undefined) {
          state.shipmentNumbers.push(known.shipmentNumber);
          this.#shipments += 1;
        }
        break;
      }
      case 'return-expected':
      case 'return-cancelled':
      case 'return-arrived':
      case 'return-disposed':
        this.expected.apply(known);
        break;
      case 'stock':
        this.#stock.set(place(known.node, known.sku), known.onHand);
        break;
      case 'behaviours':
        this.#behaviours = known.behaviours;
        break;
    }
  }

  get behaviours(): readonly Behaviour[] {
    return this.#behaviours;
  }

  /** Accepts a release; idempotent for the same content. */
  release(release: Release): { entries: WarehouseEntry[]; reference: string } {
    if (!nodes.some((node) => node === release.node)) {
      throw refused('unknown-node', `This system does not run node ${release.node}`, 'node');
    }
    release.lines.forEach(({ sku }, index) => {
      if (!this.#stock.has(place(release.node, sku))) {
        throw refused('unknown-item', `There is no item ${sku}`, `lines.${index}.sku`);
      }
    });
    const before = this.#releases.get(release.releaseNumber);
    if (before) {
      if (JSON.stringify(before.release) !== JSON.stringify(release)) {
        throw refused('release-number-reused', `${release.releaseNumber} was released with other content`, '');
      }
      return { entries: [], reference: before.reference };
    }
    const reference = `W${String(900_001 + this.#releases.size)}`;
    return { entries: [{ type: 'released', release, reference }], reference };
  }

  /** Cancels a release that has shipped nothing; a refused release has ended already. */
  cancel(releaseNumber: string): { entries: WarehouseEntry[]; cancelled: boolean } {
    const { state } = this.#release(releaseNumber);
    if (state === 'cancelled' || state === 'refused') return { entries: [], cancelled: true };
    if (state !== 'released' && state !== 'picking') return { entries: [], cancelled: false };
    return { entries: [{ type: 'stepped', releaseNumber, state: 'cancelled' }], cancelled: true };
  }

  /** Releases with remaining steps. */
  unfinished(): string[] {
    return [...this.#releases.values()]
      .filter(({ state }) => !isFinal(state))
      .map(({ release }) => release.releaseNumber);
  }

  behaviourOf(releaseNumber: string): Behaviour | undefined {
    return behaviourFor(this.#behaviours, this.#release(releaseNumber).release);
  }

  /** Whether the earliest ship date of the release is in the future. */
  waits(releaseNumber: string, now: Date): boolean {
    const { release } = this.#release(releaseNumber);
    const { shipNotBefore } = release;
    if (shipNotBefore === undefined || behaviourFor(this.#behaviours, release)?.early === true) return false;
    return now.toISOString().slice(0, 10) < shipNotBefore;
  }

  /** The entries and events of a release's next step. Undefined when it is finished or held. */
  step(releaseNumber: string, now: Date): { entry: SteppedEntry; event: WarehouseEvent } | undefined {
    const { release, state, steps } = this.#release(releaseNumber);
    const behaviour = behaviourFor(this.#behaviours, release);
    if (isFinal(state) || behaviour?.hold || this.waits(releaseNumber, now)) return undefined;
    const envelope = {
      schema: 'warehouseEvent/v1' as const,
      eventId: `${release.releaseNumber}:${steps}`,
      releaseNumber,
      occurredAt: now.toISOString(),
    };
    const stepped = { type: 'stepped' as const, releaseNumber };
    if (steps === 0 && behaviour?.refuse !== undefined) {
      return {
        entry: { ...stepped, state: 'refused' },
        event: { ...envelope, type: 'refused', reason: behaviour.refuse },
      };
    }
    if (steps === 0) return { entry: { ...stepped, state: 'released' }, event: { ...envelope, type: 'accepted' } };
    if (state === 'released')
      return { entry: { ...stepped, state: 'picking' }, event: { ...envelope, type: 'picking' } };
    const wave = this.#wave(releaseNumber, behaviour);
    if (wave.length > 0) {
      const shipment = this.#shipment(release, wave, now);
      return {
        entry: { ...stepped, state: 'shipping', shipped: wave, shipmentNumber: shipment.shipmentNumber },
        event: { ...envelope, type: 'shipped', shipment },
      };
    }
    const short = this.#short(releaseNumber, behaviour);
    return { entry: { ...stepped, state: 'closed' }, event: { ...envelope, type: 'closed', short } };
  }

  /** The next wave, limited by the node's stock; empty when nothing more will ship. */
  #wave(releaseNumber: string, behaviour: Behaviour | undefined): { lineNumber: number; quantity: string }[] {
    const { release, shipmentNumbers, shipped } = this.#release(releaseNumber);
    const waves = behaviour?.waves ?? (release.lines.some(isAboveWaveCapacity) ? 2 : 1);
    if (shipmentNumbers.length >= waves) return [];
    const first = waves === 2 && shipmentNumbers.length === 0;
    const taken = new Map<string, string>();
    return release.lines.flatMap((line) => {
      const wanted = subtract(withoutShort(line.quantity, behaviour), shipped.get(line.lineNumber) ?? '0');
      // With configured waves every line is halved; otherwise only lines above the wave capacity.
      const halved = first && (behaviour?.waves === 2 || isAboveWaveCapacity(line));
      const now = halved ? halfInPacks(wanted, sizeOf(line.sku).pack) : sum([wanted, overOf(line, behaviour)]);
      const onHand = subtract(this.#stock.get(place(release.node, line.sku)) ?? '0', taken.get(line.sku) ?? '0');
      const quantity = minimum(now, onHand);
      if (!isPositive(quantity)) return [];
      taken.set(line.sku, sum([taken.get(line.sku) ?? '0', quantity]));
      return [{ lineNumber: line.lineNumber, quantity }];
    });
  }

  #shipment(release: Release, wave: { lineNumber: number; quantity: string }[], now: Date): Shipment {
    const serial = String(this.#shipments + 1).padStart(6, '0');
    const carrier = CARRIERS[release.node];
    const scac = release.carrierScac ?? carrier?.scac ?? 'ODFL';
    const { packages, weight } = packed(
      wave.flatMap((line) =>
        this.#byStore(release, line).map((part) => ({ ...part, sku: skuOf(release, line.lineNumber) })),
      ),
      sizeOf,
    );
    return {
      shipmentNumber: `${release.node}-${serial}`,
      shippedAt: now.toISOString(),
      carrier: {
        scac,
        ...(carrier && carrier.scac === scac ? { name: carrier.name } : {}),
        billOfLading: `BOL${release.node}${serial}`,
        tracking: `${scac}${serial.padStart(9, '7')}`,
        trailer: `T${serial}`,
      },
      weight,
      packages,
    };
  }

  #short(releaseNumber: string, behaviour: Behaviour | undefined) {
    const { release, shipped } = this.#release(releaseNumber);
    return release.lines.flatMap(({ lineNumber, quantity }) => {
      const missing = subtract(quantity, shipped.get(lineNumber) ?? '0');
      if (!isPositive(missing)) return [];
      const reason = behaviour?.shortPercent ? 'short by configuration' : 'not in stock';
      return this.#byStore(release, { lineNumber, quantity: missing }).map((part) => ({ ...part, reason }));
    });
  }

  /** The next quantity of a line by the stores that it is for, in the order of the release. */
  #byStore(
    release: Release,
    line: { lineNumber: number; quantity: string },
  ): { lineNumber: number; quantity: string; markFor?: string }[] {
    const { lineNumber, quantity } = line;
    const { allocations } = release.lines.find((one) => one.lineNumber === lineNumber) ?? {};
    if (allocations === undefined) return [line];
    const wanted = allocations.map((one) => ({ store: one.store.code, quantity: one.quantity }));
    const shipped = this.#release(release.releaseNumber).shipped.get(lineNumber) ?? '0';
    const stores = sliceOf(wanted, sliceOf(wanted, [], shipped), quantity);
    return stores.map((one) => ({ lineNumber, quantity: one.quantity, markFor: one.store }));
  }

  stock(asked: readonly string[]) {
    for (const node of asked) {
      if (!nodes.some((known) => known === node)) {
        throw refused('unknown-node', `This system does not run node ${node}`, 'nodes');
      }
    }
    return asked.flatMap((node) =>
      articles.map(({ sku }) => ({ node, sku, onHand: this.#stock.get(place(node, sku)) ?? '0' })),
    );
  }

  setStock(node: string, sku: string, onHand: string): WarehouseEntry {
    if (!this.#stock.has(place(node, sku))) throw refused('unknown-item', `Node ${node} has no item ${sku}`, 'sku');
    return { type: 'stock', node, sku, onHand };
  }

  releases(poNumber?: string): ReleaseRecord[] {
    return [...this.#releases.values()]
      .filter(({ release }) => poNumber === undefined || release.poNumber === poNumber)
      .map(({ release }) => this.record(release.releaseNumber));
  }

  record(releaseNumber: string): ReleaseRecord {
    const { release, reference, state, shipmentNumbers, shipped } = this.#release(releaseNumber);
    return {
      releaseNumber,
      reference,
      correlationId: release.correlationId,
      node: release.node,
      poNumber: release.poNumber,
      shipTo: release.shipTo,
      ...(release.contact !== undefined && { contact: release.contact }),
      ...(release.shipBy !== undefined && { shipBy: release.shipBy }),
      ...(release.shipNotBefore !== undefined && { shipNotBefore: release.shipNotBefore }),
      ...(release.cancelAfter !== undefined && { cancelAfter: release.cancelAfter }),
      ...(release.serviceLevel !== undefined && { serviceLevel: release.serviceLevel }),
      ...(release.authorization !== undefined && { authorization: release.authorization }),
      ...(release.markFor !== undefined && { markFor: release.markFor }),
      ...(release.notes !== undefined && { notes: release.notes }),
      state,
      shipmentNumbers: [...shipmentNumbers],
      lines: release.lines.map(({ lineNumber, sku, quantity, components, allocations }) => ({
        lineNumber,
        sku,
        quantity,
        shipped: shipped.get(lineNumber) ?? '0',
        ...(allocations !== undefined && { allocations }),
        ...(components !== undefined && { components }),
      })),
    };
  }

  heldEvents(releaseNumber: string): readonly WarehouseEvent[] {
    return this.#release(releaseNumber).heldEvents;
  }

  correlationOf(releaseNumber: string): string {
    return this.#release(releaseNumber).release.correlationId;
  }

  summary() {
    const byState: Record<string, number> = {};
    for (const { state } of this.#releases.values()) byState[state] = (byState[state] ?? 0) + 1;
    return {
      releases: this.#releases.size,
      releasesByState: byState,
      shipments: this.#shipments,
      returns: this.expected.records().length,
    };
  }

  #release(releaseNumber: string): ReleaseState {
    const state = this.#releases.get(releaseNumber);
    if (!state) throw refused('unknown-release', `There is no release ${releaseNumber}`, 'releaseNumber', 404);
    return state;
  }
}

/**
 * The outbound event, signed at each attempt. `copy` distinguishes a deliberate duplicate in the
 * outbox.
 */
export function messageOf(
  event: WarehouseEvent | ReturnNoticeEvent | CarrierEvent,
  correlationId: string,
  copy = 0,
): OutboundMessage {
  return {
    id: copy === 0 ? event.eventId : `${event.eventId}#${copy}`,
    lane: laneOf(event),
    path: event.schema === 'carrierEvent/v1' ? '/v1/carrier-events' : '/v1/warehouse-events',
    contentType: 'application/json',
    headers: { 'webhook-id': event.eventId },
    body: JSON.stringify(event),
    encoding: 'utf8',
    correlationId,
    notBefore: 0,
  };
}

function laneOf(event: WarehouseEvent | ReturnNoticeEvent | CarrierEvent): string {
  if ('releaseNumber' in event) return event.releaseNumber;
  return ('rmaNumber' in event ? event.rmaNumber : undefined) ?? event.eventId;
}

export function isFinal(state: ReleaseRecord['state']): boolean {
  return state === 'closed' || state === 'refused' || state === 'cancelled';
}

function isAboveWaveCapacity({ quantity }: { quantity: string }): boolean {
  return compare(quantity, WAVE_CAPACITY) > 0;
}

/** Half, rounded up to whole packs if a remainder is left for the second wave. */
function halfInPacks(quantity: string, pack: number): string {
  const packs = Math.ceil(Number(divide(quantity, String(2 * pack))));
  const half = multiply(String(packs), String(pack));
  return compare(half, quantity) < 0 ? half : String(Math.ceil(Number(quantity) / 2));
}

/** Of a line that is spread over stores nobody would know which store it is for. */
function overOf({ quantity, allocations }: Release['lines'][number], behaviour: Behaviour | undefined): string {
  return behaviour?.overPercent && allocations === undefined
    ? String(Math.ceil((Number(quantity) * behaviour.overPercent) / 100))
    : '0';
}

function withoutShort(quantity: string, behaviour: Behaviour | undefined): string {
  if (!behaviour?.shortPercent) return quantity;
  return String(Math.floor((Number(quantity) * (100 - behaviour.shortPercent)) / 100));
}

function skuOf(release: Release, lineNumber: number): string {
  return release.lines.find((line) => line.lineNumber === lineNumber)?.sku ?? '';
}

function sizeOf(sku: string): ArticleSize {
  return articles.find((candidate) => candidate.sku === sku) ?? { pack: 1, weight: '1' };
}

function place(node: string, sku: string): string {
  return `${node} ${sku}`;
}

function refused(code: string, detail: string, path: string, status = 422): Problem {
  return new Problem(status, code, detail, path === '' ? [] : [{ path, message: detail }]);
}
