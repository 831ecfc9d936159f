import { z } from 'zod';
import { carrierEvent } from '../../mappings/canonical/v1/index.ts';
import { Problem } from '../errors.ts';
import { link, orderPath, returnPath } from '../representations/values.ts';
import { parseBody, route } from '../route.ts';
import { parseJson, signatureHeaders, signedBy } from '../signed-events.ts';

const receivedEvent = z
  .object({
    eventId: z.string(),
    duplicate: z.boolean(),
    shipmentId: z.string(),
    orderId: z.string(),
    returnId: z.string().nullable().meta({ description: 'The return that it began' }),
    links: z.object({ order: link, return: link.nullable() }),
  })
  .meta({ id: 'ReceivedCarrierEvent' });

const submitCarrierEvent = route({
  method: 'post',
  path: '/v1/carrier-events',
  operation: 'submitCarrierEvent',
  tag: 'Warehouse',
  summary: 'What a carrier does with a shipment',
  description:
    'Passed on and signed by the warehouse system that the goods left from. Late, repeated and out-of-order events are all safe: they count by occurredAt. A refused, damaged or lost delivery becomes a return that a person decides about.',
  access: { kind: 'signature' },
  headers: signatureHeaders,
  body: {
    kind: 'bytes',
    limit: 'maxJsonBytes',
    contentType: 'application/json',
    description: 'The signature covers these very bytes',
    schema: carrierEvent,
  },
  answers: {
    200: { description: 'The event had been received before', schema: receivedEvent },
    202: { description: 'The event is stored', schema: receivedEvent },
  },
  problems: ['malformed-json', 'invalid-body', 'unknown-shipment'],
  handler: async ({ body, headers, caller, correlationId }, deps) => {
    const system = await signedBy(body, headers, caller, '/v1/carrier-events', deps.systems);
    const event = parseBody(carrierEvent, parseJson(body));
    const receipt = await deps.intake.acceptCarrierEvent({ system, event, correlationId });
    if (receipt.outcome === 'unknown-shipment') {
      throw new Problem(
        'unknown-shipment',
        `No single shipment from warehouse system ${system} fits what the event names. It is kept as a dead letter.`,
      );
    }
    const { orderId, shipmentId, returnId } = receipt;
    const duplicate = receipt.outcome === 'duplicate';
    return {
      status: duplicate ? (200 as const) : (202 as const),
      body: {
        ...{ eventId: event.eventId, duplicate, shipmentId, orderId, returnId: returnId ?? null },
        links: { order: orderPath(orderId), return: returnId === undefined ? null : returnPath(returnId) },
      },
      subject: `${system}/${event.eventId}`,
    };
  },
});

export const carrierRoutes = [submitCarrierEvent];
