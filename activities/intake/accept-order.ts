/** Intake of orders from every channel: one statement stores the order with everything that belongs to it. */
import { createHash, randomUUID } from 'node:crypto';
import { withDatesForAll } from '../../domain/policy/requested-dates.ts';
import { type Party, type SalesOrder, storeCode } from '../../mappings/canonical/v1/index.ts';
import { contentHash } from '../../mappings/edi/content-hash.ts';
import type { NotUsed } from '../../mappings/edi/not-used.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { X12Error } from '../../mappings/x12/types.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { linkingEarlier } from '../documents/kept-documents.ts';
import { type HandOffRow, handOffRows, insertHandOffs } from '../handoff/hand-off.ts';
import { isTaken } from '../lib/database.ts';
import { insertReferences, insertTimeline } from '../lib/records.ts';
import { takingParked } from './accept-change.ts';
import type { IntakeDependencies } from './dependencies.ts';
import { type InboundDocument, relatingDocument, storingDocument } from './inbound-document.ts';
import { IntakeRefusal } from './intake-refusal.ts';
import { workflowIdOf } from './workflow-id.ts';
import { type NumberAt, refuseUnwritable } from './writable.ts';

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

export interface OrderNames {
  orderId: string;
  workflowId: string;
}

interface Receipt {
  /**
   * `queried`: stored, but a person decides whether it repeats an earlier order. With `accepted` and `queried`,
   * the document is stored as well.
   */
  outcome: 'accepted' | 'duplicate' | 'queried' | 'refused';
  reason?: string;
}

/** The orders as they were offered; for `refused`, those that already have the number. */
export type OrdersReceipt = Receipt & { orders: readonly OrderNames[] };

/** The same of a single order. */
export type OrderReceipt = Receipt & OrderNames;

interface Offer {
  correlationId: string;
  source: OrderSource;
}

/** Accepts one order, for channels whose callers offer one at a time. */
export async function acceptOrder(
  deps: IntakeDependencies,
  { order, ...offer }: Offer & { order: SalesOrder },
): Promise<OrderReceipt> {
  const { orders, ...receipt } = await acceptOrders(deps, { orders: [order], ...offer });
  const [names] = orders;
  if (names === undefined) throw new Error(`there is no receipt of purchase order ${order.poNumber}`);
  return { ...receipt, ...names };
}

/**
 * Accepts the orders that a purchase order has become, all or none, and once: the same business content under the
 * same partner, PO number, release and parts is the same on every channel. Other content or other parts under a
 * known number are refused or queried as a whole, by the partner's rule.
 *
 * An order from a channel may be one part of several that come one by one. A document is the whole purchase order.
 */
export async function acceptOrders(
  deps: IntakeDependencies,
  { orders: submitted, ...offer }: Offer & { orders: readonly SalesOrder[] },
): Promise<OrdersReceipt> {
  const [first] = submitted;
  if (first === undefined) throw new Error('a purchase order becomes at least one order');
  const profile = deps.profiles.get(first.partnerId);
  if (profile === undefined) {
    throw new IntakeRefusal('unknown-partner', 'partnerId', `there is no partner "${first.partnerId}"`);
  }
  const orders = submitted.map((one) => {
    const order = withDatesForAll(one);
    if (offer.source.kind === 'api') refuseUnwritable(repeatedNumbers(order, profile), profile);
    return { order, hash: contentHash(order) };
  });
  // Store the version before the order: a process that finds the order must find its version.
  await deps.profiles.keep(profile);

  const { prisma } = deps;
  const isWhole = offer.source.kind === 'edi' || first.part === '';
  const stored = await insertOrders(deps, profile, offer, { orders, isWhole, repeat: '' });
  if (stored !== undefined) return { outcome: 'accepted', orders: stored };

  const known = await ordersUnder(prisma, first, '');
  const earlier = isWhole ? known : known.filter(({ part }) => part === first.part);
  const same = orders.flatMap(
    ({ order, hash }) => earlier.find((one) => one.part === order.part && one.contentHash === hash) ?? [],
  );
  if (same.length === orders.length && same.length === earlier.length) {
    return { outcome: 'duplicate', orders: same.map(namesOf) };
  }
  const reason = `purchase order ${first.poNumber} is known with other content`;
  const clashing = earlier.length > 0 ? earlier : known;
  if (profile.duplicates === 'refuse') return { outcome: 'refused', orders: clashing.map(namesOf), reason };
  const repeat = hashOfAll(orders.map(({ hash }) => hash)).slice(0, 12);
  const queried = await insertOrders(deps, profile, offer, { orders, isWhole, repeat });
  if (queried !== undefined) return { outcome: 'queried', orders: queried, reason };
  return { outcome: 'duplicate', orders: (await ordersUnder(prisma, first, repeat)).map(namesOf) };
}

function hashOfAll(hashes: readonly string[]): string {
  const [only] = hashes;
  if (only !== undefined && hashes.length === 1) return only;
  return createHash('sha256').update(hashes.toSorted().join()).digest('hex');
}

/** The numbers and codes of the caller that our documents repeat. */
function repeatedNumbers(order: SalesOrder, { documents }: PartnerProfile): NumberAt[] {
  const echoed = new Set(Object.values(documents.outbound).flatMap((rule) => rule?.echo ?? []));
  const codesOf = (path: string, party: Party | undefined) =>
    (party?.identifiers ?? []).map(({ value }, index): NumberAt => [`${path}.identifiers[${index}].value`, value]);
  return [
    ['poNumber', order.poNumber],
    ['release', order.release],
    ...codesOf('shipTo', order.shipTo),
    ...codesOf('buyer', order.buyer),
    ...codesOf('billTo', order.billTo),
    ...codesOf('markFor', order.markFor),
    ...order.references.flatMap(({ qualifier, value }, index): NumberAt[] =>
      echoed.has(qualifier) ? [[`references[${index}].value`, value]] : [],
    ),
    ...order.lines.flatMap(({ lineId, item, allocations = [] }, index): NumberAt[] => [
      [`lines[${index}].lineId`, lineId],
      [`lines[${index}].item.customerSku`, item.customerSku],
      ...allocations.flatMap(({ store }, at) => storeCodeOf(store, `lines[${index}].allocations[${at}].store`)),
    ]),
  ];
}

/** A store without a code is named by its name, which then is a code. */
function storeCodeOf(store: Party, path: string): NumberAt[] {
  const place = store.identifiers.length > 0 ? 'identifiers[0].value' : 'address.name';
  return [[`${path}.${place}`, storeCode(store)]];
}

interface KnownOrder {
  id: string;
  workflowId: string;
  contentHash: string;
  part: string;
}

async function ordersUnder(
  prisma: Database,
  { partnerId, poNumber, release }: SalesOrder,
  repeat: string,
): Promise<KnownOrder[]> {
  const known = await prisma.order.findMany({
    where: { partnerId, poNumber, release, repeat },
    select: { id: true, workflowId: true, contentHash: true, part: true },
    orderBy: [{ partNumber: 'asc' }, { part: 'asc' }],
  });
  if (known.length === 0) throw new Error(`the orders of purchase order ${poNumber} cannot be found`);
  return known;
}

function namesOf({ id, workflowId }: KnownOrder): OrderNames {
  return { orderId: id, workflowId };
}

const TAKEN = Prisma.sql`EXISTS (SELECT FROM taken)`;

const COLUMNS = Prisma.raw(
  [
    ...['id', 'partnerId', 'poNumber', 'release', 'repeat', 'part', 'partNumber', 'channel'],
    ...[
      'contentHash',
      'profileVersion',
      'workflowId',
      'correlationId',
      'canonical',
      'currency',
      'waitingFor',
      'orderedOn',
    ],
  ]
    .map((column) => `"${column}"`)
    .join(', '),
);

function inserting(rows: readonly object[]): Prisma.Sql {
  return Prisma.sql`INSERT INTO "Order" (${COLUMNS}, "updatedAt")
    SELECT ${COLUMNS}, now() FROM json_populate_recordset(NULL::"Order", ${JSON.stringify(rows)}::json)`;
}

/**
 * Stores the orders, their references, first timeline events and hand-offs, and their document. Stores nothing
 * and returns undefined if the number is taken.
 *
 * Each statement first claims the row of the purchase order, whose key has no part: a document claims it for itself,
 * a part that comes alone only together with other such parts. Two statements with one number meet at that row. The
 * later one waits for the end of the earlier, and `ON CONFLICT DO UPDATE` then judges the row as it was committed,
 * although its own snapshot is older. So it claims nothing if one of the two is a document, whatever the parts are. A
 * condition on the orders could not see the other's row, and a lock taken in the same statement would not renew the
 * snapshot. If both are parts, the unique key of the order tells equal parts. The claim is kept with the orders or not
 * at all.
 */
async function insertOrders(
  { prisma, handOff }: IntakeDependencies,
  profile: PartnerProfile,
  { correlationId, source }: Offer,
  {
    orders,
    isWhole,
    repeat,
  }: {
    orders: readonly { order: SalesOrder; hash: string }[];
    isWhole: boolean;
    repeat: string;
  },
): Promise<OrderNames[] | undefined> {
  const rows = orders.map(({ order, hash }, index) => ({
    id: randomUUID(),
    partnerId: order.partnerId,
    poNumber: order.poNumber,
    release: order.release,
    repeat,
    part: order.part,
    ...(isWhole && { partNumber: index + 1 }),
    channel: order.channel,
    contentHash: hash,
    profileVersion: profile.version,
    workflowId: idOf(order, repeat),
    correlationId,
    canonical: order,
    currency: order.currency,
    waitingFor: 'the order to be checked',
    orderedOn: order.orderedOn,
  }));
  const [first, ...rest] = rows as [(typeof rows)[number], ...typeof rows];
  const orderIds = rows.map(({ id }) => id);
  const starts = handOffRows(
    rows.map(({ id, partnerId, workflowId, poNumber, part, channel }) => ({
      ...{ kind: 'start-order', partnerId, orderId: id, workflowId, poNumber, part, channel, correlationId },
    })),
  );
  const { document, notUsed = [], errors = [] } = source.kind === 'edi' ? source : {};
  const references: [kind: string, value: string | undefined][] = [
    ['po', first.poNumber],
    ['interchange', source.kind === 'edi' ? source.controlNumber : undefined],
  ];
  const received = rows.map(({ id, part, channel, partnerId }) => ({
    orderId: id,
    key: 'received',
    type: 'order.received',
    summary: `Order received by ${channel === 'edi' ? 'EDI' : channel}${nameOfPart(part, rows.length)}`,
    actor: partnerId,
    correlationId,
    ...(document && { detail: { documentId: document.id } }),
  }));
  const statement = Prisma.sql`
    WITH claimed AS (
      INSERT INTO "PurchaseOrder" AS known ("partnerId", "poNumber", "release", "repeat", "inParts")
      VALUES (${first.partnerId}, ${first.poNumber}, ${first.release}, ${repeat}, ${!isWhole})
      ON CONFLICT ("partnerId", "poNumber", "release", "repeat")
      DO UPDATE SET "inParts" = TRUE WHERE known."inParts" AND EXCLUDED."inParts"
      RETURNING "inParts"
    ),
    taken AS (
      ${inserting([first])} WHERE EXISTS (SELECT FROM claimed)
      ON CONFLICT ("partnerId", "poNumber", "release", "repeat", "part") DO NOTHING
      RETURNING "id"
    ),
    others AS (${inserting(rest)} WHERE ${TAKEN}),
    referred AS (${insertReferences(orderIds, references, TAKEN)}),
    noted AS (${insertTimeline(received, TAKEN)}),
    ${linkingEarlier(orderIds, first, TAKEN)},
    ${takingParked(orderIds, first, TAKEN)},
    handed AS (${insertHandOffs(starts, TAKEN)}
    )${
      document === undefined
        ? Prisma.empty
        : Prisma.sql`, stored AS (${storingDocument(document, { state: 'accepted', errors, notUsed }, TAKEN)}),
        related AS (${relatingDocument(document.id, orderIds, TAKEN)})`
    }
    SELECT "id", (SELECT json_agg(s."row") FROM signalled AS s) AS "signals" FROM taken`;
  const taken = await prisma
    .$queryRaw<{ id: string; signals: HandOffRow[] | null }[]>(statement)
    .catch((error: unknown) => {
      if (!isTaken(error, 'Order_workflowId_key')) throw error;
      const ids = rows.map(({ workflowId }) => workflowId).join(', ');
      const reason = `PO ${first.poNumber} cannot be taken: another order has its workflow id (${ids})`;
      throw new IntakeRefusal('workflow-id-taken', 'poNumber', reason);
    });
  if (taken.length === 0) return undefined;
  handOff.committed([...starts, ...taken.flatMap(({ signals }) => signals ?? [])]);
  return rows.map(({ id, workflowId }) => ({ orderId: id, workflowId }));
}

function idOf({ partnerId, poNumber, release, part }: SalesOrder, repeat: string): string {
  const parts = [...(release === '' && part === '' ? [] : [release]), ...(part === '' ? [] : [part])];
  return workflowIdOf('order', [partnerId, poNumber, ...parts], repeat);
}

function nameOfPart(part: string, count: number): string {
  if (part === '') return '';
  return `: ${part}${count > 1 ? `, one of ${count} orders of the purchase order` : ''}`;
}
