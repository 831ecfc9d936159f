import { z } from 'zod';
import { labelledPackageOf, labelledShipmentOf } from '../../activities/orders/shipment-labels.ts';
import { type LabelledPackage, type LabelledShipment, labelContents } from '../../mappings/labels/content.ts';
import { type Label, LabelError, labelOf } from '../../mappings/labels/label.ts';
import { labelsAsZpl } from '../../mappings/labels/zpl.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import { nodeAddress } from '../../runtime/systems.ts';
import { visibleTo } from '../auth/visibility.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { type Caller, route, withScope } from '../route.ts';

const FORMATS = { pdf: 'application/pdf', zpl: 'application/zpl' } as const;
type Format = keyof typeof FORMATS;

const labelsQuery = z.object({
  format: z.enum(['pdf', 'zpl']).optional(),
  sscc: z
    .string()
    .regex(/^\d{18}$/, 'must be an SSCC of 18 digits')
    .optional()
    .meta({ description: 'The label of this carton or pallet alone' }),
});

const common = {
  method: 'get',
  tag: 'Shipments',
  access: withScope('orders:read'),
  query: labelsQuery,
  answers: { 200: { description: 'The labels', contentType: Object.values(FORMATS) } },
  problems: ['unknown-shipment', 'shipment-not-labelled', 'label-invalid', 'not-acceptable'],
} as const;

const readLabels = route({
  ...common,
  path: '/v1/shipments/{shipmentId}/labels',
  operation: 'readShipmentLabels',
  summary: 'GS1-128 labels of a shipment’s cartons and pallets',
  description:
    'One label of 4 × 6 inches for each carton and pallet that the partner wants labelled: PDF with a page each, or ZPL for printers of 203 dpi. The form is that of `format`, else the first of `Accept` that there is, else the one in the partner’s profile. What stands on a label follows the partner’s profile as well.',
  params: z.object({ shipmentId: z.string().min(1).max(200) }),
  handler: async ({ params, ...request }, deps) => {
    const found = await deps.prisma.shipment.findUnique({ where: { id: params.shipmentId }, include: labelRelations });
    return labelsAnswer(found, params.shipmentId, request, deps);
  },
});

const readLabelsByNumber = route({
  ...common,
  path: '/v1/releases/{releaseNumber}/shipments/{shipmentNumber}/labels',
  operation: 'readReleaseLabels',
  summary: 'The same labels, by the numbers that the warehouse knows',
  description:
    'For a warehouse that leaves the numbering of its cartons to us: it confirms the shipment and, as soon as the shipment is recorded, prints the labels from here. Until then the answer is `unknown-shipment`.',
  params: z.object({ releaseNumber: z.string().min(1).max(200), shipmentNumber: z.string().min(1).max(200) }),
  handler: async ({ params, ...request }, deps) => {
    const { releaseNumber, shipmentNumber } = params;
    const found = await deps.prisma.shipment.findFirst({
      where: { shipmentNumber, fulfillment: { releaseNumber } },
      include: labelRelations,
    });
    return labelsAnswer(found, `${releaseNumber} ${shipmentNumber}`, request, deps);
  },
});

/** @throws Problem if the caller may not see the shipment, or if a label is missing or would be wrong. */
async function labelsAnswer(
  found: ShipmentRow | null,
  subject: string,
  { query, caller, header }: LabelsRequest,
  deps: ApiDependencies,
) {
  const shipment = await visibleTo(caller, found, ({ order }) => order.partnerId, 'unknown-shipment', subject);
  const partner = await deps.partners.forOrder(shipment.order);
  if (partner === undefined) throw new Problem('shipment-not-labelled', 'Its partner has no profile any more.');
  const format = query.format ?? negotiated(header('accept'), partner.labels.format);
  const contents = labelContents(await labelledShipment(shipment, partner.invoicing, deps), partner.labels);
  const labels = contents.filter(({ sscc }) => query.sscc === undefined || sscc === query.sscc).map(checkedLabel);
  if (labels.length === 0) throw new Problem('shipment-not-labelled', 'The shipment has no label of that SSCC.');
  const name = `labels-${shipment.shipmentNumber.replace(/[^\w.-]+/g, '-')}`;
  const body = format === 'pdf' ? await pdfOf(labels, name) : Buffer.from(labelsAsZpl(labels), 'utf8');
  const headers = {
    'Content-Type': FORMATS[format],
    'Content-Disposition': `attachment; filename="${name}.${format}"`,
    Vary: 'Accept',
  };
  return { status: 200 as const, body, headers };
}

interface LabelsRequest {
  query: z.output<typeof labelsQuery>;
  caller: Caller;
  header(name: string): string | undefined;
}

/** Loaded on demand: fonts and barcodes take half a second and 40 MB. */
async function pdfOf(labels: readonly Label[], title: string): Promise<Buffer> {
  const { labelsAsPdf } = await import('../../mappings/labels/pdf.ts');
  return labelsAsPdf(labels, title);
}

/** By quality, then in the given order; `preferred` if the caller accepts anything. */
function negotiated(accept: string | undefined, preferred: Format): Format {
  const ranges = (accept ?? '*/*')
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { type, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality);
  for (const { type } of ranges) {
    if (type === '*/*' || type === 'application/*') return preferred;
    if (type === FORMATS.pdf) return 'pdf';
    if (type === FORMATS.zpl) return 'zpl';
  }
  throw new Problem('not-acceptable', `Labels are ${Object.values(FORMATS).join(' or ')}.`);
}

function checkedLabel(content: Parameters<typeof labelOf>[0]): Label {
  try {
    return labelOf(content);
  } catch (error) {
    if (error instanceof LabelError) throw new Problem('label-invalid', `${error.message}.`);
    throw error;
  }
}

const labelRelations = {
  packages: true,
  fulfillment: { select: { node: true } },
  order: {
    select: {
      partnerId: true,
      profileVersion: true,
      poNumber: true,
      canonical: true,
      erpSystem: true,
      shipToNumber: true,
      lines: true,
    },
  },
} satisfies Prisma.ShipmentInclude;

type ShipmentRow = Prisma.ShipmentGetPayload<{ include: typeof labelRelations }>;

async function labelledShipment(
  shipment: ShipmentRow,
  { vendorNumber }: PartnerProfile['invoicing'],
  { prisma, systems }: Pick<ApiDependencies, 'prisma' | 'systems'>,
): Promise<LabelledShipment> {
  const { order } = shipment;
  // The ship-to address comes from the ERP, as the warehouse received it; its code is the partner's own.
  const known = await prisma.shipTo.findUnique({
    where: { erpSystem_shipToNumber: { erpSystem: order.erpSystem ?? '', shipToNumber: order.shipToNumber ?? '' } },
  });
  const shipFrom = nodeAddress(systems.wms, shipment.fulfillment.node);
  const packages = shipment.packages.map(labelledPackage);
  return labelledShipmentOf({ ...shipment, packages }, { shipFrom, shipTo: known, vendorNumber });
}

function labelledPackage({ sscc, kind, palletSscc, markFor, lines }: ShipmentRow['packages'][number]): LabelledPackage {
  if (sscc === null) throw new Problem('shipment-not-labelled', 'A package of the shipment has no SSCC.');
  return labelledPackageOf({ sscc, kind, palletSscc, markFor, lines });
}

export const labelRoutes = [readLabels, readLabelsByNumber];
