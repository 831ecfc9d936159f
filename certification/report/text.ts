import { linesOf } from '../../mappings/profile/problem.ts';
import type { DocumentEvidence, LeftOut, PartnerResult, ScenarioResult } from '../scenario.ts';

const WORDS = { passed: 'passed', failed: 'FAILED', 'not-run': 'not run' } as const;

/** The report for a terminal or a mail. */
export function textReport({
  partner,
  partnerName,
  profileVersion,
  warnings,
  seconds,
  scenarios,
}: PartnerResult): string {
  const { preflight, start } = seconds;
  return `${[
    `Certification of ${partnerName} (${partner}), profile version ${profileVersion}`,
    `Preflight ${preflight.toFixed(1)} s, start ${start.toFixed(1)} s, scenarios ${seconds.scenarios.toFixed(1)} s`,
    ...(warnings.length === 0 ? [] : ['', 'Warnings:', linesOf(warnings)]),
    ...scenarios.flatMap((one) => ['', ...scenarioLines(one)]),
  ].join('\n')}\n`;
}

function scenarioLines({ name, purpose, state, reason, seconds, rules, documents }: ScenarioResult): string[] {
  const failed = rules.filter((rule) => rule.state === 'failed');
  return [
    `${name}: ${WORDS[state]}, ${seconds.toFixed(1)} s`,
    `  ${purpose}`,
    ...(state === 'not-run' ? [`  Not run: ${reason}`] : []),
    ...failed.flatMap(({ rule, faults }) => [
      `  Failed: ${rule}`,
      ...faults.map(({ place, reason: why }) => `    ${place === undefined ? '' : `${place}: `}${why}`),
    ]),
    ...documents.flatMap(documentLines),
  ];
}

function documentLines({ direction, set, control, contents, notUsed }: DocumentEvidence): string[] {
  return [
    `  ${direction === 'inbound' ? 'from' : 'to'} the partner: ${set}, interchange ${control} (${contents.join('; ')})`,
    ...notUsed.map((one) => `    not used: ${leftOutText(one)}`),
  ];
}

/** What was left out, and who decided that. */
export function leftOutText({ set, content, name, text, count, reason, ignored }: LeftOut): string {
  const times = count > 1 ? `, ${count} times` : '';
  const decided = ignored === undefined ? 'undecided' : `the profile ignores it: ${ignored}`;
  return `${set} ${content} ${name}: ${text}${times}; ${decided}${reason === undefined ? '' : `; ${reason}`}`;
}
