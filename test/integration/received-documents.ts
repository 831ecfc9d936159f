import { partnerGuide } from '../../mappings/edi/partner-guide.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { parseTransaction, type ReadSegment, readInterchange, scanInterchanges } from '../../mappings/x12/index.ts';
import type { Calls } from './calls.ts';

/** Reads the partners' mailboxes back and checks each document by the partner's guide. */

export interface ReceivedDocument {
  readonly partnerId: string;
  readonly set: string;
  readonly fileName: string;
  readonly interchangeControl: string;
  readonly groupControl: string;
  readonly transactionControl: string;
  /** Guide errors, as `segment[position]element: message`. */
  readonly faults: readonly string[];
  readonly segments: readonly Pick<ReadSegment, 'id' | 'elements'>[];
}

const partners = ['harbor-pine', 'tri-valley', 'cobalt-ridge'] as const;

export async function receivedDocuments(
  calls: Calls,
  profiles: ReadonlyMap<string, PartnerProfile>,
): Promise<ReceivedDocument[]> {
  const all = await Promise.all(
    partners.map(async (partnerId) => {
      const profile = profiles.get(partnerId);
      if (profile === undefined) throw new Error(`no profile of ${partnerId}`);
      const { body } = await calls.system('partners', `/partners/${partnerId}/files`);
      const files = body.items as { fileName: string }[];
      const read = await Promise.all(
        files.map(async ({ fileName }) =>
          documentsIn(await calls.mailboxFile(partnerId, fileName), fileName, partnerId, profile),
        ),
      );
      return read.flat();
    }),
  );
  return all.flat();
}

export async function documentsIn(
  bytes: Uint8Array,
  fileName: string,
  partnerId: string,
  profile: PartnerProfile,
): Promise<ReceivedDocument[]> {
  const documents: ReceivedDocument[] = [];
  for (const scanned of scanInterchanges(bytes)) {
    const envelope = scanned.errors.map(({ message }) => message);
    for await (const part of readInterchange(scanned)) {
      if (part.kind !== 'transaction') continue;
      const guide = partnerGuide(profile, part.set, part.version);
      const errors = guide === undefined ? [] : parseTransaction(part, guide).errors;
      documents.push({
        partnerId,
        set: part.set,
        fileName,
        interchangeControl: scanned.header?.controlNumber ?? '',
        groupControl: part.groupControl,
        transactionControl: part.transactionControl,
        faults: [
          ...envelope,
          ...(guide === undefined ? [`no guide for ${part.set} ${part.version}`] : []),
          ...[...part.errors, ...errors].map(
            ({ place, message }) => `${place.segment}[${place.position}]${place.element ?? ''}: ${message}`,
          ),
        ],
        segments: part.segments,
      });
    }
  }
  return documents;
}

/** An element of the first segment of that id; empty when there is none. */
export function elementOf({ segments }: Pick<ReceivedDocument, 'segments'>, id: string, element: number): string {
  return elementsOf(segments.find((segment) => segment.id === id))(element);
}

export function elementsOf(segment: Pick<ReadSegment, 'elements'> | undefined): (element: number) => string {
  return (element) => segment?.elements[element - 1]?.trim() ?? '';
}
