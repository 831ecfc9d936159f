/**
 * Worker of the floor, a separate process like the product's worker. FLOOR_BUNDLE is the path of its
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
