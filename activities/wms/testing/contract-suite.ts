import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WmsCapabilities } from '../connector.ts';
import type { WarehouseRelease, WmsPort } from '../port.ts';

/** A connector to a warehouse system without releases that ships nothing by itself. */
export interface WmsUnderTest {
  readonly port: WmsPort;
  readonly capabilities: WmsCapabilities;
  /** A release that the system accepts, under this number. */
  release(releaseNumber: string): WarehouseRelease;
  readonly nodes: readonly string[];
  /** While true, the system does its work but the response is lost. */
  loseAnswers(lose: boolean): Promise<void>;
  /** The numbers of all releases in the system, including cancelled ones. */
  releases(): Promise<string[]>;
  end(): Promise<void>;
}

/** The behaviour that the order process requires of every warehouse system. Every connector's test runs it. */
export function wmsContractSuite(kind: string, start: () => Promise<WmsUnderTest>): void {
  describe(`a warehouse system of kind ${kind}`, () => {
    let wms: WmsUnderTest;
    beforeEach(async () => {
      wms = await start();
    });
    afterEach(() => wms.end());

    it('takes a release once, however often it is repeated', async () => {
      const first = await wms.port.release(wms.release('R-1'));
      expect(await wms.port.release(wms.release('R-1'))).toEqual(first);
      expect(await wms.releases()).toEqual(['R-1']);
    });

    it('takes a release once whose answer was lost', async () => {
      await wms.loseAnswers(true);
      await expect(wms.port.release(wms.release('R-1'))).rejects.toMatchObject({ name: 'SystemUnavailable' });
      await wms.loseAnswers(false);
      expect(await wms.port.release(wms.release('R-1'))).toHaveProperty('reference');
      expect(await wms.releases()).toEqual(['R-1']);
    });

    it('refuses a release for a node that it does not run permanently', async () => {
      await expect(wms.port.release({ ...wms.release('R-1'), node: 'NOWHERE' })).rejects.toMatchObject({
        name: 'SystemRefusal',
      });
      expect(await wms.releases()).toEqual([]);
    });

    it('stops a release where it can stop any, and says so again', async ({ skip }) => {
      if (!wms.capabilities.canCancel) skip();
      await wms.port.release(wms.release('R-1'));
      expect(await wms.port.cancelRelease('R-1', 'asked')).toEqual({ cancelled: true });
      expect(await wms.port.cancelRelease('R-1', 'asked')).toEqual({ cancelled: true });
    });

    it('has nothing to stop of a release that it never had', async ({ skip }) => {
      if (!wms.capabilities.canCancel) skip();
      expect(await wms.port.cancelRelease('R-9', 'asked')).toEqual({ cancelled: true });
    });

    it('counts its stock by node and SKU', async () => {
      const { asOf, balances } = await wms.port.readStock(wms.nodes);
      expect(Date.parse(asOf)).not.toBeNaN();
      expect(new Set(balances.map(({ node }) => node))).toEqual(new Set(wms.nodes));
      expect(new Set(balances.map(({ node, sku }) => `${node} ${sku}`)).size).toBe(balances.length);
    });
  });
}
