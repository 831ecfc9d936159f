import { describe, expect, it } from 'vitest';
import { correlationId } from '../runtime/correlation.ts';
import { interceptors } from '../workflows/kernel/correlation.ts';
import { correlateActivities } from './correlation.ts';

/** Runs a workflow with the given input and gives back what an activity that it schedules finds as its headers. */
async function headersOfActivity(input: unknown): Promise<never> {
  const { inbound, outbound } = interceptors();
  await inbound?.[0]?.execute?.({ args: [input], headers: {} }, async () => undefined);
  return new Promise((resolve) => {
    const schedule = { headers: {} } as never;
    void outbound?.[0]?.scheduleActivity?.(schedule, async ({ headers }) => resolve(headers as never));
  });
}

describe('the correlation id of an order', () => {
  it('is that of every activity of its workflow, for its calls and its log lines', async () => {
    const headers = await headersOfActivity({ orderId: 'o-1', correlationId: 'c-1' });
    const { inbound, outbound } = correlateActivities({} as never);
    const seen = await inbound?.execute?.({ args: [], headers }, async () => correlationId());
    expect(seen).toBe('c-1');
    expect(outbound?.getLogAttributes?.({ activityType: 'placeOrder' }, (attributes) => attributes)).toEqual({
      activityType: 'placeOrder',
      correlationId: 'c-1',
    });
  });

  it('is absent where a workflow has none', async () => {
    const headers = await headersOfActivity({ partnerId: 'harbor-pine' });
    expect(headers).toEqual({});
    const { inbound, outbound } = correlateActivities({} as never);
    expect(await inbound?.execute?.({ args: [], headers }, async () => correlationId())).toBeUndefined();
    expect(outbound?.getLogAttributes?.({}, (attributes) => attributes)).toEqual({});
  });
});
