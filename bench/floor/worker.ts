/**
 * The floor's worker, a process of its own as the product's worker is one. FLOOR_BUNDLE names its
 * prebundled workflow.
 */
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { loadConfig } from '../../runtime/config.ts';
import { connectClient, connectNative } from '../../runtime/temporal.ts';
import { createFloorActivities } from './activities.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });
const codePath = process.env.FLOOR_BUNDLE;
if (codePath === undefined) throw new Error('FLOOR_BUNDLE must name the bundle of the floor');
const config = loadConfig();
const connection = await connectNative(config);
const activities = createFloorActivities(connectClient(config));
const workers = await Promise.all([
  Worker.create({ connection, taskQueue: 'floor', workflowBundle: { codePath }, activities }),
  Worker.create({ connection, taskQueue: 'floor-calls', activities }),
]);
console.log(JSON.stringify({ ready: true }));
await Promise.all(workers.map((worker) => worker.run()));
process.exit(0);
