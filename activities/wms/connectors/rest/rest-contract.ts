import { z } from 'zod';
import { compare, sum } from '../../../../domain/decimal.ts';
import {
  component,
  contact,
  day,
  decimal,
  identifier,
  instant,
  positiveDecimal,
} from '../../../../mappings/canonical/v1/index.ts';
import type { RestOperation } from '../../../lib/rest-operation.ts';

/**
 * The generic REST contract of a warehouse system. Its events come back to `POST /v1/warehouse-events`, signed by Standard
 * Webhooks, as `mappings/canonical/v1/warehouse-event.ts` describes them.
 */

const notes = z.array(z.string().max(500)).max(50).optional().meta({ description: 'What the buyer wrote' });

const markFor = z
  .object({ code: z.string().optional(), name: z.string().optional() })
  .optional()
  .meta({ description: 'For whom the goods are meant at the ship-to' });

const allocations = z
  .array(z.object({ store: z.object({ code: identifier, name: z.string().optional() }), quantity: positiveDecimal }))
  .min(1)
  .optional()
  .meta({
    description:
      'What is for which store, base units. Each package holds the goods of one store and names its code as `markFor`',
  });

const place = z.object({
  name: z.string(),
  lines: z.array(z.string()),
  city: z.string(),
  region: z.string(),
  postalCode: z.string(),
  country: z.string().length(2),
});

const releasedLine = z.object({
  lineNumber: z.int().min(1),
  sku: identifier,
  description: z.string(),
  quantity: positiveDecimal.meta({ description: 'Base units' }),
  unit: z.string().regex(/^[A-Z0-9]{2}$/, 'must be a two-character unit code such as EA or CA'),
  notes,
  allocations,
  components: z
    .array(component)
    .optional()
    .meta({ description: 'What the buyer takes one ordered unit to be put together from' }),
});

const addUp = (quantity: string, parts: readonly { quantity: string }[]) =>
  compare(sum(parts.map((part) => part.quantity)), quantity) === 0;

export const warehouseRelease = z
  .object({
    releaseNumber: identifier.meta({ description: 'The key of the release: the same number is the same release' }),
    correlationId: identifier,
    node: identifier,
    poNumber: identifier,
    customerName: z.string().min(1).max(80),
    shipTo: place,
    contact: contact.optional().meta({ description: 'Whom the carrier calls about the delivery' }),
    shipBy: day.optional(),
    shipNotBefore: day.optional().meta({ description: 'Nothing may leave before this day' }),
    requestedDeliveryDate: day.optional(),
    deliverNotBefore: day.optional(),
    deliverNotAfter: day.optional(),
    cancelAfter: day.optional().meta({ description: 'The buyer takes nothing after this day' }),
    carrierScac: z
      .string()
      .regex(/^[A-Z]{2,4}$/, 'must be a Standard Carrier Alpha Code')
      .optional(),
    transportMethod: z
      .string()
      .regex(/^[A-Z0-9]{1,2}$/, 'must be a code of X12 element 91')
      .optional()
      .meta({ description: 'M motor, U parcel service …' }),
    shipmentPayment: z
      .enum(['CC', 'PP', 'PC', 'TP'])
      .optional()
      .meta({ description: 'Who pays the carrier: collect, prepaid, prepaid and charged, third party' }),
    serviceLevel: z.string().max(2).optional().meta({ description: 'X12 element 284: ND next day, ST standard …' }),
    service: z.string().max(35).optional().meta({ description: 'The service in words' }),
    authorization: z
      .string()
      .max(30)
      .optional()
      .meta({ description: 'Number under which the partner allowed the shipment; it belongs on the bill of lading' }),
    markFor,
    notes,
    lines: z
      .array(
        releasedLine.refine(
          ({ quantity, allocations = [] }) => allocations.length === 0 || addUp(quantity, allocations),
          {
            path: ['allocations'],
            message: 'must add up to the quantity of the line',
          },
        ),
      )
      .min(1)
      .max(10_000),
  })
  .meta({ id: 'WarehouseRelease' });

export const releaseStates = ['released', 'picking', 'shipping', 'closed', 'refused', 'cancelled'] as const;

const releaseRecord = z
  .object({
    releaseNumber: identifier,
    reference: identifier,
    correlationId: identifier,
    node: identifier,
    poNumber: identifier,
    shipTo: place,
    contact: contact.optional(),
    shipBy: day.optional(),
    shipNotBefore: day.optional(),
    cancelAfter: day.optional(),
    serviceLevel: z.string().optional(),
    authorization: z.string().optional(),
    markFor,
    notes,
    state: z.enum(releaseStates),
    shipmentNumbers: z.array(identifier),
    lines: z.array(
      z.object({
        lineNumber: z.int().min(1),
        sku: identifier,
        quantity: decimal.meta({ description: 'Base units, as is shipped' }),
        shipped: decimal,
        allocations,
        components: z.array(component).optional(),
      }),
    ),
  })
  .meta({ id: 'ReleaseRecord' });
export type ReleaseRecord = z.infer<typeof releaseRecord>;

export const expectedReturn = z
  .object({
    rmaNumber: identifier.meta({ description: 'The key: the same number is the same return; the goods carry it' }),
    correlationId: identifier,
    node: identifier,
    customerName: z.string().min(1).max(80),
    poNumber: identifier.optional(),
    arriveBy: day,
    reason: z.string().max(40),
    lines: z
      .array(
        z.object({
          lineNumber: z.int().min(1),
          sku: identifier,
          description: z.string(),
          quantity: positiveDecimal.meta({ description: 'Base units' }),
          unit: z.string().regex(/^[A-Z0-9]{2}$/, 'must be a two-character unit code such as EA or CA'),
        }),
      )
      .min(1)
      .max(10_000),
  })
  .meta({ id: 'ExpectedReturn' });

const expectedReturnRecord = expectedReturn
  .extend({
    reference: identifier,
    state: z.enum(['expected', 'arrived', 'cancelled']),
    received: z.array(z.object({ sku: identifier, quantity: decimal })),
  })
  .meta({ id: 'ExpectedReturnRecord' });
export type ExpectedReturnRecord = z.infer<typeof expectedReturnRecord>;

export const stockSnapshot = z
  .object({
    asOf: instant,
    balances: z.array(z.object({ node: identifier, sku: identifier, onHand: decimal })),
  })
  .meta({ id: 'StockSnapshot', description: 'Physical stock by node and SKU, base units' });

export const wmsOperations = {
  release: {
    method: 'POST',
    path: '/releases',
    summary: 'Release goods for shipping from one node',
    body: warehouseRelease,
    answer: z.object({ reference: identifier }),
    keyed: true,
    refusals: {
      'unknown-node': 'this system does not run that node',
      'unknown-item': 'no such SKU',
      'release-number-reused': 'that number was released with other content',
    },
  },
  cancelRelease: {
    method: 'POST',
    path: '/releases/{releaseNumber}/cancel',
    summary: 'Stop a release; `cancelled: false` when it has gone too far',
    body: z.object({ reason: z.string().min(1).max(200) }),
    answer: z.object({ cancelled: z.boolean() }),
    keyed: true,
    refusals: { 'unknown-release': 'no such release' },
  },
  expectReturn: {
    method: 'POST',
    path: '/expected-returns',
    summary: 'Goods that will come back; what comes is told by the event `return-received`',
    body: expectedReturn,
    answer: z.object({ reference: identifier }),
    keyed: true,
    refusals: {
      'unknown-node': 'this system does not run that node',
      'unknown-item': 'no such SKU',
      'return-number-reused': 'that number was announced with other content',
    },
  },
  cancelExpectedReturn: {
    method: 'POST',
    path: '/expected-returns/{rmaNumber}/cancel',
    summary: 'Goods will not come back; `cancelled: false` when some of them have come',
    body: z.object({ reason: z.string().min(1).max(500) }),
    answer: z.object({ cancelled: z.boolean() }),
    keyed: true,
    refusals: { 'unknown-return': 'no such return' },
  },
  listExpectedReturns: {
    method: 'GET',
    path: '/expected-returns',
    summary: 'Returns that were announced, as they stand',
    answer: z.object({ items: z.array(expectedReturnRecord) }),
    keyed: false,
  },
  readStock: {
    method: 'GET',
    path: '/stock',
    summary: 'Physical stock of nodes',
    query: z.object({ nodes: z.string().min(1).meta({ description: 'Comma-separated nodes' }) }),
    answer: stockSnapshot,
    keyed: false,
    refusals: { 'unknown-node': 'this system does not run that node' },
  },
  listReleases: {
    method: 'GET',
    path: '/releases',
    summary: 'Releases, optionally of one purchase order',
    query: z.object({ poNumber: z.string().optional() }),
    answer: z.object({ items: z.array(releaseRecord) }),
    keyed: false,
  },
  readRelease: {
    method: 'GET',
    path: '/releases/{releaseNumber}',
    summary: 'One release as it stands',
    answer: releaseRecord,
    keyed: false,
    refusals: { 'unknown-release': 'no such release' },
  },
} as const satisfies Record<string, RestOperation>;
