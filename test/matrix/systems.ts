/** The systems that orders work with here: a warehouse that the test commands, and an ERP whose calls are noted. */

import type { ErpOrderRequest, ErpPort } from '../../activities/erp/port.ts';
import { SystemUnavailable } from '../../activities/lib/http.ts';
import { SystemRefusal } from '../../activities/lib/refusal.ts';
import type { WarehouseRelease, WmsPort } from '../../activities/wms/port.ts';

/** What stands against a system: it is away, or refuses. */
export type Trouble = 'away' | { refuses: string };

/** A warehouse that ships when the test says so. */
export class Warehouse implements WmsPort {
  readonly calls: string[] = [];
  readonly releases = new Map<string, { release: WarehouseRelease; state: 'released' | 'stopped' | 'shipping' }>();
  trouble: Trouble | undefined;
  /** Nodes that stop nothing any more. */
  readonly packed = new Set<string>();

  async release(release: WarehouseRelease): Promise<{ reference: string }> {
    this.fail();
    const lines = release.lines.map(({ lineNumber, quantity }) => `${quantity} of ${lineNumber}`).join(', ');
    if (!this.releases.has(release.releaseNumber)) this.calls.push(`release ${release.node}: ${lines}`);
    this.releases.set(release.releaseNumber, { release, state: 'released' });
    return { reference: release.releaseNumber };
  }

  async cancelRelease(releaseNumber: string): Promise<{ cancelled: boolean }> {
    this.fail();
    const known = this.releases.get(releaseNumber);
    if (known === undefined || known.state === 'stopped') return { cancelled: true };
    const { node } = known.release;
    if (known.state === 'shipping' || this.packed.has(node)) {
      this.calls.push(`${node} does not stop its release`);
      return { cancelled: false };
    }
    this.calls.push(`${node} stops its release`);
    known.state = 'stopped';
    return { cancelled: true };
  }

  readStock(): Promise<never> {
    throw new Error('not asked here');
  }

  expectReturn(): Promise<never> {
    throw new Error('not asked here');
  }

  cancelExpectedReturn(): Promise<never> {
    throw new Error('not asked here');
  }

  private fail(): void {
    if (this.trouble === 'away') throw new SystemUnavailable('wms.main', 'connection-failed', 'connect ECONNREFUSED');
    if (this.trouble !== undefined) throw new SystemRefusal('wms.main', 'refused', this.trouble.refuses);
  }
}

/** The sandbox's ERP, with its calls noted and trouble on demand. */
export function watched(
  port: ErpPort,
  erp: { calls: string[]; trouble: Trouble | undefined; holdsCredit: boolean },
): ErpPort {
  const trouble = () => {
    if (erp.trouble === 'away') throw new SystemUnavailable('erp.main', 'connection-failed', 'connect ECONNREFUSED');
    if (erp.trouble !== undefined) throw new SystemRefusal('erp.main', 'refused', erp.trouble.refuses);
  };
  const held = <T extends { status: string }>(order: T): T =>
    erp.holdsCredit ? { ...order, status: 'creditHold', creditMessage: 'over its limit' } : order;
  const lines = ({ lines: all }: ErpOrderRequest) =>
    all.map(({ lineNumber, quantity, unitPrice }) => `${quantity} of ${lineNumber} at ${unitPrice}`).join(', ');
  return {
    ...port,
    createOrder: async (key, order) => {
      trouble();
      erp.calls.push(`createOrder ${lines(order)}`);
      return held(await port.createOrder(key, order));
    },
    changeOrder: async (key, number, order) => {
      trouble();
      erp.calls.push(`changeOrder ${lines(order)}`);
      return held(await port.changeOrder(key, number, order));
    },
    findOrder: async (orderId) => {
      trouble();
      const found = await port.findOrder(orderId);
      return found && held(found);
    },
    cancelOrder: async (key, number, reason) => {
      trouble();
      erp.calls.push('cancelOrder');
      return port.cancelOrder(key, number, reason);
    },
    postShipment: async (key, shipment) => {
      trouble();
      erp.calls.push('postShipment');
      return port.postShipment(key, shipment);
    },
    createInvoice: async (key, request) => {
      trouble();
      return port.createInvoice(key, request);
    },
  };
}
