import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { loadConfig } from '../../runtime/config.ts';
import { connectClient } from '../../runtime/temporal.ts';
import { registerSearchAttributes } from '../../scripts/stack/search-attributes.ts';
import { askForServer } from './ask.ts';

/**
 * host:port of the run's development server, which has our search attributes. All test files share
 * its `default` namespace.
 */
export function temporalAddress(): Promise<string> {
  return askForServer('temporal');
}

/** A client of the development server; close it with `client.connection.close()`. */
export async function createTestClient(): Promise<Client> {
  const config = loadConfig({ TEMPORAL_ADDRESS: await temporalAddress(), DATABASE_URL: 'postgresql://unused' });
  return connectClient(config);
}

/** A unique name for task queues and workflow ids on the shared server. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`;
}

/** Starts a separate time-skipping server with our search attributes. End it with `teardown()`. */
export async function createTimeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const path = await askForServer('time-skipping');
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  await registerSearchAttributes(environment);
  return environment;
}

/** The run's development server, in a namespace of its own: for tests whose workers come and go. Its time is real. */
export async function createRealTimeEnvironment(): Promise<TestWorkflowEnvironment> {
  const address = await temporalAddress();
  const namespace = uniqueName('namespace');
  const shared = await TestWorkflowEnvironment.createFromExistingServer({ address });
  const workflowExecutionRetentionPeriod = msToTs('1 day');
  await shared.client.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  await shared.teardown();
  const environment = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
  await registerSearchAttributes(environment);
  return environment;
}
