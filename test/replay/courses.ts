/**
 * The courses whose histories are committed: each takes another way through the workflows. The
 * recorder runs them; the replay guard demands a history of each.
 */
import { setTimeout } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { DAY_MS, HOUR_MS, refuses, type TradingNetwork } from '../../scripts/stack/trading-world.ts';
import { wakeOutbox } from '../../workflows/messages.ts';

export interface Course<Network> {
  /** Needs days to pass: it runs on Temporal's time-skipping server, the others on the real one. */
  readonly skipsTime?: true;
  /** @returns the workflow whose history is recorded */
  readonly run: (network: Network) => Promise<WorkflowHandle>;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await setTimeout(20);
}

export const courses: Record<string, Course<TradingNetwork>> = {
  'simple-order': {
    run: async (network) => {
      const order = await network.aTradingWorld().order();
      await order.ships('RNO', 'S1', '10');
      await order.until('810 of INV-S1 queued');
      await order.isPaid('INV-S1');
      await order.end();
      return order.handle;
    },
  },

  'two-nodes-two-waves': {
    run: async (network) => {
      const order = await network.aTradingWorld().holding({ RNO: '10', MEM: '5' }).order();
      await order.until(/^released/, 2);
      await order.ships('RNO', 'R1', '6');
      await order.ships('RNO', 'R1', '6', { eventId: 'R1#again' });
      await order.until('810 of INV-R1 queued');
      await order.ships('MEM', 'M1', '5');
      await order.until('810 of INV-M1 queued');
      await order.ships('RNO', 'R2', '4');
      await order.until('810 of INV-R2 queued');
      for (const invoice of ['INV-R1', 'INV-M1', 'INV-R2']) await order.isPaid(invoice);
      await order.end();
      return order.handle;
    },
  },

  'exceptions-and-retries': {
    run: async (network) => {
      const world = network
        .aTradingWorld()
        .next('prepareOrder', () =>
          Promise.resolve({ ready: false, problem: { type: 'price-outside-tolerance', summary: 'line 10' } }),
        )
        .next('placeOrder', refuses('no such site'), () =>
          Promise.resolve({ erpOrderNumber: 'SO-1', status: 'creditHold', creditMessage: 'over its limit' }),
        )
        .next('releaseToWarehouse', refuses('dock closed'));
      const order = await world.order();
      await order.decides((await order.exception('price-outside-tolerance')).id, 'accept');
      await order.decides((await order.exception('erp-refused-order')).id, 'retry');
      await order.decides((await order.exception('credit-hold')).id, 'retry', 'limit raised');
      await order.decides((await order.exception('warehouse-refused-release')).id, 'retry');
      await order.hearsTrouble('rejected', 'DOC-855');
      await order.decides((await order.exception('document-rejected')).id, 'resend');
      await order.ships('RNO', 'S1', '10');
      await order.until('810 of INV-S1 queued');
      await order.isPaid('INV-S1', 4_000, { allocationId: 'P1' });
      await order.until('cash P1 applied');
      await order.isPaid('INV-S1', 6_000, { allocationId: 'P2' });
      await order.end();
      return order.handle;
    },
  },

  'routing-violation': {
    run: async (network) => {
      const violated = () => Promise.resolve({ violation: 'small parcel: the order names carrier FXFE' });
      const world = network
        .aTradingWorld()
        .holding({ RNO: '10', MEM: '5' })
        .next('releaseToWarehouse', violated, violated);
      const order = await world.order();
      await order.decides((await order.exception('routing-violation')).id, 'retry', 'weight entered');
      await order.until(/^released/);
      await order.decides((await order.exception('routing-violation', 2)).id, 'use-guide');
      await order.until(/^released/, 2);
      await order.ships('RNO', 'S1', '10');
      await order.until('810 of INV-S1 queued');
      await order.ships('MEM', 'S2', '5');
      await order.until('810 of INV-S2 queued');
      for (const invoice of ['INV-S1', 'INV-S2']) await order.isPaid(invoice);
      await order.end();
      return order.handle;
    },
  },

  'short-and-backordered': {
    run: async (network) => {
      const world = network.aTradingWorld().backorderingShorts().holding({ RNO: '10' }).holding({ MEM: '4' });
      const order = await world.order();
      await order.ships('RNO', 'S1', '6');
      await order.until('810 of INV-S1 queued');
      await order.closesShort('RNO', '4');
      await order.until('short at RNO recorded');
      await order.hearsOfStock();
      await order.until('released to MEM');
      await order.ships('MEM', 'S2', '4', { round: 2 });
      await order.until('810 of INV-S2 queued');
      await order.isPaid('INV-S1');
      await order.isPaid('INV-S2');
      await order.end();
      return order.handle;
    },
  },

  'cancelled-and-undone': {
    run: async (network) => {
      const world = network
        .aTradingWorld()
        .next('placeOrder', () => Promise.resolve({ erpOrderNumber: 'SO-1', status: 'creditHold' }));
      const order = await world.order();
      await order.exception('credit-hold');
      await order.cancels();
      await order.end();
      return order.handle;
    },
  },

  'cancelled-after-release': {
    run: async (network) => {
      const order = await network.aTradingWorld().order();
      await order.until('released to RNO');
      await order.cancels();
      await order.end();
      return order.handle;
    },
  },

  'cancellation-refused-by-a-warehouse': {
    run: async (network) => {
      const world = network.aTradingWorld().holding({ RNO: '4', MEM: '6' });
      world.always('cancelRelease', async ({ fulfillmentId }) => {
        if (fulfillmentId.endsWith('RNO')) refuses('packed already')();
      });
      const order = await world.order();
      await order.until(/^released/, 2);
      await order.cancels().catch(() => undefined);
      await order.until(/^released to MEM/, 2);
      for (const [node, quantity] of [
        ['RNO', '4'],
        ['MEM', '6'],
      ] as const) {
        await order.ships(node, `S-${node}`, quantity);
        await order.until(`810 of INV-S-${node} queued`);
        await order.isPaid(`INV-S-${node}`);
      }
      await order.end();
      return order.handle;
    },
  },

  'line-cancelled-that-waits-for-stock': {
    run: async (network) => {
      const world = network.aTradingWorld().holding({ RNO: '6' }, { backordered: true });
      const order = await world.order();
      await order.ships('RNO', 'S1', '6');
      await order.until('810 of INV-S1 queued');
      world.nextChange({ releases: [], backordered: false });
      await order.hearsOfChange('C1');
      await order.until('C1 recorded, 855 queued');
      await order.isPaid('INV-S1');
      await order.end();
      return order.handle;
    },
  },

  'changed-with-a-recall': {
    run: async (network) => {
      const world = network.aTradingWorld().holding({ RNO: '4', MEM: '6' });
      const order = await world.order();
      await order.until(/^released/, 2);
      world.nextChange({ recall: ['RNO'], releases: [{ id: world.releaseNumber('RNO'), planned: '3' }] });
      await order.changes('C1');
      await order.hearsOfChange('C1');
      await order.until('released to RNO', 2);
      for (const [node, quantity] of [
        ['RNO', '3'],
        ['MEM', '6'],
      ] as const) {
        await order.ships(node, `S-${node}`, quantity);
        await order.until(`810 of INV-S-${node} queued`);
        await order.isPaid(`INV-S-${node}`);
      }
      await order.end();
      return order.handle;
    },
  },

  'change-that-a-warehouse-refuses': {
    run: async (network) => {
      const world = network.aTradingWorld().next('cancelRelease', refuses('packed already'));
      const order = await world.order();
      await order.until('released to RNO');
      world.nextChange({ recall: ['RNO'] });
      await order.changes('C1');
      await order.ships('RNO', 'S1', '10');
      await order.until('810 of INV-S1 queued');
      await order.isPaid('INV-S1');
      await order.end();
      return order.handle;
    },
  },

  'change-rejected-by-a-person': {
    run: async (network) => {
      const world = network
        .aTradingWorld()
        .next('changeErpOrder', refuses('changes are made by hand', 'change-not-supported'));
      const order = await world.order();
      await order.until('released to RNO');
      const changed = order.changes('C1');
      await order.decides((await order.exception('erp-refused-change')).id, 'reject-change', 'too late');
      await changed;
      await order.until('ERP order put back');
      await order.ships('RNO', 'S1', '10');
      await order.until('810 of INV-S1 queued');
      await order.isPaid('INV-S1');
      await order.end();
      return order.handle;
    },
  },

  'cancelled-while-it-is-changed': {
    run: async (network) => {
      const world = network.aTradingWorld();
      const order = await world.order();
      await order.until('released to RNO');
      const erp = world.holdBack('changeErpOrder');
      await order.hearsOfChange('C1');
      await erp.asked;
      await order.hearsOfChange('C2');
      const cancelled = order.cancels();
      await until(() => order.isCancellingACall());
      erp.answer();
      await cancelled;
      await order.end();
      return order.handle;
    },
  },

  'change-that-is-the-end': {
    run: async (network) => {
      const world = network.aTradingWorld();
      const order = await world.order();
      await order.until('released to RNO');
      world.next('planChange', async () => ({ type: 'whole' as const, reason: 'the buyer cancels the order' }));
      await order.hearsOfChange('C1');
      await order.end();
      return order.handle;
    },
  },

  'release-refused-and-renumbered': {
    run: async (network) => {
      const order = await network.aTradingWorld().order();
      await order.until('released to RNO');
      await order.isRefused('RNO', 'no dock free');
      await order.decides((await order.exception('warehouse-refused-release')).id, 'retry');
      await order.until('released to RNO', 2);
      await order.ships('RNO', 'S1', '10');
      await order.until('810 of INV-S1 queued');
      await order.isPaid('INV-S1');
      await order.end();
      return order.handle;
    },
  },

  'document-rejected-and-resent': {
    run: async (network) => {
      const order = await network.aTradingWorld().order();
      await order.ships('RNO', 'S1', '10');
      await order.until('810 of INV-S1 queued');
      await order.hearsTrouble('rejected', 'DOC-856');
      await order.decides((await order.exception('document-rejected')).id, 'resend');
      await order.until('DOC-856 queued again');
      await order.isPaid('INV-S1');
      await order.end();
      return order.handle;
    },
  },

  'paid-after-overdue': {
    skipsTime: true,
    run: async (network) => {
      const world = network.aTradingWorld();
      const order = await world.order();
      await order.ships('RNO', 'S1', '10');
      await order.until('810 of INV-S1 queued');
      await world.pass(32 * DAY_MS);
      await order.exception('payment-overdue');
      await order.isPaid('INV-S1');
      await order.end();
      return order.handle;
    },
  },

  'last-day-passed-while-backordered': {
    skipsTime: true,
    run: async (network) => {
      const world = network
        .aTradingWorld()
        .takingNothingAfter(5 * HOUR_MS)
        .holding({}, { backordered: true });
      const order = await world.order();
      await order.until('855 queued');
      await world.pass(5 * HOUR_MS + HOUR_MS / 2);
      const { id } = await order.exception('cancel-after-passed');
      world.holding({ RNO: '10' });
      await order.hearsOfStock();
      await order.until('reserved at RNO in round 2');
      await order.decides(id, 'accept', 'agreed with the buyer');
      await order.until('released to RNO, late as agreed');
      await order.ships('RNO', 'S1', '10', { round: 2 });
      await order.until('810 of INV-S1 queued');
      await order.isPaid('INV-S1');
      await order.end();
      return order.handle;
    },
  },

  'refused-by-erp-and-cancelled': {
    run: async (network) => {
      const order = await network.aTradingWorld().next('placeOrder', refuses('customer is closed')).order();
      await order.decides((await order.exception('erp-refused-order')).id, 'cancel', 'the buyer orders elsewhere');
      await order.end();
      return order.handle;
    },
  },

  'closed-without-account': {
    skipsTime: true,
    run: async (network) => {
      const world = network.aTradingWorld();
      const order = await world.order();
      await order.ships('RNO', 'S1', '6');
      await order.until('810 of INV-S1 queued');
      await order.closesShort('RNO', '1');
      await order.until('short at RNO recorded');
      // Longer than a close waits for shipments that it overtook.
      await world.pass(HOUR_MS);
      await order.decides((await order.exception('release-not-accounted')).id, 'accept', 'lost in the warehouse');
      await order.until(/^short at RNO recorded/, 2);
      await order.isPaid('INV-S1');
      await order.end();
      return order.handle;
    },
  },

  outbox: {
    run: async (network) => {
      const deadline = new Date(Date.now() + 3_600_000).toISOString();
      const ready = (interchangeId: string) => () =>
        Promise.resolve({ interchangeId, controlNumber: '000000007', documents: 2, deadline });
      const world = network
        .aTradingWorld()
        .next('assembleInterchange', ready('I1'), ready('I2'))
        .next('transmitInterchange', refuses('not an interchange of ours'));
      const outbox = await world.outbox();
      await world.until('looked for missing 997s');
      world.next('assembleInterchange', ready('I3'));
      await outbox.signal(wakeOutbox);
      await world.until('looked for missing 997s', 2);
      await network.clear();
      return outbox;
    },
  },

  interchange: {
    run: async (network) => {
      const world = network.aTradingWorld();
      await world.execute('interchange', { interchangeId: 'I9', partnerId: 'harbor-pine' });
      return network.env.client.workflow.getHandle(`interchange-${world.orderId}`);
    },
  },
};
