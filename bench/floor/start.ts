import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { Network } from '../../scripts/stack/network.ts';
import type { Part } from '../../scripts/stack/part.ts';
import { startNode } from '../../scripts/stack/processes.ts';

/**
 * Bundles the floor's workflow in advance, as `npm run build` does for the product, and starts its
 * worker.
 */
export async function startFloor(network: Network): Promise<Part> {
  const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const bundle = join(network.dir, 'floor-bundle.js');
  writeFileSync(bundle, code);
  return startNode('floor', 'bench/floor/worker.ts', {
    env: { ...network.env, NODE_ENV: 'production', FLOOR_BUNDLE: bundle },
    logFile: join(network.dir, 'floor.log'),
    ready: ({ firstLine }) => firstLine((line) => (line.includes('"ready":true') ? '' : undefined)),
  });
}
