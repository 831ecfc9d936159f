import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { type ReturnNoticeEvent, returnNotice, warehouseEvent } from '../../mappings/canonical/v1/index.ts';
import type { Systems } from '../../runtime/systems.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { link, orderPath, returnPath } from '../representations/values.ts';
import { parseBody, route } from '../route.ts';

const receivedEvent = z
  .object({
    eventId: z.string(),
    duplicate: z.boolean(),
    orderId: z.string().nullable(),
    returnId: z.string().nullable(),
    links: z.object({ order: link.nullable(), return: link.nullable() }),
  })
  .meta({ id: 'ReceivedWarehouseEvent' });

/** Of a release, or of returned goods. */
const toldByWarehouse = z.union([warehouseEvent, returnNotice]);

const submitWarehouseEvent = route({
  method: 'post',
  path: '/v1/warehouse-events',
  operation: 'submitWarehouseEvent',
  tag: 'Warehouse',
  summary: 'What a warehouse system tells of a release, or of returned goods',
  description:
    'Signed by Standard Webhooks (https://www.standardwebhooks.com) with the secret of the warehouse system. Late, early, repeated and out-of-order events are all safe; with 2xx the event is stored.',
  access: { kind: 'signature' },
  headers: z.object({
    'webhook-id': z.string().max(200).optional(),
    'webhook-timestamp': z
      .string()
      .max(20)
      .optional()
      .meta({ description: 'Seconds since 1970, at most five minutes off' }),
    'webhook-signature': z.string().max(2000).optional(),
  }),
  body: {
    kind: 'bytes',
    limit: 'maxJsonBytes',
    contentType: 'application/json',
    description: 'The signature covers these very bytes',
    schema: toldByWarehouse,
  },
  answers: {
    200: { description: 'The event had been received before', schema: receivedEvent },
    202: { description: 'The event is stored', schema: receivedEvent },
  },
  problems: ['malformed-json', 'invalid-body', 'unknown-release', 'unknown-return', 'number-not-writable'],
  handler: async ({ body, headers, caller, correlationId }, deps) => {
    let system: string;
    try {
      system = signerOf(body, headers, deps.systems);
    } catch (error) {
      if (error instanceof Problem) await caller.denied(error.code, headers['webhook-id'] ?? '/v1/warehouse-events');
      throw error;
    }
    const told = parseJson(body);
    if (isOfReturn(told)) return ofReturn(parseBody(returnNotice, told), system, correlationId, deps);
    const event = parseBody(warehouseEvent, told);
    const { outcome, orderId } = await deps.intake.acceptWarehouseEvent({ system, event, correlationId });
    if (outcome === 'unknown-release') {
      throw new Problem(
        'unknown-release',
        `No release ${event.releaseNumber} was given to warehouse system ${system}.`,
        {
          errors: [{ path: 'releaseNumber', message: 'is not a release of ours' }],
        },
      );
    }
    const duplicate = outcome === 'duplicate';
    return {
      status: duplicate ? (200 as const) : (202 as const),
      body: {
        eventId: event.eventId,
        duplicate,
        orderId: orderId ?? null,
        returnId: null,
        links: { order: orderId === undefined ? null : orderPath(orderId), return: null },
      },
      subject: `${system}/${event.eventId}`,
    };
  },
});

function isOfReturn(told: unknown): boolean {
  const type = typeof told === 'object' && told !== null && 'type' in told ? told.type : undefined;
  return returnNotice.options.some((option) => option.shape.type.value === type);
}

/** Goods that belong to no return are taken all the same: they become one of their own. */
async function ofReturn(
  event: ReturnNoticeEvent,
  system: string,
  correlationId: string,
  deps: Pick<ApiDependencies, 'intake'>,
) {
  const receipt = await deps.intake.acceptReturnNotice({ system, event, correlationId });
  if (receipt.outcome === 'unknown-return') {
    throw new Problem('unknown-return', `No return ${event.rmaNumber} is open.`, {
      errors: [{ path: 'rmaNumber', message: 'is not the number of an open return' }],
    });
  }
  const { orderId, returnId } = receipt;
  const duplicate = receipt.outcome === 'duplicate';
  return {
    status: duplicate ? (200 as const) : (202 as const),
    body: {
      eventId: event.eventId,
      duplicate,
      orderId: orderId ?? null,
      returnId,
      links: { order: orderId === undefined ? null : orderPath(orderId), return: returnPath(returnId) },
    },
    subject: `${system}/${event.eventId}`,
  };
}

/** The warehouse system whose secret produced the signature. */
function signerOf(body: Buffer, headers: Record<string, string | undefined>, { wms }: Systems): string {
  const given = {
    'webhook-id': headers['webhook-id'] ?? '',
    'webhook-timestamp': headers['webhook-timestamp'] ?? '',
    'webhook-signature': headers['webhook-signature'] ?? '',
  };
  let expired = false;
  for (const { id, webhookSecret } of wms) {
    if (webhookSecret === undefined) continue;
    try {
      new Webhook(webhookSecret).verify(body, given, { jsonParse: false });
      return id;
    } catch (error) {
      // The library's errors differ only by message.
      expired ||= error instanceof Error && /timestamp too (old|new)/.test(error.message);
    }
  }
  if (expired)
    throw new Problem('signature-expired', 'webhook-timestamp is more than five minutes away from our clock.');
  throw new Problem('signature-invalid', 'No warehouse system of this installation signed these bytes.');
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    const message = error instanceof Error ? error.message : 'is not JSON';
    throw new Problem('malformed-json', message, { errors: [{ path: '', message }] });
  }
}

export const warehouseRoutes = [submitWarehouseEvent];
