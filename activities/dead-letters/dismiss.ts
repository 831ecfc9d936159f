import { type SettleDependencies, settleKeptDocument } from '../documents/kept-documents.ts';
import { type Letter, loadLetters } from './letter.ts';
import { ReplayRefusal } from './refusal.ts';

/** A person says that it needs nothing, or was dealt with otherwise. Undefined: there is nothing of that id. @throws ReplayRefusal */
export async function dismissDeadLetter(
  deps: SettleDependencies,
  { id, by, why }: { id: string; by: string; why: string },
): Promise<Letter | undefined> {
  const { prisma } = deps;
  const [letter] = await loadLetters(prisma, [id]);
  if (letter === undefined) return undefined;
  const settled = letter.cause !== undefined && !letter.settled && (await settle(deps, letter, { by, why }));
  if (!settled || letter.cause === undefined)
    throw new ReplayRefusal('dead-letter-settled', 'it waits for nobody any more');
  const { kind, partnerId, since, cause } = letter;
  await prisma.deadLetterAction.create({
    data: { letterId: id, kind, partnerId, action: 'dismissed', by, why, since, cause, settles: true, outcome: {} },
  });
  return letter;
}

/** @returns false if somebody else was faster. */
async function settle(
  deps: SettleDependencies,
  letter: Letter,
  { by, why }: { by: string; why: string },
): Promise<boolean> {
  const { prisma } = deps;
  const settledAt = new Date();
  switch (letter.kind) {
    case 'document':
    case 'acknowledgment': {
      if (letter.cause === 'kept')
        return settleKeptDocument(deps, letter.documentId, { outcome: 'done', by, note: why });
      const where = { id: letter.documentId, handledAt: null };
      const data = { handledAt: settledAt, handledBy: by, handledNote: why };
      return (await prisma.document.updateMany({ where, data })).count > 0;
    }
    case 'interchange': {
      const where = { id: letter.interchangeId, state: 'rejected', settledAt: null };
      return (await prisma.interchange.updateMany({ where, data: { settledAt } })).count > 0;
    }
    case 'warehouse-event': {
      const { system, eventId } = letter;
      const where = { system, eventId, noEffect: { not: null }, settledAt: null };
      return (await prisma.warehouseEvent.updateMany({ where, data: { settledAt } })).count > 0;
    }
    case 'carrier-event': {
      const { system, eventId } = letter;
      const where = { system, eventId, noEffect: { not: null }, settledAt: null };
      return (await prisma.carrierEvent.updateMany({ where, data: { settledAt } })).count > 0;
    }
    case 'payment': {
      const where = { id: letter.allocationId, noEffect: { not: null }, settledAt: null };
      return (await prisma.paymentAllocation.updateMany({ where, data: { settledAt } })).count > 0;
    }
  }
}
