/** The courses of returns whose histories are committed. */
import * as messages from '../../workflows/messages.ts';
import { DAY_MS, type ReturnsNetwork } from '../workflow/returns-world.ts';
import type { Course } from './courses.ts';

export const returnCourses: Record<string, Course<ReturnsNetwork>> = {
  'return-credited-in-parts': {
    run: async (network) => {
      const world = network.aReturn();
      world.waiting = 1;
      const rma = await world.start();
      await rma.until('warehouse expects it');
      await rma.tell('R1', '4', 'restock');
      await rma.until('ERP credit 1, 812 queued');
      await rma.tell('R1', '4', 'restock');
      await rma.tell('R2', '6');
      await rma.until('received 6');
      await rma.tell('D1', '6', 'scrap', 'disposed');
      await rma.until('answers awaited');
      await rma.workflow.signal(messages.documentsAnswered);
      await rma.end();
      return rma.workflow;
    },
  },

  'return-approved-with-more-than-authorized': {
    run: async (network) => {
      const rma = await network.aReturn().under({ approval: 'person' }).start();
      await rma.exception('return-to-approve');
      await rma.workflow.executeUpdate(messages.decideReturn, { args: [{ approved: true, by: 'ann' }] });
      await rma.until('warehouse expects it');
      await rma.tell('R1', '12', 'restock');
      await rma.decides('goods-differ', 'send-back');
      await rma.end();
      return rma.workflow;
    },
  },

  'return-cancelled': {
    run: async (network) => {
      const rma = await network.aReturn().start();
      await rma.until('warehouse expects it');
      const args = [{ reason: 'found a use for it', by: 'bob' }] as const;
      await rma.workflow.executeUpdate(messages.cancelReturn, { args: [...args] });
      await rma.end();
      return rma.workflow;
    },
  },

  'goods-without-a-return': {
    run: async (network) => {
      const world = network.aReturn();
      world.line = { ...world.line, requested: '0', orderLineNumber: null };
      const notice = world.told('R1', '3');
      const rma = await world.start({ origin: 'goods', why: 'the goods carry no number', notice });
      await rma.exception('goods-without-return');
      await rma.workflow.executeUpdate(messages.linkReturn, { args: [{ orderId: 'order-1', by: 'ann' }] });
      await rma.tell('D1', '3', 'restock', 'disposed');
      await rma.end();
      return rma.workflow;
    },
  },

  'return-overdue-and-expired': {
    skipsTime: true,
    run: async (network) => {
      const rma = await network.aReturn().start();
      await rma.until('warehouse expects it');
      await rma.tell('R1', '4', 'restock');
      await rma.until('ERP credit 1, 812 queued');
      await rma.pass(20 * DAY_MS + 60_000);
      await rma.decides('return-overdue', 'accept');
      await rma.until('more time');
      await rma.pass(20 * DAY_MS + 60_000);
      await rma.until('asked: return-overdue', 2);
      await rma.end();
      return rma.workflow;
    },
  },
};
