/**
 * `npm run cross-references -- NAME FILE`: loads the cross-references of a partner from a CSV file, as the API does, and prints the refused
 * rows. Uses the database of DATABASE_URL, or by default that of a running `npm start`. Exit status: 0 all rows loaded; 1 some rows
 * refused; 2 nothing loaded.
 */
import { parseArgs } from 'node:util';
import {
  bytesOfFile,
  CrossReferenceFileError,
  crossReferencesOfCsv,
} from '../activities/partners/cross-reference-csv.ts';
import { loadCrossReferences } from '../activities/partners/cross-references.ts';
import { readContent } from '../activities/partners/profile-files.ts';
import { ProfileError } from '../mappings/profile/problem.ts';
import { createPrismaClient, isNoDatabase } from '../prisma/client.ts';
import { runCommand, UsageError } from '../runtime/command.ts';
import { localDatabaseUrl } from './stack/installation.ts';

const usage = 'npm run cross-references -- NAME FILE   loads the cross-references of partner NAME from a CSV file';

async function run(args: string[]): Promise<number> {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  const [partnerId, file] = positionals;
  if (partnerId === undefined || file === undefined) throw new UsageError('name the partner and the file');
  const { PARTNERS_DIR = 'mappings/partners', THROUGHLINE_DATA_DIR = '.throughline' } = process.env;
  const databaseUrl = process.env.DATABASE_URL || localDatabaseUrl(THROUGHLINE_DATA_DIR);
  if (databaseUrl === undefined) {
    console.error('Set DATABASE_URL, or start the system with npm start.');
    return 2;
  }
  const { content } = readContent(PARTNERS_DIR, partnerId);
  const profile = { id: partnerId, usage: content.usage === 'production' ? 'production' : 'test' } as const;
  const prisma = createPrismaClient(databaseUrl, { poolSize: 1, applicationName: 'cross-references' });
  try {
    const rows = crossReferencesOfCsv(bytesOfFile(file, { orPipe: true }), { lineEndNeeded: true });
    const { loaded, unchanged, refusedCount, refused } = await loadCrossReferences(
      { prisma },
      { profile, rows, source: 'api' },
    );
    for (const { line, column, code, reason } of refused) {
      console.error(`${file}:${line}: ${column === null ? '' : `${column}: `}${reason} (${code})`);
    }
    if (refusedCount > refused.length) console.error(`and ${refusedCount - refused.length} more`);
    console.log(`${loaded} loaded, ${unchanged} unchanged, ${refusedCount} refused`);
    return refusedCount === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CrossReferenceFileError)) throw error;
    console.error(`${file}:${error.line}: ${error.message} (${error.code}); nothing is loaded`);
    return 2;
  } finally {
    await prisma.$disconnect();
  }
}

await runCommand({
  usage,
  run,
  refusal: (error) => (isNoDatabase(error) || error instanceof ProfileError ? 2 : undefined),
});
