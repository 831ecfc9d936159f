import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from './calls.ts';
import { closed, type Given, read } from './given.ts';
import { canonicalOrder, interchangeWith, purchaseOrder, segmentsOf850, shapes } from './purchase-orders.ts';

export function partnerFiles(given: () => Given): void {
  describe('a file of a partner that changes while everything runs', () => {
    it('gives the next order another profile, and lets the one under way end under its own', async () => {
      const { calls, prisma, partnersDir } = given();
      const versionNow = async () => (await calls.api('/v1/partners/cobalt-ridge')).body.profileVersion;
      const order = async (poNumber: string) => {
        const body = canonicalOrder(purchaseOrder('cobalt-ridge', poNumber, shapes.oneLine));
        expect((await calls.api('/v1/orders', { method: 'POST', body })).status).toBe(202);
        const row = await prisma.order.findFirstOrThrow({ where: { poNumber } });
        return row.profileVersion;
      };
      const before = await versionNow();
      expect(await order('CR-BEFORE')).toBe(before);
      appendFileSync(join(partnersDir, 'cobalt-ridge.yaml'), 'shipWithin: P6D\n');
      const after = await eventually('the changed profile', 15, async () => {
        const version = await versionNow();
        return version !== before && version;
      });
      expect(await order('CR-AFTER')).toBe(after);
      await closed(given(), ['CR-BEFORE', 'CR-AFTER']);
      const { body } = await calls.api('/v1/partners/cobalt-ridge');
      expect(body.versions.map(({ version }: { version: string }) => version)).toEqual([after, before]);
    });

    it('teaches us the partner’s item number and its pack, under which it then orders', async () => {
      const { calls, prisma, partnersDir } = given();
      mkdirSync(join(partnersDir, 'harbor-pine'), { recursive: true });
      writeFileSync(
        join(partnersDir, 'harbor-pine', 'cross-references.csv'),
        'kind,external,internal,sku,quantity\nitem,HPS-9,MW-1009,,\npack,BX,EA,MW-1009,3\n',
      );
      await eventually('cross-references of the file', 15, async () => {
        const { body } = await calls.api('/v1/partners/harbor-pine/cross-references');
        return body.items.length === 2;
      });
      const order = purchaseOrder('harbor-pine', 'HP-NAMES', shapes.oneLine);
      // Two boxes under the partner's own number, at our contract price.
      const segments = segmentsOf850(order).map((segment) =>
        segment[0] === 'PO1' ? ['PO1', '1', '2', 'BX', '', '', 'IN', 'HPS-9'] : segment,
      );
      const taken = await calls.file(
        'harbor-pine',
        interchangeWith('harbor-pine', 850_001, [{ set: '850', segments }]),
      );
      const outcome = await read(given(), taken);
      expect(outcome.transactions).toMatchObject([{ state: 'accepted' }]);
      await closed(given(), [order.poNumber]);
      const line = await prisma.orderLine.findFirstOrThrow({ where: { order: { poNumber: order.poNumber } } });
      expect([line.sku, line.orderedUnit, line.ordered.toFixed()]).toEqual(['MW-1009', 'BX', '6']);
    });
  });
}
