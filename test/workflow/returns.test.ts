import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isDown, refuses } from '../../scripts/stack/trading-world.ts';
import * as messages from '../../workflows/messages.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';
import { DAY_MS, type ReturnsNetwork, type ReturnWorld, startReturnsNetwork } from './returns-world.ts';

let network: ReturnsNetwork;
beforeAll(async () => {
  network = await startReturnsNetwork(createTimeSkippingEnvironment);
});
afterEach(() => network.clear());
afterAll(() => network?.stop());

const ANNOUNCED = ['authorized, 180 queued', 'warehouse expects it'];

/** The code of the failure that an update was refused with. */
async function refusal(update: Promise<unknown>): Promise<string> {
  const error = await update.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WorkflowUpdateFailedError)) throw new Error(`not refused: ${error}`);
  return (error.cause as ApplicationFailure).type ?? '';
}

describe('a return that nothing hinders', () => {
  it('goes from the check to the credit, and tells nothing before it is true', async () => {
    const rma = await network.aReturn().start();
    await rma.until('warehouse expects it');
    await expect
      .poll(() => rma.status())
      .toMatchObject({ status: 'authorized', waitingFor: '10 units to come to RNO' });
    await rma.tell('R1', '10', 'restock');
    expect(await rma.end()).toBe('closed');
    expect(rma.facts).toEqual([
      ...ANNOUNCED,
      'received 10',
      'round 1: 10',
      'ERP return 1',
      'ERP credit 1, 812 queued',
      'ended closed',
    ]);
  });

  it('credits each part as it comes, and takes a repeated message once', async () => {
    const rma = await network.aReturn().start();
    await rma.until('warehouse expects it');
    await rma.tell('R1', '4', 'restock');
    await rma.until('ERP credit 1, 812 queued');
    await rma.tell('R1', '4', 'restock');
    await rma.tell('R2', '6', 'scrap');
    expect(await rma.end()).toBe('closed');
    expect(rma.facts.filter((fact) => /received|round/.test(fact))).toEqual([
      'received 4',
      'round 1: 4',
      'received 6',
      'round 2: 6',
    ]);
  });

  it('that comes back before it is invoiced waits for the invoice, and asks nobody', async () => {
    const early = async () => ({ awaited: 'the invoice of shipment S1' });
    const rma = await network.aReturn().next('planSettlement', early, early, early).start();
    await rma.until('warehouse expects it');
    await rma.tell('R1', '4', 'restock');
    await rma.until('received 4');
    await expect
      .poll(async () => (await rma.status()).waitingFor)
      .toBe('the invoice of shipment S1, to be credited against it');
    await rma.pass(2 * 60_000);
    await rma.until('ERP credit 1, 812 queued');
    await rma.tell('R2', '6', 'restock');
    expect(await rma.end()).toBe('closed');
    expect(rma.facts.filter((fact) => /asked|round/.test(fact))).toEqual(['round 1: 4', 'round 2: 6']);
  });

  it('takes what comes before its authorization, and dispositions before their goods once those have come', async () => {
    const rma = await network.aReturn().start();
    await rma.tell('D1', '10', 'vendor', 'disposed');
    await rma.tell('R1', '10');
    await rma.decides('return-notice-wrong', 'retry').catch(() => undefined);
    const { id } = await rma.exception('return-notice-wrong');
    expect(id).toBeDefined();
    await rma.workflow.executeUpdate(messages.resolveReturnException, {
      args: [{ exceptionId: id, resolution: 'set-aside', by: 'ann' }],
    });
    await rma.until('received 10');
    await rma.tell('D2', '10', 'vendor', 'disposed');
    expect(await rma.end()).toBe('closed');
    expect(rma.line).toMatchObject({ vendor: '10', credited: '10' });
  });
});

describe('a request', () => {
  it('that the agreement does not allow is refused to the partner', async () => {
    const world = network.aReturn();
    world.refusals = ['goods are taken back within 60 days'];
    const rma = await world.start();
    expect(await rma.end()).toBe('refused');
    expect(rma.facts).toEqual(['told: refused: goods are taken back within 60 days', 'ended refused']);
  });

  it('whose goods other returns took meanwhile is refused at its authorization', async () => {
    const rma = await network
      .aReturn()
      .next('authorizeReturn', () => Promise.resolve({ refusals: ['line 1 has shipped 10'] }))
      .start();
    expect(await rma.end()).toBe('refused');
  });

  it('waits for a person where the agreement says so, who may refuse it', async () => {
    const rma = await network.aReturn().under({ approval: 'person' }).start();
    await rma.exception('return-to-approve');
    const answer = await rma.workflow.executeUpdate(messages.decideReturn, {
      args: [{ approved: false, note: 'too old', by: 'ann' }],
    });
    expect(answer).toEqual({ status: 'refused' });
    expect(await rma.end()).toBe('refused');
    expect(rma.facts).toContain('told: refused: too old');
  });

  it('that a person approves is authorized', async () => {
    const rma = await network.aReturn().under({ approval: 'person' }).start();
    await rma.exception('return-to-approve');
    expect(
      await refusal(rma.workflow.executeUpdate(messages.linkReturn, { args: [{ orderId: 'o', by: 'ann' }] })),
    ).toBe('nothing-to-link');
    const approve = () => rma.workflow.executeUpdate(messages.decideReturn, { args: [{ approved: true, by: 'ann' }] });
    expect(await approve()).toEqual({ status: 'authorized' });
    await rma.until('warehouse expects it');
    expect(
      await refusal(rma.workflow.executeUpdate(messages.decideReturn, { args: [{ approved: true, by: 'ann' }] })),
    ).toBe('nothing-to-approve');
  });
});

describe('goods that differ', () => {
  it('more than authorized is accepted or sent back by a person; only what is kept is credited', async () => {
    const rma = await network.aReturn().start();
    await rma.until('warehouse expects it');
    await rma.tell('R1', '12', 'restock');
    await rma.decides('goods-differ', 'send-back');
    expect(await rma.end()).toBe('closed');
    expect(rma.line).toMatchObject({ received: '10', overSentBack: '2', credited: '10' });
  });

  it('accepted goods that no invoice has are kept without a credit, if a person says so', async () => {
    const rma = await network.aReturn().start();
    await rma.until('warehouse expects it');
    await rma.tell('R1', '12', 'restock');
    await rma.decides('goods-differ', 'accept');
    await rma.tell('D1', '2', 'scrap', 'disposed');
    await rma.decides('credit-not-possible', 'accept');
    expect(await rma.end()).toBe('closed');
    expect(rma.line).toMatchObject({ received: '12', credited: '10', waived: '2' });
  });

  it('what came beyond all that has shipped is asked about again, and is taken only then', async () => {
    const rma = await network.aReturn().start();
    await rma.until('warehouse expects it');
    await rma.tell('R1', '100', 'scrap');
    await rma.decides('goods-differ', 'accept');
    await rma.until('asked: goods-differ', 2);
    const { exceptions, count } = await rma.status();
    expect(exceptions).toMatchObject([{ summary: '88 more than has shipped', resolutions: ['accept', 'send-back'] }]);
    expect(count).toMatchObject({ received: '12', over: '88' });
    await rma.decides('goods-differ', 'send-back');
    await rma.tell('D1', '2', 'scrap', 'disposed');
    await rma.decides('credit-not-possible', 'accept');
    expect(await rma.end()).toBe('closed');
    expect(rma.line).toMatchObject({ received: '12', overSentBack: '88', credited: '10' });
  });

  it('a person is asked what becomes of goods that the warehouse says nothing about', async () => {
    const rma = await network.aReturn().start();
    await rma.until('warehouse expects it');
    await rma.tell('R1', '10');
    await rma.until('received 10');
    await rma.pass(DAY_MS + 60_000);
    await rma.decides('disposition-needed', 'scrap');
    expect(await rma.end()).toBe('closed');
    expect(rma.line).toMatchObject({ scrapped: '10', credited: '10' });
  });

  it('a person may say it for parts; more than came is refused', async () => {
    const rma = await network.aReturn().start();
    await rma.until('warehouse expects it');
    await rma.tell('R1', '10');
    await rma.until('received 10');
    const say = (quantity: string, disposition: 'restock' | 'send-back') =>
      rma.workflow.executeUpdate(messages.disposeReturn, {
        args: [{ id: quantity, by: 'ann', lines: [{ lineNumber: 1, quantity, disposition }] }],
      });
    expect(await refusal(say('11', 'restock'))).toBe('not-recorded');
    await say('7', 'restock');
    await say('3', 'send-back');
    expect(await rma.end()).toBe('closed');
    expect(rma.line).toMatchObject({ restocked: '7', sentBack: '3', credited: '7' });
  });
});

describe('goods without a return', () => {
  const goods = async () => {
    const world = network.aReturn();
    world.line = { ...world.line, requested: '0', orderLineNumber: null };
    return world.start({ origin: 'goods', why: 'the goods carry no number', notice: world.told('R1', '3') });
  };

  it('wait for a person, who says of which order they are', async () => {
    const rma = await goods();
    const { summary, resolutions } = await rma.exception('goods-without-return');
    expect(summary).toBe('the goods carry no number; 3 more than authorized');
    expect(resolutions).toEqual(['accept', 'send-back']);
    await rma.workflow.executeUpdate(messages.linkReturn, { args: [{ orderId: 'order-1', by: 'ann' }] });
    await rma.tell('D1', '3', 'restock', 'disposed');
    expect(await rma.end()).toBe('closed');
    expect(rma.line).toMatchObject({ credited: '3' });
  });

  it('are sent back without a credit', async () => {
    const rma = await goods();
    await rma.decides('goods-without-return', 'send-back');
    expect(await rma.end()).toBe('closed');
    expect(rma.facts).not.toContain('ERP return 1');
  });
});

describe('a return that does not come', () => {
  it('is asked about when its time is over, and expires after the grace', async () => {
    const rma = await network.aReturn().start();
    await rma.until('warehouse expects it');
    await rma.pass(20 * DAY_MS - 60_000);
    expect(rma.facts).toEqual(ANNOUNCED);
    await rma.pass(2 * 60_000);
    await rma.exception('return-overdue');
    expect(await rma.end()).toBe('expired');
    expect(rma.facts.filter((fact) => /^told|^ended|^warehouse/.test(fact))).toEqual([
      'warehouse expects it',
      'warehouse expects no more',
      expect.stringMatching(/^told: expired: 10 units did not come by /),
      'ended expired',
    ]);
  });

  it('gets as much time again, and what has come by then is credited', async () => {
    const rma = await network.aReturn().start();
    await rma.until('warehouse expects it');
    await rma.tell('R1', '4', 'restock');
    await rma.until('ERP credit 1, 812 queued');
    await rma.pass(20 * DAY_MS + 60_000);
    await rma.decides('return-overdue', 'accept');
    await rma.until('more time');
    await rma.pass(20 * DAY_MS + 60_000);
    await rma.until('asked: return-overdue', 2);
    expect(await rma.end()).toBe('closed');
    expect(rma.line).toMatchObject({ received: '4', credited: '4' });
  });

  it('goes on when the goods come after all', async () => {
    const rma = await network.aReturn().start();
    await rma.until('warehouse expects it');
    await rma.pass(20 * DAY_MS + 60_000);
    await rma.exception('return-overdue');
    await rma.tell('R1', '10', 'restock');
    expect(await rma.end()).toBe('closed');
  });
});

describe('a cancellation', () => {
  const cancels = (rma: ReturnWorld) =>
    rma.workflow.executeUpdate(messages.cancelReturn, { args: [{ reason: 'found a use for it', by: 'bob' }] });

  it('tells the warehouse first, and then the partner', async () => {
    const rma = await network.aReturn().start();
    await rma.until('warehouse expects it');
    expect(await cancels(rma)).toEqual({ status: 'cancelled' });
    expect(rma.facts.slice(2)).toEqual([
      'warehouse expects no more',
      'told: cancelled: found a use for it',
      'ended cancelled',
    ]);
  });

  it('is refused when goods have come, also if only the warehouse knows that', async () => {
    const rma = await network
      .aReturn()
      .next('withdrawReturn', () => Promise.resolve({ cancelled: false }))
      .start();
    await rma.until('warehouse expects it');
    expect(await refusal(cancels(rma))).toBe('goods-came');
    await rma.tell('R1', '10');
    await rma.until('received 10');
    expect(await refusal(cancels(rma))).toBe('goods-came');
    await rma.tell('D1', '10', 'restock', 'disposed');
    expect(await rma.end()).toBe('closed');
  });

  it('of one that waits for a person ends it', async () => {
    const rma = await network.aReturn().under({ approval: 'person' }).start();
    await rma.exception('return-to-approve');
    expect(await cancels(rma)).toEqual({ status: 'cancelled' });
    expect(rma.facts).not.toContain('warehouse expects no more');
  });
});

describe('a system that is away', () => {
  it('ERP: the credit is tried until its deadline, then a person is asked, and it goes on by itself', async () => {
    const rma = await network.aReturn().always('creditReturn', isDown).start();
    await rma.until('warehouse expects it');
    await rma.tell('R1', '10', 'restock');
    await rma.until('ERP return 1');
    await rma.pass(DAY_MS + 60_000);
    const { id, taskQueue } = await rma.exception('system-unavailable');
    expect(taskQueue).toBe('erp-main');
    rma.always('creditReturn', undefined);
    await rma.workflow.signal(messages.exceptionDecided, { exceptionId: id, resolution: 'retry', by: 'system' });
    expect(await rma.end()).toBe('closed');
    expect(rma.facts.filter((fact) => fact === 'ERP return 1')).toHaveLength(1);
    expect(rma.facts.filter((fact) => /^round/.test(fact))).toEqual(['round 1: 10']);
  });

  it('warehouse: a refused announcement is decided by a person, and the goods come all the same', async () => {
    const rma = await network.aReturn().next('expectReturn', refuses('no such item')).start();
    await rma.decides('warehouse-refused-return', 'accept');
    await rma.tell('R1', '10', 'restock');
    expect(await rma.end()).toBe('closed');
  });
});

describe('documents', () => {
  it('a return ends once they are acknowledged; one that the partner refuses waits for a person', async () => {
    const world = network.aReturn();
    world.waiting = 1;
    const rma = await world.start();
    await rma.until('warehouse expects it');
    await rma.workflow.signal(messages.documentTrouble, {
      ...{ documentId: 'D', transactionSet: '180', trouble: 'rejected', reason: 'no such number' },
    });
    await rma.tell('R1', '10', 'restock');
    await rma.decides('document-rejected', 'resend');
    await rma.until('sent again');
    await rma.until('answers awaited');
    await expect.poll(() => rma.status()).toMatchObject({ waitingFor: 'acknowledgments of 812' });
    await rma.workflow.signal(messages.documentsAnswered);
    expect(await rma.end()).toBe('closed');
  });
});

describe('a delivery that failed', () => {
  const failed = (trouble: 'refused' | 'damaged' | 'lost') =>
    network.aReturn().start({ origin: 'delivery', trouble, why: `shipment S1: ${trouble}` });

  it('refused goods that are taken back come to the warehouse and are credited as they come', async () => {
    const rma = await failed('refused');
    const asked = await rma.exception('delivery-refused');
    expect(asked).toMatchObject({ summary: 'shipment S1: refused', resolutions: ['take-back', 'redeliver'] });
    await rma.decides('delivery-refused', 'take-back');
    await rma.until('warehouse expects it');
    await rma.tell('R1', '10', 'restock');
    expect(await rma.end()).toBe('closed');
    expect(rma.facts.slice(-5)).toEqual([
      'received 10',
      'round 1: 10',
      'ERP return 1',
      'ERP credit 1, 812 queued',
      'ended closed',
    ]);
  });

  it.each([
    ['damaged', 'damaged-in-transit'],
    ['lost', 'goods-lost'],
  ] as const)('%s goods are credited without coming back', async (trouble, type) => {
    const rma = await failed(trouble);
    await rma.decides(type, 'credit');
    expect(await rma.end()).toBe('closed');
    expect(rma.facts).toEqual([
      `asked: ${type}`,
      'to be credited without goods',
      'round 1: 10',
      'ERP return 1',
      'ERP credit 1, 812 queued',
      'ended closed',
    ]);
  });

  it.each([
    ['refused', 'delivery-refused', 'redeliver', 'told: cancelled: the carrier delivers again'],
    ['damaged', 'damaged-in-transit', 'dismiss', 'told: cancelled: the buyer has the goods'],
    ['lost', 'goods-lost', 'dismiss', 'told: cancelled: the buyer has the goods'],
  ] as const)('%s goods: %s ends by %s without a credit', async (trouble, type, resolution, told) => {
    const rma = await failed(trouble);
    await rma.decides(type, resolution);
    expect(await rma.end()).toBe('cancelled');
    expect(rma.facts).toEqual([`asked: ${type}`, told, 'ended cancelled']);
  });

  it('is no question any more once the carrier has delivered', async () => {
    const rma = await failed('lost');
    await rma.exception('goods-lost');
    await rma.workflow.signal(messages.returnDelivered);
    expect(await rma.end()).toBe('cancelled');
    expect(rma.facts).toContain('told: cancelled: the carrier has delivered the goods');
  });

  it('whose goods other returns took meanwhile is not credited', async () => {
    const rma = await failed('lost');
    rma.next('authorizeReturn', async () => ({ refusals: ['line 1: 10 are too many'] }));
    await rma.decides('goods-lost', 'credit');
    expect(await rma.end()).toBe('refused');
    expect(rma.facts.some((fact) => fact.startsWith('round'))).toBe(false);
  });
});
