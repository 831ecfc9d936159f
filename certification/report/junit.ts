import type { PartnerResult } from '../scenario.ts';
import { escaped } from './html.ts';

/** One test case per scenario, in the JUnit format of CI servers. */
export function junitReport({ partner, scenarios, startedAt }: PartnerResult): string {
  const count = (state: string) => scenarios.filter((scenario) => scenario.state === state).length;
  const seconds = scenarios.reduce((total, scenario) => total + scenario.seconds, 0).toFixed(3);
  const cases = scenarios.map(({ name, state, reason, rules, seconds: took }) => {
    const failures = rules
      .filter((rule) => rule.state === 'failed')
      .map(({ rule, faults }) => {
        const text = faults.map(({ place, reason: why }) => [place, why].filter(Boolean).join(': ')).join('\n');
        return `<failure message="${escaped(rule)}">${escaped(text)}</failure>`;
      });
    const inner = state === 'not-run' ? `<skipped message="${escaped(reason ?? '')}"/>` : failures.join('');
    return `    <testcase classname="certification.${escaped(partner)}" name="${escaped(name)}" time="${took.toFixed(3)}">${inner}</testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="certification ${escaped(partner)}" tests="${scenarios.length}" failures="${count('failed')}" errors="0" skipped="${count('not-run')}" time="${seconds}" timestamp="${startedAt}">
${cases.join('\n')}
  </testsuite>
</testsuites>
`;
}
