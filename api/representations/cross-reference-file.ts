import { z } from 'zod';
import type { CrossReferenceFault } from '../../activities/partners/cross-reference-files.ts';
import { CROSS_REFERENCE_COLUMNS, type RefusedRow } from '../../activities/partners/cross-references.ts';
import type { Database } from '../../prisma/client.ts';
import type { CrossReferenceFile } from '../../prisma/generated/client.ts';
import type { profileProblem } from './profile-problem.ts';
import { instant, toInstant } from './values.ts';

export const refusedRow = z
  .object({
    line: z.int().meta({ description: 'Line of the CSV, or place in the list, from 1' }),
    column: z.enum(CROSS_REFERENCE_COLUMNS).nullable().meta({ description: 'null where the whole row is at fault' }),
    code: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'RefusedCrossReference' });

export const crossReferenceFile = z
  .object({
    file: z.string(),
    readAt: instant,
    fault: z
      .object({ code: z.string(), line: z.int(), reason: z.string() })
      .nullable()
      .meta({ description: 'Why nothing of the file was taken: what it stated before stays' }),
    loaded: z.int().meta({ description: 'Rows that were new or said something else than before' }),
    unchanged: z.int(),
    removed: z
      .int()
      .meta({ description: 'Rows that it does not state any more; of a file that is gone, all that it stated' }),
    refusedCount: z.int(),
    refused: z.array(refusedRow).meta({ description: 'The first 500 of the refused rows' }),
  })
  .nullable()
  .meta({
    id: 'CrossReferenceFile',
    description:
      'The partner’s file of cross-references as it was last read; of one that is gone, what went with it and when. null without one',
  });

/** A cross-reference file, as a worker last read it. */
type FileRead = Pick<CrossReferenceFile, 'partnerId' | 'file' | 'refusedCount'> & {
  readonly fault: CrossReferenceFault | null;
  readonly firstRefused: RefusedRow | null;
};

export async function filesRead(prisma: Database, partnerIds: readonly string[]): Promise<Map<string, FileRead>> {
  const rows = await prisma.$queryRaw<FileRead[]>`
    SELECT "partnerId", "file", "refusedCount", "fault", "refused"->0 AS "firstRefused" FROM "CrossReferenceFile"
    WHERE "partnerId" = ANY(${partnerIds}::text[]) ORDER BY "partnerId"`;
  return new Map(rows.map((row) => [row.partnerId, row]));
}

/** The same of a whole row. */
export function fileReadOf({ partnerId, file, refusedCount, fault, refused }: CrossReferenceFile): FileRead {
  const [firstRefused = null] = refused as unknown as RefusedRow[];
  return { partnerId, file, refusedCount, fault: fault as CrossReferenceFault | null, firstRefused };
}

export function faultsIn(read: FileRead | undefined): number {
  if (read === undefined) return 0;
  return read.fault === null ? read.refusedCount : 1;
}

/** One error for the file, at its first row. */
export function problemsOfFile({
  file,
  fault,
  refusedCount,
  firstRefused,
}: FileRead): z.output<typeof profileProblem>[] {
  const at = (line: number, code: string, key: string, reason: string) => [
    { code, file, line, column: 1, key, reason },
  ];
  if (fault !== null) return at(fault.line, `cross-references-${fault.code}`, '', fault.reason);
  if (firstRefused === null) return [];
  const { line, column, reason } = firstRefused;
  const others = refusedCount === 1 ? '' : `; ${refusedCount} rows are refused, this is the first`;
  return at(line, 'cross-references-refused', column ?? '', `${reason}${others}`);
}

export function crossReferenceFileView({ partnerId: _, readAt, fault, refused, ...counted }: CrossReferenceFile) {
  return {
    ...counted,
    readAt: toInstant(readAt),
    fault: fault as CrossReferenceFault | null,
    refused: refused as unknown as RefusedRow[],
  };
}
