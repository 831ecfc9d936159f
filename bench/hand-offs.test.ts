import { defaultPayloadConverter } from '@temporalio/client';
import proto from '@temporalio/proto';
import { expect, it } from 'vitest';
import { addWaits, noWaits } from './hand-offs.ts';

const { HistoryEvent } = proto.temporal.api.history.v1;

const at = (ms: number) => ({ seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 });

const started = (ms: number) =>
  HistoryEvent.fromObject({ eventTime: at(ms), workflowExecutionStartedEventAttributes: {} });

const signalled = (ms: number, signalName: string, payload: object) =>
  HistoryEvent.fromObject({
    eventTime: at(ms),
    workflowExecutionSignaledEventAttributes: {
      signalName,
      input: { payloads: [defaultPayloadConverter.toPayload(payload)] },
    },
  });

it('a wait lasts from the row to the first history event that delivers it', () => {
  const waits = noWaits();
  addWaits(
    waits,
    [
      started(10_040),
      signalled(12_500, 'warehouseEvent', { system: 'main', eventId: 'E1' }),
      signalled(19_000, 'warehouseEvent', { system: 'main', eventId: 'E1' }),
      signalled(15_007, 'paymentReceived', { allocationId: 'A1' }),
      signalled(16_000, 'paymentReceived', { allocationId: 'of another run' }),
    ],
    { received: 10_000, warehouseEvents: new Map([['main/E1', 12_100]]), payments: new Map([['A1', 15_000]]) },
  );
  expect(waits).toEqual({ starts: [40], warehouseEvents: [400], payments: [7] });
});
