import { z } from 'zod';
import { Prisma } from '../../prisma/generated/client.ts';
import { visibleTo } from '../auth/visibility.ts';
import { SHOWN } from '../cursor.ts';
import { changesAskedBy } from '../representations/asked-change.ts';
import { documentColumns, documentItem, documentItemOf, documentPath } from '../representations/document.ts';
import { link } from '../representations/values.ts';
import { route, withScope } from '../route.ts';

const orderParameters = z.object({ orderId: z.string().min(1).max(200) });

/** Outbound documents are about one order; an inbound one may have become several. */
const documentRelations = {
  documents: { select: documentColumns },
  cameBy: { select: { document: { select: documentColumns } } },
} satisfies Prisma.OrderSelect;

type WithDocuments = Prisma.OrderGetPayload<{ select: typeof documentRelations }>;

/** Oldest first. */
function documentsOf({ documents, cameBy }: WithDocuments): WithDocuments['documents'] {
  return [...cameBy.map(({ document }) => document), ...documents].sort(
    (a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1),
  );
}

const listDocuments = route({
  method: 'get',
  path: '/v1/orders/{orderId}/documents',
  operation: 'listOrderDocuments',
  tag: 'Orders',
  summary: 'The documents of an order, in and out, oldest first',
  access: withScope('orders:read', 'documents:read'),
  params: orderParameters,
  answers: { 200: { description: 'The documents', schema: z.object({ items: z.array(documentItem) }) } },
  problems: ['unknown-order'],
  handler: async ({ params, caller }, deps) => {
    const found = await deps.prisma.order.findUnique({
      where: { id: params.orderId },
      select: {
        partnerId: true,
        poNumber: true,
        release: true,
        ...documentRelations,
      },
    });
    const order = await visibleTo(caller, found, ({ partnerId }) => partnerId, 'unknown-order', params.orderId);
    // A change may come before its order. It is then shown with it by its number.
    const early = await deps.prisma.document.findMany({
      where: {
        partnerId: order.partnerId,
        direction: 'inbound',
        state: 'kept',
        orders: { none: {} },
        poNumber: order.poNumber,
        OR: [
          { change: { equals: Prisma.DbNull } },
          // A repetition under query has a marker behind its release.
          ...['', order.release.replace(/#.*$/, '')].map((equals) => ({ change: { path: ['release'], equals } })),
        ],
      },
      select: documentColumns,
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    const documents = [...documentsOf(order), ...early];
    const changes = await changesAskedBy(deps.prisma, documents);
    return { status: 200, body: { items: documents.map((one) => documentItemOf(one, changes)) } };
  },
});

const lineage = z
  .object({
    nodes: z.array(
      z.object({
        id: z.string(),
        kind: z.enum([
          'interchange',
          'document',
          'order',
          'erp-order',
          'release',
          'shipment',
          'erp-shipment',
          'package',
          'packages',
          'invoice',
          'payment',
        ]),
        label: z.string(),
        link: link.nullable(),
      }),
    ),
    edges: z.array(z.object({ from: z.string(), to: z.string() })).meta({ description: 'From cause to effect' }),
  })
  .meta({
    id: 'Lineage',
    description:
      'Which number led to which: interchange and document, order, ERP order, release, shipment, SSCC, invoice, remittance. A shipment names its first 200 packages; a node `packages` links to all of them.',
  });

const lineageRelations = {
  ...documentRelations,
  fulfillments: { orderBy: [{ round: 'asc' }, { sequence: 'asc' }] },
  shipments: {
    orderBy: [{ shippedAt: 'asc' }, { id: 'asc' }],
    include: {
      packages: { where: { sscc: { not: null } }, orderBy: { id: 'asc' }, take: SHOWN },
      _count: { select: { packages: { where: { sscc: { not: null } } } } },
      invoice: { include: { payments: { include: { payment: true } } } },
    },
  },
} satisfies Prisma.OrderInclude;

const readLineage = route({
  method: 'get',
  path: '/v1/orders/{orderId}/lineage',
  operation: 'readOrderLineage',
  tag: 'Orders',
  summary: 'How the numbers of an order hang together',
  access: withScope('orders:read'),
  params: orderParameters,
  answers: { 200: { description: 'The lineage', schema: lineage } },
  problems: ['unknown-order'],
  handler: async ({ params, caller }, deps) => {
    const found = await deps.prisma.order.findUnique({ where: { id: params.orderId }, include: lineageRelations });
    const order = await visibleTo(caller, found, ({ partnerId }) => partnerId, 'unknown-order', params.orderId);
    return { status: 200, body: lineageOf(order) };
  },
});

type Lineage = z.output<typeof lineage>;

function lineageOf(order: Prisma.OrderGetPayload<{ include: typeof lineageRelations }>): Lineage {
  const nodes = new Map<string, Lineage['nodes'][number]>();
  const edges: Lineage['edges'] = [];
  const node = (kind: Lineage['nodes'][number]['kind'], key: string, label: string, to: string | null = null) => {
    const id = `${kind}:${key}`;
    nodes.set(id, { id, kind, label, link: to });
    return id;
  };
  const edge = (from: string, to: string) => edges.push({ from, to });

  const root = node(
    'order',
    order.id,
    `${order.poNumber}${order.part && `, ${order.part}`}`,
    `/v1/orders/${encodeURIComponent(order.id)}`,
  );
  for (const document of documentsOf(order)) {
    const label = `${document.transactionSet} ${document.groupControl ?? '–'}/${document.transactionControl ?? '–'}`;
    const id = node('document', document.id, label, documentPath(document.id));
    const inbound = document.direction === 'inbound';
    edge(...(inbound ? ([id, root] as const) : ([root, id] as const)));
    if (document.interchangeId === null) continue;
    const path = `/v1/edi/interchanges/${encodeURIComponent(document.interchangeId)}`;
    const carrier = node('interchange', document.interchangeId, document.interchange?.controlNumber ?? '', path);
    edge(...(inbound ? ([carrier, id] as const) : ([id, carrier] as const)));
  }
  if (order.erpOrderNumber !== null) edge(root, node('erp-order', order.erpOrderNumber, order.erpOrderNumber));
  const releases = new Map<string, string>();
  for (const { id, releaseNumber } of order.fulfillments) {
    const release = node('release', releaseNumber, releaseNumber);
    releases.set(id, release);
    edge(root, release);
  }
  for (const shipment of order.shipments) {
    const shipped = node('shipment', shipment.id, shipment.shipmentNumber);
    edge(releases.get(shipment.fulfillmentId) ?? root, shipped);
    if (shipment.erpShipmentNumber !== null) {
      edge(shipped, node('erp-shipment', shipment.erpShipmentNumber, shipment.erpShipmentNumber));
    }
    for (const { sscc } of shipment.packages) if (sscc !== null) edge(shipped, node('package', sscc, sscc));
    const more = shipment._count.packages - shipment.packages.length;
    if (more > 0) {
      const path = `/v1/shipments/${encodeURIComponent(shipment.id)}/packages`;
      edge(shipped, node('packages', shipment.id, `${more} more packages`, path));
    }
    if (shipment.invoice === null) continue;
    const invoice = node('invoice', shipment.invoice.id, shipment.invoice.invoiceNumber);
    edge(shipped, invoice);
    for (const { payment } of shipment.invoice.payments) {
      const path = `/v1/payments/${encodeURIComponent(payment.id)}`;
      edge(invoice, node('payment', payment.id, payment.reference, path));
    }
  }
  return { nodes: [...nodes.values()], edges };
}

export const lineageRoutes = [listDocuments, readLineage];
