import { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { registerSearchAttributes } from '../../scripts/stack/search-attributes.ts';
import { findTemporal } from '../../scripts/stack/tools.ts';
import { startTradingNetwork } from '../../scripts/stack/trading-world.ts';

it('an outbox with a long history continues as new, and loses nothing', async () => {
  const { path } = await findTemporal();
  const network = await startTradingNetwork(async () => {
    const environment = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path },
        // A history is long after forty events here; in earnest, after four thousand.
        extraArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=40'],
      },
    });
    await registerSearchAttributes(environment);
    return environment;
  });
  try {
    const interchanges = Array.from({ length: 12 }, (_, index) => `I${index + 1}`);
    const deadline = new Date(Date.now() + 3_600_000).toISOString();
    const world = network
      .aTradingWorld()
      .next(
        'assembleInterchange',
        ...interchanges.map(
          (interchangeId) => () => Promise.resolve({ interchangeId, controlNumber: '7', documents: 1, deadline }),
        ),
      );
    const outbox = await world.outbox();
    await world.until('looked for missing 997s');
    expect(world.facts.filter((fact) => fact.endsWith('delivered'))).toEqual(
      interchanges.map((interchangeId) => `${interchangeId} delivered`),
    );
    const runs = [];
    for await (const run of network.env.client.workflow.list({ query: `WorkflowId = "${outbox.workflowId}"` })) {
      runs.push(run.status.name);
    }
    expect(runs).toContain('RUNNING');
    expect(runs).toContain('CONTINUED_AS_NEW');
    await network.clear();
  } finally {
    await network.stop();
  }
});
