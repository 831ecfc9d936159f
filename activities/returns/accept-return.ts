/** Intake of requests to return goods, from the API and by 180. */
import { createHash, randomUUID } from 'node:crypto';
import { multiply } from '../../domain/decimal.ts';
import type { DeliveryTrouble } from '../../domain/returns/delivery.ts';
import { type ReturnRefusal, whyNotReturn } from '../../domain/returns/guards.ts';
import type { ReturnInput } from '../../domain/returns/messages.ts';
import { type ReturnPolicy, whyNotAllowed } from '../../domain/returns/policy.ts';
import { requested } from '../../domain/returns/quantities.ts';
import type { ReturnNotice } from '../../domain/returns/state.ts';
import type { ReturnRequest } from '../../mappings/canonical/v1/index.ts';
import type { Database } from '../../prisma/client.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import { nextNumbers } from '../documents/control-numbers.ts';
import { type HandOff, handOffRows } from '../handoff/hand-off.ts';
import { isTaken } from '../lib/database.ts';
import type { Transaction } from '../lib/records.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import { policyOf } from './return-policy.ts';
import { lockOrder, type ReturnLineRecord, referToReturn, tellOfReturn } from './return-record.ts';
import { type OrderLineToReturn, returnableLines } from './returnable.ts';

export interface ReturnIntake {
  prisma: Database;
  handOff: HandOff;
  profiles: PartnerProfiles;
}

export interface AskedReturn {
  request: ReturnRequest;
  /** The order, where the caller knows it; else it is found by its number. */
  orderId?: string;
  source: 'api' | 'edi';
  askedBy: string;
  correlationId: string;
  /** What cannot be returned is refused at once, and nothing is stored. */
  refuseAtOnce?: true;
  /** Runs in the same transaction, if the request is new. */
  alongside?: (records: Transaction, returnId: string) => Promise<void>;
}

export type ReturnReceipt =
  | { outcome: 'accepted' | 'duplicate' | 'conflict'; returnId: string; rmaNumber: string }
  | { outcome: 'refused'; refusals: ReturnRefusal[] };

const REQUEST_INDEX = 'Return_partnerId_source_requestNumber_key';

/** Stores a request once per partner, source and number, together with the start of its workflow. */
export async function acceptReturn(deps: ReturnIntake, asked: AskedReturn): Promise<ReturnReceipt> {
  const known = await knownRequest(deps.prisma, asked);
  if (known !== undefined) return known;
  try {
    return await deps.prisma
      .$transaction((records) => store(deps, records, asked))
      .then(({ handOffs, receipt }) => {
        deps.handOff.committed(handOffs);
        return receipt;
      });
  } catch (error) {
    const meanwhile = isTaken(error, REQUEST_INDEX) ? await knownRequest(deps.prisma, asked) : undefined;
    if (meanwhile !== undefined) return meanwhile;
    throw error;
  }
}

async function knownRequest(
  prisma: Database,
  { request, source, orderId }: AskedReturn,
): Promise<ReturnReceipt | undefined> {
  const { partnerId, requestNumber } = request;
  if (requestNumber === undefined) return undefined;
  const earlier = await prisma.return.findUnique({
    where: { partnerId_source_requestNumber: { partnerId, source, requestNumber } },
    select: { id: true, rmaNumber: true, contentHash: true },
  });
  if (earlier === null) return undefined;
  const outcome = earlier.contentHash === hashOf(request, orderId) ? 'duplicate' : 'conflict';
  return { outcome, returnId: earlier.id, rmaNumber: earlier.rmaNumber };
}

function hashOf(request: ReturnRequest, orderId: string | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([request, orderId ?? null]))
    .digest('hex');
}

async function store(deps: ReturnIntake, records: Transaction, asked: AskedReturn) {
  const { request, source, askedBy, correlationId } = asked;
  const { partnerId, requestNumber, poNumber, reason, note } = request;
  const orderId = asked.orderId ?? (await orderUnder(records, partnerId, poNumber));
  const profile = deps.profiles.get(partnerId);
  // Requests for the same goods are checked and numbered one after another.
  await lockOrder(records, orderId ?? null);
  const ordered = orderId === undefined ? [] : await returnableLines(records, orderId, undefined);
  const lines = linesOf(request, ordered);
  if (asked.refuseAtOnce && profile !== undefined) {
    const refusals = whyNot(lines, ordered, reason, policyOf(profile));
    if (refusals.length > 0) return { handOffs: [], receipt: { outcome: 'refused' as const, refusals } };
  }
  const opened = await openReturn(records, {
    partnerId,
    ...(orderId !== undefined && { orderId }),
    source,
    ...(requestNumber !== undefined && { requestNumber }),
    contentHash: hashOf(request, asked.orderId),
    poNumber,
    reason,
    ...(note !== undefined && { note }),
    profileVersion: profile?.version ?? '',
    askedBy,
    correlationId,
    lines,
    origin: 'request',
    told: `asked for by ${askedBy}`,
  });
  await asked.alongside?.(records, opened.returnId);
  const { returnId, rmaNumber, handOffs } = opened;
  return { handOffs, receipt: { outcome: 'accepted' as const, returnId, rmaNumber } };
}

/** The order that a number means, if it means one. */
async function orderUnder(records: Transaction, partnerId: string, poNumber: string): Promise<string | undefined> {
  const orders = await records.order.findMany({
    where: { partnerId, poNumber, status: { notIn: ['rejected', 'cancelled'] } },
    select: { id: true },
    orderBy: [{ receivedAt: 'desc' }, { id: 'asc' }],
    take: 2,
  });
  return orders.length === 1 ? orders[0]?.id : undefined;
}

/** The asked lines, each with the line of the order that it means. A line that the order does not have names none. */
function linesOf(request: ReturnRequest, ordered: readonly OrderLineToReturn[]): ReturnLineRecord[] {
  return request.lines.map(({ lineId, item, quantity }, index): ReturnLineRecord => {
    const line = ordered.find((one) =>
      lineId === undefined
        ? item !== undefined &&
          ((item.sku !== undefined && item.sku === one.sku) ||
            (item.customerSku !== undefined && item.customerSku === one.customerSku) ||
            (item.gtin !== undefined && item.gtin === one.gtin))
        : one.lineId === lineId,
    );
    const named = lineId ?? item?.sku ?? item?.customerSku ?? item?.gtin ?? String(index + 1);
    const factor = line === undefined ? undefined : factorOf(line, quantity.unit);
    const known = line !== undefined && factor !== undefined ? line : undefined;
    return {
      lineNumber: index + 1,
      orderLineNumber: known?.lineNumber ?? null,
      lineId: known?.lineId ?? named,
      sku: line?.sku ?? item?.sku ?? item?.customerSku ?? item?.gtin ?? '',
      description:
        line !== undefined && factor === undefined ? `not sold by ${quantity.unit}` : (line?.description ?? ''),
      baseUnit: known?.baseUnit ?? quantity.unit,
      ...requested(factor === undefined ? quantity.value : multiply(quantity.value, factor)),
    };
  });
}

function factorOf(line: OrderLineToReturn, unit: string): string | undefined {
  if (unit === line.orderedUnit) return line.unitFactor;
  return unit === line.baseUnit ? '1' : undefined;
}

/** Everything that speaks against a return. */
export function whyNot(
  lines: readonly ReturnLineRecord[],
  ordered: readonly OrderLineToReturn[],
  reason: ReturnRequest['reason'],
  policy: ReturnPolicy,
  askedAt = new Date(),
): ReturnRefusal[] {
  const unknown = lines
    .filter(({ orderLineNumber }) => orderLineNumber === null)
    .map(
      ({ lineId, description }): ReturnRefusal => ({
        code: 'unknown-line',
        ...(lineId !== null && { lineId }),
        reason: description === '' ? `the order has no line ${lineId}` : `line ${lineId} is ${description}`,
      }),
    );
  const known = lines.flatMap(({ orderLineNumber, requested: quantity }) => {
    const line = ordered.find(({ lineNumber }) => lineNumber === orderLineNumber);
    return line === undefined ? [] : [{ line, quantity }];
  });
  const shippedAt = known.flatMap(({ line }) => line.shippedAt ?? []);
  return [
    ...unknown,
    ...whyNotReturn(
      ordered,
      known.map(({ line, quantity }) => ({ lineId: line.lineId, quantity })),
    ),
    ...whyNotAllowed({ reason, askedAt, shippedAt }, policy),
  ];
}

export interface NewReturn {
  partnerId: string;
  orderId?: string;
  source: 'api' | 'edi' | 'warehouse' | 'carrier';
  requestNumber?: string;
  contentHash: string;
  poNumber?: string;
  reason: string;
  note?: string;
  profileVersion: string;
  node?: string;
  wmsSystem?: string;
  askedBy: string;
  correlationId: string;
  lines: readonly ReturnLineRecord[];
  origin: ReturnInput['origin'];
  /** For the timeline. */
  told: string;
  /** Told to the person who decides about goods that nobody announced, or that were not delivered. */
  why?: string;
  trouble?: DeliveryTrouble;
  shipmentId?: string;
  /** What the carrier told; {@link DeliveryFacts}. */
  delivery?: Prisma.InputJsonValue;
  /** The message that told of them: the process begins with it. */
  notice?: ReturnNotice;
}

/** Stores a return with the start of its workflow. */
export async function openReturn(
  records: Transaction,
  { lines, told, origin, why, trouble, notice, ...values }: NewReturn,
) {
  const returnId = randomUUID();
  const rmaNumber = `RMA${FIRST_NUMBER + (await nextNumbers(records, '', 'rma', 1))}`;
  const workflowId = `return/${returnId}`;
  const { partnerId, correlationId, orderId } = values;
  await records.return.create({
    data: { ...values, id: returnId, rmaNumber, workflowId, lines: { create: lines.map((line) => ({ ...line })) } },
  });
  if (orderId !== undefined) await records.$executeRaw(referToReturn(orderId, rmaNumber));
  await tellOfReturn(records, { id: returnId, rmaNumber, orderId: orderId ?? null, correlationId }, [
    { key: 'asked', type: 'return.asked', summary: told, actor: values.askedBy },
  ]);
  const handOffs = handOffRows([
    {
      kind: 'start-return',
      ...{ partnerId, returnId, rmaNumber, origin, correlationId },
      ...(why !== undefined && { why }),
      ...(trouble !== undefined && { trouble }),
      ...(notice !== undefined && { notice }),
    },
  ]);
  await records.handOff.createMany({ data: handOffs });
  return { returnId, rmaNumber, handOffs };
}

/** Numbers have six digits from the first one. */
const FIRST_NUMBER = 100_000;
