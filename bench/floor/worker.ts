/** A process of its own, as the product’s worker is one. */
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { loadConfig } from '../../runtime/config.ts';
import { connectClient, connectNative } from '../../runtime/temporal.ts';
import { createFloorActivities } from './activities.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });
const config = loadConfig();
const connection = await connectNative(config);
const activities = createFloorActivities(connectClient(config));
const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
const workers = await Promise.all([
  Worker.create({ connection, taskQueue: 'floor', workflowBundle, activities }),
  Worker.create({ connection, taskQueue: 'floor-calls', activities }),
]);
console.log(JSON.stringify({ ready: true }));
await Promise.all(workers.map((worker) => worker.run()));
process.exit(0);
