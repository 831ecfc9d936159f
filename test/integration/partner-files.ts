import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from './calls.ts';
import { closed, type Given, read } from './given.ts';
import { canonicalOrder, interchangeWith, purchaseOrder, segmentsOf850, shapes } from './purchase-orders.ts';

export function partnerFiles(given: () => Given): void {
  describe('a file of a partner that changes while everything runs', () => {
    it('applies to the next order, while the running order ends under its own version', async () => {
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

    it('adds a partner’s item number and pack, which its next order uses', async () => {
      const { calls, prisma, partnersDir } = given();
      mkdirSync(join(partnersDir, 'harbor-pine'), { recursive: true });
      writeFileSync(
        join(partnersDir, 'harbor-pine', 'cross-references.csv'),
        'kind,external,internal,sku,quantity\nitem,HPS-9,MW-1009,,\npack,BX,EA,MW-1009,3\nitem,HPS-8,NOTHING,,\n',
      );
      await eventually('cross-references of the file', 15, async () => {
        const { body } = await calls.api('/v1/partners/harbor-pine/cross-references');
        return body.items.length === 2;
      });
      const refused = await eventually('what the worker says of the file', 15, async () => {
        const { body } = await calls.api('/v1/partners/harbor-pine');
        return body.crossReferenceFile?.refused;
      });
      expect(refused).toMatchObject([{ line: 4, column: 'internal', code: 'unknown-item' }]);
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

    it('with an endless expression affects only its own orders, which continue once it is fixed', async () => {
      const { calls, prisma, partnersDir, lines } = given();
      const file = join(partnersDir, 'harbor-pine.yaml');
      const sound = readFileSync(file, 'utf8');
      const versionNow = async () => (await calls.api('/v1/partners/harbor-pine')).body.profileVersion;
      const change = async (text: string) => {
        const before = await versionNow();
        const from = lines.length;
        writeFileSync(file, text);
        const version = await eventually('the changed profile', 15, async () => {
          const now = await versionNow();
          return now !== before && now;
        });
        // The API and the worker follow the files each for itself.
        await eventually('the same in the worker', 15, async () =>
          // A line of an earlier change may name this version too.
          lines
            .slice(from)
            .some(({ part, line }) => part === 'worker' && line.includes('has changed') && line.includes(version)),
        );
      };
      const endless = '"($f := function(){ $f() }; $f())"';

      // Ours, not the partner's: its order waits, it is told nothing, and the rest of the file goes its way.
      await change(`${sound}\nmap: { salesOrder: { attributes.endless: ${endless} } }\n`);
      const order = purchaseOrder('harbor-pine', 'HP-ENDLESS', shapes.oneLine);
      const sent = interchangeWith('harbor-pine', 850_002, [{ set: '850', segments: segmentsOf850(order) }]);
      const taken = await calls.file('harbor-pine', sent);
      const [{ interchangeId }] = taken.body.interchanges;
      const known = async () => (await calls.api(`/v1/edi/interchanges/${interchangeId}`)).body;
      const held = await eventually('the fault of the profile', 30, async () => {
        const found = await known();
        return found.errors.length > 0 && found;
      });
      expect(held).toMatchObject({
        state: 'received',
        errors: [
          {
            code: 'profile-expression-failed',
            message: expect.stringMatching(/harbor-pine at map\.salesOrder, attributes\.endless, failed: timed out/),
          },
        ],
        transactions: [{ state: 'received', orders: [] }],
      });
      const listed = (await calls.api('/v1/edi/interchanges?withErrors=true&partnerId=harbor-pine')).body.items;
      expect(listed.map((one: { interchangeId: string }) => one.interchangeId)).toContain(interchangeId);
      const other = purchaseOrder('cobalt-ridge', 'CR-BESIDE', shapes.oneLine);
      expect((await calls.api('/v1/orders', { method: 'POST', body: canonicalOrder(other) })).status).toBe(202);
      await closed(given(), ['CR-BESIDE']);

      // Mended, but for what we send: the order is taken, and a person is asked about its 855.
      const addition = `{ at: REF, elements: { "01": "'ZZ'", "02": ${endless} } }`;
      await change(`${sound}\nmap: { documents: { "855": [${addition}] } }\n`);
      const orderId = await eventually('the order', 60, async () => {
        const came = await prisma.documentOrder.findFirst({ where: { document: { interchangeId } } });
        return came?.orderId;
      });
      const exception = await eventually('a question about the 855', 30, async () => {
        const { body } = await calls.api('/v1/exceptions');
        return body.items.find((one: { orderId: string }) => one.orderId === orderId);
      });
      expect(exception).toMatchObject({
        type: 'document-not-written',
        summary: expect.stringMatching(/map\.documents\.855\[0\]\.elements\.02 failed: timed out/),
        resolutions: ['retry'],
      });
      expect(await known()).toMatchObject({ state: 'processed', errors: [] });

      await change(sound);
      const body = { resolution: 'retry' };
      expect((await calls.api(`/v1/exceptions/${exception.id}/resolve`, { method: 'POST', body })).status).toBe(200);
      await closed(given(), ['HP-ENDLESS']);
    });
  });
}
