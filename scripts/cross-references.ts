/**
 * `npm run cross-references -- NAME FILE`: loads the cross-references of a partner from a CSV file, as the API does, and prints what was
 * refused. The database is that of DATABASE_URL, without it the one of `npm start`, which has to run. Exit status: 0 all rows are loaded,
 * 1 some were refused, 2 nothing could be done.
 */
import { readFileSync } from 'node:fs';
import { CrossReferenceFileError, crossReferencesOfCsv } from '../activities/partners/cross-reference-csv.ts';
import { loadCrossReferences } from '../activities/partners/cross-references.ts';
import { ProfileError, readContent } from '../mappings/profile/load.ts';
import { createPrismaClient } from '../prisma/client.ts';
import { localDatabaseUrl } from './stack/installation.ts';

async function run([partnerId, file]: readonly string[]): Promise<number> {
  if (partnerId === undefined || file === undefined) {
    console.error('npm run cross-references -- NAME FILE   loads the cross-references of partner NAME from a CSV file');
    return 2;
  }
  const { PARTNERS_DIR = 'mappings/partners', THROUGHLINE_DATA_DIR = '.throughline' } = process.env;
  const databaseUrl = process.env.DATABASE_URL || localDatabaseUrl(THROUGHLINE_DATA_DIR);
  if (databaseUrl === undefined) {
    console.error('Set DATABASE_URL, or start the system with npm start.');
    return 2;
  }
  const { content } = readContent(PARTNERS_DIR, partnerId);
  const profile = { id: partnerId, usage: content.usage === 'production' ? 'production' : 'test' } as const;
  const rows = crossReferencesOfCsv(readFileSync(file, 'utf8'));
  const prisma = createPrismaClient(databaseUrl, { poolSize: 1, applicationName: 'cross-references' });
  try {
    const report = await loadCrossReferences({ prisma }, { profile, rows, source: 'api' });
    for (const { line, column, code, reason } of report.refused) {
      console.error(`${file}:${line}: ${column === null ? '' : `${column}: `}${reason} (${code})`);
    }
    console.log(`${report.loaded} loaded, ${report.unchanged} unchanged, ${report.refused.length} refused`);
    return report.refused.length === 0 ? 0 : 1;
  } finally {
    await prisma.$disconnect();
  }
}

run(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    const expected = error instanceof ProfileError || error instanceof CrossReferenceFileError;
    const place = error instanceof CrossReferenceFileError ? `line ${error.line}: ` : '';
    console.error(expected ? `${place}${error.message}` : error);
    process.exitCode = 2;
  },
);
