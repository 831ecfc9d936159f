/** Intake of what warehouses tell of returned goods: by event, or by 944. */
import { createHash, randomUUID } from 'node:crypto';
import type { ReturnNotice } from '../../domain/returns/state.ts';
import type { ReturnNoticeEvent } from '../../mappings/canonical/v1/index.ts';
import type { Database } from '../../prisma/client.ts';
import { type HandOffRow, handOffRows } from '../handoff/hand-off.ts';
import { isTaken } from '../lib/database.ts';
import { asJson, type Transaction } from '../lib/records.ts';
import { openReturn, type ReturnIntake } from './accept-return.ts';

export interface ToldOfReturn {
  /** wms.NAME, or edi.PARTNER. */
  system: string;
  /** Our id of the warehouse system that runs the node. */
  wmsSystem: string;
  event: ReturnNoticeEvent;
  correlationId: string;
}

export type NoticeReceipt =
  | { outcome: 'accepted' | 'duplicate'; returnId: string; orderId: string | undefined }
  | { outcome: 'unknown-return' };

/**
 * Stores an event once, with a signal for its return. Goods that belong to no return that is open become one of their own,
 * about which a person is asked: goods that came are never forgotten.
 */
export async function acceptReturnNotice(deps: ReturnIntake, told: ToldOfReturn): Promise<NoticeReceipt> {
  const known = await knownNotice(deps.prisma, told);
  if (known !== undefined) return known;
  try {
    const { handOffs, ...receipt } = await deps.prisma.$transaction((records) => store(records, told));
    if (receipt.returnId === undefined) return { outcome: 'unknown-return' };
    deps.handOff.committed(handOffs);
    return { outcome: 'accepted', returnId: receipt.returnId, orderId: receipt.orderId };
  } catch (error) {
    const meanwhile = isTaken(error, 'ReturnReceipt_system_eventId_key')
      ? await knownNotice(deps.prisma, told)
      : undefined;
    if (meanwhile !== undefined) return meanwhile;
    throw error;
  }
}

async function knownNotice(prisma: Database, { system, event }: ToldOfReturn): Promise<NoticeReceipt | undefined> {
  const earlier = await prisma.returnReceipt.findUnique({
    where: { system_eventId: { system, eventId: event.eventId } },
    select: { returnId: true, return: { select: { orderId: true } } },
  });
  if (earlier === null) return undefined;
  return { outcome: 'duplicate', returnId: earlier.returnId, orderId: earlier.return.orderId ?? undefined };
}

async function store(records: Transaction, told: ToldOfReturn) {
  const { event } = told;
  const { rmaNumber } = event;
  // The lock keeps the return from ending before it has learned of the event.
  const [found] =
    rmaNumber === undefined
      ? []
      : await records.$queryRaw<
          { id: string; partnerId: string; orderId: string | null; status: string; open: boolean }[]
        >`
          SELECT "id", "partnerId", "orderId", "status", "closedAt" IS NULL AS "open" FROM "Return"
          WHERE "rmaNumber" = ${rmaNumber} FOR NO KEY UPDATE`;
  if (found?.open) {
    const notice = await storeNotice(records, told, found.id);
    const { id: returnId, partnerId } = found;
    const handOffs = handOffRows([
      { kind: 'signal-return', partnerId, returnId, signal: 'returnNoticed', payload: notice },
    ]);
    await records.handOff.createMany({ data: handOffs });
    return { handOffs, returnId: found.id, orderId: found.orderId ?? undefined };
  }
  if (event.type !== 'return-received') return { handOffs: [], returnId: undefined, orderId: undefined };
  const why =
    rmaNumber === undefined
      ? 'the goods carry no number of a return'
      : found === undefined
        ? `there is no return ${rmaNumber}`
        : `return ${rmaNumber} is ${found.status}`;
  return openForGoods(records, told, { why, partnerId: found?.partnerId ?? '' });
}

/** A return of goods that belong to none. */
async function openForGoods(
  records: Transaction,
  told: ToldOfReturn,
  { why, partnerId }: { why: string; partnerId: string },
) {
  const { event, system, wmsSystem, correlationId } = told;
  const { node, note } = event.type === 'return-received' ? event : { node: undefined, note: undefined };
  const notice = noticeOf(told);
  const opened = await openReturn(records, {
    partnerId,
    source: 'warehouse',
    contentHash: createHash('sha256').update(JSON.stringify(event)).digest('hex'),
    reason: 'other',
    ...(note !== undefined && { note }),
    profileVersion: '',
    ...(node !== undefined && { node }),
    wmsSystem,
    askedBy: system,
    correlationId,
    lines: [],
    origin: 'goods',
    told: `goods came to ${node ?? system}: ${why}`,
    why,
    notice,
  });
  const { returnId, handOffs } = opened;
  await storeNotice(records, told, returnId, notice);
  return { handOffs, returnId, orderId: undefined };
}

async function storeNotice(
  records: Transaction,
  told: ToldOfReturn,
  returnId: string,
  notice = noticeOf(told),
): Promise<ReturnNotice> {
  const { system, event, correlationId } = told;
  const { receiptId: id, type } = notice;
  await records.returnReceipt.create({
    data: { id, system, eventId: event.eventId, returnId, type, payload: asJson(event), correlationId },
  });
  return notice;
}

function noticeOf({ event }: ToldOfReturn): ReturnNotice {
  return { receiptId: randomUUID(), type: event.type === 'return-received' ? 'received' : 'disposed' };
}

/**
 * Messages of a return that ends without having looked at them become returns of their own: the goods came although it was
 * refused, cancelled or expired.
 */
export async function moveWaiting(
  records: Transaction,
  { id, partnerId, rmaNumber }: { id: string; partnerId: string; rmaNumber: string },
  end: string,
): Promise<HandOffRow[]> {
  const waiting = await records.returnReceipt.findMany({ where: { returnId: id, state: 'waiting' } });
  const handOffs: HandOffRow[] = [];
  for (const { id: receiptId, system, type, payload, correlationId } of waiting) {
    if (type !== 'received') {
      await records.returnReceipt.update({ where: { id: receiptId }, data: { state: 'set-aside' } });
      continue;
    }
    const event = payload as unknown as ReturnNoticeEvent;
    await records.returnReceipt.delete({ where: { id: receiptId } });
    const wmsSystem = system.startsWith('wms.') ? system.slice('wms.'.length) : '';
    const told = { system, wmsSystem, event, correlationId };
    const moved = await openForGoods(records, told, { why: `return ${rmaNumber} is ${end}`, partnerId });
    handOffs.push(...moved.handOffs);
  }
  return handOffs;
}
