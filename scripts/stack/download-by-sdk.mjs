/** Downloads a Temporal server with the SDK's downloader: node download-by-sdk.mjs dev-server|time-skipping FOLDER */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [kind, downloadDir] = process.argv.slice(2);
const options = { server: { executable: { type: 'cached-download', downloadDir } } };
try {
  const environment = await (kind === 'dev-server'
    ? TestWorkflowEnvironment.createLocal(options)
    : TestWorkflowEnvironment.createTimeSkipping(options));
  await environment.teardown();
} catch (error) {
  // Each cause repeats the SDK's message.
  console.error(String(error.message).split(': client error')[0]);
  process.exit(1);
}
