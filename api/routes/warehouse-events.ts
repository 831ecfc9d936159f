import { z } from 'zod';
import { type ReturnNoticeEvent, returnNotice, warehouseEvent } from '../../mappings/canonical/v1/index.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { link, orderPath, returnPath } from '../representations/values.ts';
import { parseBody, route } from '../route.ts';
import { parseJson, signatureHeaders, signedBy } from '../signed-events.ts';

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
  headers: signatureHeaders,
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
    const system = await signedBy(body, headers, caller, '/v1/warehouse-events', deps.systems);
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

export const warehouseRoutes = [submitWarehouseEvent];
