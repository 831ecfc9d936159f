/** Writes the documents of a step and the wake of the partner's outbox together. */
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import { type HandOffRow, handOffRows, insertHandOffs } from '../handoff/hand-off.ts';
import { documentRow, insertDocuments, type OutboundDocument } from './queue.ts';

export interface Outgoing {
  /** INSERT of the documents, for a WITH. */
  documents(onlyIf?: Prisma.Sql): Prisma.Sql;
  /** INSERT of the wake, for a WITH. */
  wakes(onlyIf?: Prisma.Sql): Prisma.Sql;
  /** Pass these to `committed` after the commit. */
  handOffs: HandOffRow[];
}

/** Documents that the profile does not send are omitted. If none remain, the outbox is not woken. */
export function outgoing(profile: PartnerProfile, documents: readonly OutboundDocument[]): Outgoing {
  const queued = documents.flatMap((document) => documentRow(profile, document) ?? []);
  const handOffs = queued.length === 0 ? [] : handOffRows([{ kind: 'wake-outbox', partnerId: profile.id }]);
  return {
    documents: (onlyIf) => insertDocuments(queued, onlyIf),
    wakes: (onlyIf) => insertHandOffs(handOffs, onlyIf),
    handOffs,
  };
}
