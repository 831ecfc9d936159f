/**
 * `npm run cross-references -- NAME FILE`: loads the cross-references of a partner from a CSV file into the database of DATABASE_URL, as
 * the API does, and prints what was refused. Exit status: 0 all rows are loaded, 1 some were refused, 2 nothing could be done.
 */
import { readFileSync } from 'node:fs';
import { CrossReferenceFileError, crossReferencesOfCsv } from '../activities/partners/cross-reference-csv.ts';
import { loadCrossReferences } from '../activities/partners/cross-references.ts';
import { loadProfile, ProfileError } from '../mappings/profile/load.ts';
import { createPrismaClient } from '../prisma/client.ts';
import { ConfigError, loadConfig } from '../runtime/config.ts';

async function run([partnerId, file]: readonly string[]): Promise<number> {
  if (partnerId === undefined || file === undefined) {
    console.error('npm run cross-references -- NAME FILE   loads the cross-references of partner NAME from a CSV file');
    return 2;
  }
  const config = loadConfig();
  const profile = loadProfile(config.partnersDir, partnerId);
  const rows = crossReferencesOfCsv(readFileSync(file, 'utf8'));
  const prisma = createPrismaClient(config.databaseUrl, { poolSize: 1, applicationName: 'cross-references' });
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
    const expected =
      error instanceof ConfigError || error instanceof ProfileError || error instanceof CrossReferenceFileError;
    const place = error instanceof CrossReferenceFileError ? `line ${error.line}: ` : '';
    console.error(expected ? `${place}${error.message}` : error);
    process.exitCode = 2;
  },
);
