/** `npm start`: makes sure that the project can run at all, then hands over to start.ts in this same process. */
import { ensureClient, ensurePackages, orExplain, requireNode } from './bootstrap.mjs';

requireNode();
await orExplain(async () => {
  await ensurePackages();
  await ensureClient();
});
const { register } = await import('tsx/esm/api');
register();
await import('./start.ts');
