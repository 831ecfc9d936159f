import { type Client, ServiceError } from '@temporalio/client';
import { expect, it } from 'vitest';
import { cancelOrder } from '../workflows/messages.ts';
import { updateOrder } from './workflow-updates.ts';

it.each([
  [9, /cannot go on: a worker fails at it again and again/],
  [14, /No worker took this up within 25 seconds/],
])(
  'an update that Temporal refuses with gRPC status %d is answered as unavailable, with what to look at',
  async (code, detail) => {
    const cause = Object.assign(new Error('refused'), { code, details: 'refused', metadata: {} });
    const temporal = {
      connection: { withDeadline: <T>(_until: number, call: () => Promise<T>) => call() },
      workflow: {
        getHandle: () => ({
          describe: () => Promise.resolve({}),
          startUpdate: () => Promise.reject(new ServiceError('update failed', { cause })),
        }),
      },
    } as unknown as Client;
    await expect(
      updateOrder({ temporal }, 'order/1', cancelOrder, { reason: 'r', by: 'ann' }, 'interchange-refused'),
    ).rejects.toMatchObject({
      code: 'process-unavailable',
      status: 503,
      message: expect.stringMatching(detail),
    });
  },
);
