import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMigrations, writeMigration } from '../prisma/migrate.ts';
import { freePort } from './stack/ports.ts';
import { startPostgres } from './stack/postgres.ts';

/**
 * `npm run migrate:diff -- NAME` writes the next migration from prisma/schema.prisma. It uses DATABASE_URL, or starts a temporary Postgres.
 */
const name = process.argv[2];
if (!name) {
  console.error('Give the migration a name: npm run migrate:diff -- add-carrier-accounts');
  process.exit(2);
}

const dir = mkdtempSync(join(tmpdir(), 'throughline-migrate-'));
const own = process.env.DATABASE_URL
  ? undefined
  : await startPostgres({
      dataDir: join(dir, 'postgres'),
      port: await freePort(),
      password: 'migrate',
      logFile: join(dir, 'postgres.log'),
      settings: { fsync: 'off' },
    });
try {
  const databaseUrl = process.env.DATABASE_URL ?? own?.url ?? '';
  const written = await writeMigration(databaseUrl, name);
  if (written === undefined) {
    console.log('No migration is needed: prisma/schema.prisma matches the migrations.');
  } else {
    // Find a broken migration now instead of at the next deployment.
    if (own) await applyMigrations(databaseUrl);
    console.log(`Wrote ${written}. Read its SQL before you commit it.`);
  }
} finally {
  await own?.stop();
  rmSync(dir, { recursive: true, force: true });
}
