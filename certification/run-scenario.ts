import { result, rulesOfDocuments } from './rules.ts';
import type { RuleResult, Scenario, ScenarioResult } from './scenario.ts';
import { type Partnership, StepFailed, Trade } from './trade.ts';

/** Runs one scenario: its steps, its expectations, and the rules of every document. */
export async function runScenario(
  partnership: Partnership,
  scenario: Scenario,
  prefix: string,
): Promise<ScenarioResult> {
  const trade = new Trade(partnership, prefix);
  const rules: RuleResult[] = [];
  try {
    // A scenario without steps is a placeholder for a process that did not exist; it must be written before it can pass.
    if (scenario.steps.length === 0) rules.push(result('the scenario has steps', [{ reason: 'it has no steps' }]));
    for (const step of scenario.steps) {
      trade.note(step.what);
      try {
        await step.run(trade);
      } catch (error) {
        rules.push(result(step.what, [{ reason: error instanceof Error ? error.message : String(error) }]));
        if (!(error instanceof StepFailed)) throw error;
        break;
      }
    }
    if (rules.length === 0) {
      const { expectations } = scenario;
      const expected = typeof expectations === 'function' ? expectations(trade) : expectations;
      for (const { what, check } of expected) rules.push(result(what, await check(trade)));
    }
    if (scenario.apart !== true) rules.push(...(await rulesOfDocuments(trade, scenario)));
  } catch (error) {
    rules.push(
      result('the scenario can be run', [
        { reason: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      ]),
    );
  }
  if (scenario.apart !== true) {
    await trade.warehouseBehaves(undefined);
    await trade.partnerBehaves({});
  }
  const failed = rules.filter(({ state }) => state === 'failed');
  const orders = await trade.recorded();
  const told = orders.flatMap(({ timeline }) =>
    timeline.map(({ at, summary }) => ({ at: at.toISOString(), what: summary })),
  );
  const [first] = failed;
  const [fault] = first?.faults ?? [];
  return {
    name: scenario.name,
    purpose: scenario.purpose,
    state: failed.length === 0 ? 'passed' : 'failed',
    ...(first !== undefined && {
      reason: `${first.rule}: ${[fault?.place, fault?.reason].filter(Boolean).join(': ')}`,
    }),
    seconds: (Date.now() - trade.began.getTime()) / 1000,
    rules,
    documents: scenario.apart === true ? [] : await trade.evidence(),
    timeline: [...trade.timeline, ...told].sort((a, b) => a.at.localeCompare(b.at)),
  };
}
