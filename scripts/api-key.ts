/**
 * `npm run api-key`: runs api/auth/api-key.ts on the database of DATABASE_URL, or by default on that of a running `npm start`. In a
 * container, use `node dist/api/auth/api-key.js` instead.
 */
import { asksForHelp } from '../runtime/command.ts';
import { localDatabaseUrl } from './stack/installation.ts';

const { DATABASE_URL, THROUGHLINE_DATA_DIR = '.throughline' } = process.env;
const databaseUrl = DATABASE_URL || localDatabaseUrl(THROUGHLINE_DATA_DIR);
if (databaseUrl === undefined && !asksForHelp()) {
  console.error('Set DATABASE_URL, or start the system with npm start.');
  process.exit(2);
}
if (databaseUrl !== undefined) process.env.DATABASE_URL = databaseUrl;
await import('../api/auth/api-key.ts');
