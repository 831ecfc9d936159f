import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuses, startTradingNetwork, type TradingNetwork } from '../../scripts/stack/trading-world.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';

let network: TradingNetwork;
const WHY = 'booked in the ledger directly';

beforeEach(async () => {
  network = await startTradingNetwork(createTimeSkippingEnvironment);
});
afterEach(() => network.stop());

describe('an invoice that a person writes outside', () => {
  it('ends the order without an invoice and without a payment, once all has left', async () => {
    const world = network.aTradingWorld().next('invoiceShipment', refuses('period closed'));
    const order = await world.order();
    await order.until('released to RNO');
    await order.ships('RNO', 'S1', '10');
    const { id, resolutions } = await order.exception('erp-refused-invoice');
    expect(resolutions).toEqual(['retry', 'wait', 'skip']);
    await order.decides(id, 'skip', WHY);
    expect(await order.end()).toBe('closed');
    expect(world.facts).toContain(`invoiced by hand by ann: ${WHY}`);
    expect(world.facts.filter((fact) => fact.startsWith('810'))).toEqual([]);
  });

  it('is not skipped without saying why', async () => {
    const world = network.aTradingWorld().next('invoiceShipment', refuses('period closed'));
    const order = await world.order();
    await order.until('released to RNO');
    await order.ships('RNO', 'S1', '10');
    const { id } = await order.exception('erp-refused-invoice');
    const refusal = await order.decides(id, 'skip', 'by hand').then(
      () => undefined,
      (error: { cause?: { type?: string } }) => error.cause?.type,
    );
    expect(refusal).toBe('reason-missing');
    expect((await order.status()).exceptions).toMatchObject([{ id }]);
  });
});
