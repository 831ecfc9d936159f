/** `npm start`: installs prerequisites, then runs start.ts in the same process. */
import { ensureClient, ensurePackages, orExplain, requireNode } from './bootstrap.mjs';

requireNode();
await orExplain(async () => {
  await ensurePackages();
  await ensureClient();
});
const { register } = await import('tsx/esm/api');
register();
await import('./start.ts');
