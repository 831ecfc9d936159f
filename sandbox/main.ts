import { parseArgs } from 'node:util';
import { startErp } from './erp/server.ts';
import { startPartners } from './partners/server.ts';
import type { RunningServer } from './server.ts';
import { readSettings } from './settings.ts';
import { startWms } from './wms/server.ts';

/**
 * Starts the sandbox's trading network: `tsx sandbox/main.ts [--only erp,wms,partners]`. Prints one
 * JSON line when all servers are ready: `{"ready":true,"erp":url,…}`. SIGTERM or SIGINT shuts down
 * cleanly; a second signal exits immediately.
 */
const names = ['erp', 'wms', 'partners'] as const;
type Name = (typeof names)[number];

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
  const wanted = values.only?.flatMap((list) => list.split(',')) ?? [...names];
  const unknown = wanted.filter((name) => !names.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`--only takes ${names.join(', ')}, not ${unknown.join(', ')}`);

  const env = readSettings(process.env);
  const common = { dataDir: env.SANDBOX_DATA_DIR, token: env.SANDBOX_TOKEN };
  const starters: Record<Name, () => Promise<RunningServer>> = {
    erp: () => startErp({ ...common, port: env.SANDBOX_ERP_PORT }),
    wms: () =>
      startWms({
        ...common,
        port: env.SANDBOX_WMS_PORT,
        apiUrl: env.API_URL,
        webhookSecret: env.WAREHOUSE_WEBHOOK_SECRET,
        speedMs: env.SANDBOX_SPEED_MS,
      }),
    partners: () =>
      startPartners({
        ...common,
        port: env.SANDBOX_PARTNERS_PORT,
        apiUrl: env.API_URL,
        apiKeys: Object.fromEntries(
          [
            ['harbor-pine', env.SANDBOX_KEY_HARBOR_PINE],
            ['tri-valley', env.SANDBOX_KEY_TRI_VALLEY],
            ['cobalt-ridge', env.SANDBOX_KEY_COBALT_RIDGE],
          ].filter((pair): pair is [string, string] => pair[1] !== undefined),
        ),
        speedMs: env.SANDBOX_SPEED_MS,
      }),
  };
  const started = await Promise.all(
    names.filter((name) => wanted.includes(name)).map(async (name) => [name, await starters[name]()] as const),
  );

  let stopping = false;
  const stop = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    await Promise.all(started.map(([, server]) => server.close()));
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  if (env.SANDBOX_EXIT_WITH_PARENT === '1') {
    process.stdin.once('close', () => void stop());
    process.stdin.resume();
  }
  const urls = Object.fromEntries(started.map(([name, { url }]) => [name, url]));
  process.stdout.write(`${JSON.stringify({ ready: true, ...urls })}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
