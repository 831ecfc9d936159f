/** Intake of orders from every channel: one statement stores the order with everything that belongs to it. */
import { randomUUID } from 'node:crypto';
import { withDatesForAll } from '../../domain/policy/requested-dates.ts';
import type { SalesOrder } from '../../mappings/canonical/v1/index.ts';
import { contentHash } from '../../mappings/edi/content-hash.ts';
import type { NotUsed } from '../../mappings/edi/not-used.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { X12Error } from '../../mappings/x12/types.ts';
import { unwritableIn } from '../../mappings/x12/write.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { type HandOffRow, handOffRows, insertHandOffs } from '../handoff/hand-off.ts';
import { asJson, insertReferences, insertTimeline } from '../lib/records.ts';
import type { IntakeDependencies } from './dependencies.ts';
import { type InboundDocument, storingDocument } from './inbound-document.ts';
import { IntakeRefusal } from './intake-refusal.ts';

export type OrderSource =
  | { kind: 'api' }
  /** The inbound transaction set, what its mapping left out, and the control number of its interchange. */
  | {
      kind: 'edi';
      document: InboundDocument;
      notUsed: readonly NotUsed[];
      /** Faults that the partner's profile accepts. */
      errors: readonly X12Error[];
      controlNumber: string;
    };

export interface OrderReceipt {
  /**
   * `queried`: stored, but a person decides whether it repeats an earlier order. With `accepted` and `queried`,
   * the document is stored as well.
   */
  outcome: 'accepted' | 'duplicate' | 'queried' | 'refused';
  /** For `refused`, the order that already has the number. */
  orderId: string;
  workflowId: string;
  reason?: string;
}

interface OrderOffer {
  order: SalesOrder;
  correlationId: string;
  source: OrderSource;
}

/**
 * Accepts an order once: the same business content under the same partner, PO number and release is the same
 * order on every channel. Other content under a known number is refused or queried, by the partner's rule.
 */
export async function acceptOrder(deps: IntakeDependencies, submitted: OrderOffer): Promise<OrderReceipt> {
  const offer = { ...submitted, order: withDatesForAll(submitted.order) };
  const { order } = offer;
  const profile = deps.profiles.get(order.partnerId);
  if (profile === undefined) {
    throw new IntakeRefusal('unknown-partner', 'partnerId', `there is no partner "${order.partnerId}"`);
  }
  if (offer.source.kind === 'api') refuseUnwritable(order, profile);
  // Store the version before the order: a process that finds the order must find its version.
  await deps.profiles.keep(profile);

  const { prisma } = deps;
  const hash = contentHash(order);
  const first = await insertOrder(deps, profile, offer, { hash, release: order.release });
  if (first !== undefined) return { outcome: 'accepted', ...first };

  const known = await orderUnder(prisma, order, order.release);
  if (known.contentHash === hash) return { outcome: 'duplicate', ...known.names };
  const reason = `purchase order ${order.poNumber} is known with other content`;
  if (profile.duplicates === 'refuse') return { outcome: 'refused', ...known.names, reason };
  const release = `${order.release}#${hash.slice(0, 8)}`;
  const queried = await insertOrder(deps, profile, offer, { hash, release, repeatsOrderId: known.names.orderId });
  if (queried !== undefined) return { outcome: 'queried', ...queried, reason };
  return { outcome: 'duplicate', ...(await orderUnder(prisma, order, release)).names };
}

/** Rejects numbers that our documents must repeat but X12 cannot represent, before the ERP has the order. */
function refuseUnwritable(order: SalesOrder, { documents, x12 }: PartnerProfile): void {
  if (Object.keys(documents.outbound).length === 0) return;
  const numbers: [path: string, text: string | undefined][] = [
    ['poNumber', order.poNumber],
    ['release', order.release],
    ...order.shipTo.identifiers.map(({ value }, index): [string, string] => [
      `shipTo.identifiers[${index}].value`,
      value,
    ]),
    ...order.references.map(({ value }, index): [string, string] => [`references[${index}].value`, value]),
    ...order.lines.flatMap(({ lineId, item }, index): [string, string | undefined][] => [
      [`lines[${index}].lineId`, lineId],
      [`lines[${index}].item.customerSku`, item.customerSku],
    ]),
  ];
  for (const [path, text] of numbers) {
    const character = text === undefined ? undefined : unwritableIn(text, x12.delimiters);
    if (character === undefined) continue;
    const reason = `"${character}" cannot be written into the documents of this partner`;
    throw new IntakeRefusal('number-not-writable', path, reason);
  }
}

async function orderUnder(prisma: Database, { partnerId, poNumber }: SalesOrder, release: string) {
  const { id, workflowId, contentHash } = await prisma.order.findUniqueOrThrow({
    where: { partnerId_poNumber_release: { partnerId, poNumber, release } },
    select: { id: true, workflowId: true, contentHash: true },
  });
  return { contentHash, names: { orderId: id, workflowId } };
}

const TAKEN = Prisma.sql`EXISTS (SELECT FROM taken)`;

/**
 * Stores the order, its references, its first timeline event, its document and its hand-off. Stores nothing
 * and returns undefined if the number is taken.
 */
async function insertOrder(
  { prisma, handOff }: IntakeDependencies,
  profile: PartnerProfile,
  { order, correlationId, source }: OrderOffer,
  { hash, release, repeatsOrderId }: { hash: string; release: string; repeatsOrderId?: string },
): Promise<{ orderId: string; workflowId: string } | undefined> {
  const { partnerId, poNumber, channel } = order;
  const orderId = randomUUID();
  const workflowId = `order/${partnerId}/${poNumber}${release === '' ? '' : `/${release}`}`;
  const [start] = handOffRows([
    { kind: 'start-order', partnerId, orderId, workflowId, poNumber, channel, correlationId },
  ]) as [HandOffRow];
  const { document, notUsed = [], errors = [] } = source.kind === 'edi' ? source : {};
  const references: [kind: string, value: string | undefined][] = [
    ['po', poNumber],
    ['interchange', source.kind === 'edi' ? source.controlNumber : undefined],
  ];
  const received = {
    orderId,
    key: 'received',
    type: 'order.received',
    summary: `Order received by ${channel === 'edi' ? 'EDI' : channel}`,
    actor: partnerId,
    correlationId,
    ...(document && { detail: { documentId: document.id } }),
  };
  const taken = await prisma.$queryRaw<{ id: string }[]>`
    WITH taken AS (
      INSERT INTO "Order" ("id", "partnerId", "poNumber", "release", "repeatsOrderId", "channel", "contentHash",
        "profileVersion", "workflowId", "correlationId", "canonical", "currency", "waitingFor", "orderedOn", "updatedAt")
      VALUES (${orderId}, ${partnerId}, ${poNumber}, ${release}, ${repeatsOrderId ?? null}, ${channel}, ${hash},
        ${profile.version}, ${workflowId}, ${correlationId}, ${JSON.stringify(asJson(order))}::jsonb, ${order.currency},
        'the order to be checked', ${order.orderedOn}::date, now())
      ON CONFLICT DO NOTHING
      RETURNING "id"
    ),
    referred AS (${insertReferences(orderId, references, TAKEN)}),
    noted AS (${insertTimeline([received], TAKEN)}),
    handed AS (${insertHandOffs([start], TAKEN)}
    )${
      document === undefined
        ? Prisma.empty
        : Prisma.sql`, stored AS (${storingDocument(document, { state: 'accepted', errors, notUsed }, Prisma.sql`taken`)})`
    }
    SELECT "id" FROM taken`;
  if (taken.length === 0) return undefined;
  handOff.committed([start]);
  return { orderId, workflowId };
}
