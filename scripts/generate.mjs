/** `npm run generate`: generates the database client from prisma/schema.prisma. */
import { ensureClient, ensurePackages, orExplain, requireNode } from './bootstrap.mjs';

requireNode();
await orExplain(async () => {
  await ensurePackages();
  await ensureClient();
});
