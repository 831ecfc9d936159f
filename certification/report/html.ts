import type { ProfileProblem } from '../../mappings/profile/problem.ts';
import type { DocumentEvidence, PartnerResult, RuleResult, ScenarioResult } from '../scenario.ts';
import { leftOutText } from './text.ts';

const WORDS = { passed: 'passed', failed: 'failed', 'not-run': 'not run' } as const;

/** A self-contained page that follows the reader’s light or dark setting. */
export function htmlReport(report: PartnerResult): string {
  const { partner, partnerName, profileVersion, startedAt, finishedAt, warnings, seconds, scenarios } = report;
  const count = (state: ScenarioResult['state']) => scenarios.filter((scenario) => scenario.state === state).length;
  const verdict = count('failed') > 0 ? 'failed' : count('passed') > 0 ? 'passed' : 'not-run';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Certification of ${escaped(partnerName)}: ${WORDS[verdict]}</title>
<style>
:root { color-scheme: light dark; --text: #1a1d21; --quiet: #565d66; --page: #fff; --panel: #f5f6f8; --line: #c9ced6; --passed: #136c36; --failed: #b3160f; --not-run: #565d66; }
@media (prefers-color-scheme: dark) { :root { --text: #e9ebee; --quiet: #a9b1bb; --page: #15181c; --panel: #1f2329; --line: #414852; --passed: #6fd394; --failed: #ff9a92; --not-run: #a9b1bb; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); margin: 0 auto; max-width: 70rem; padding: 1.5rem; }
h1, h2, h3 { line-height: 1.25; } h2 { margin: 0; font-size: 1.2rem; } h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
section { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
pre { background: var(--panel); padding: .75rem; overflow-x: auto; font: 13px/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .2rem 0; } .quiet { color: var(--quiet); } ol, ul { padding-left: 1.25rem; } .passed { color: var(--passed); } .failed { color: var(--failed); } .not-run { color: var(--not-run); } .state { font-weight: 600; }
a { color: inherit; }
</style>
</head>
<body>
<main>
<h1>Certification of ${escaped(partnerName)}: ${state(verdict)}</h1>
<p>Profile <code>${escaped(partner)}</code>, version <code>${escaped(profileVersion)}</code>. ${count('passed')} passed, ${count('failed')} failed, ${count('not-run')} not run. From ${moment(startedAt)} to ${moment(finishedAt)}: preflight ${seconds.preflight.toFixed(1)} s, start ${seconds.start.toFixed(1)} s, scenarios ${seconds.scenarios.toFixed(1)} s.</p>
${warningList(warnings)}
<table>
<thead><tr><th scope="col">Scenario</th><th scope="col">State</th><th scope="col">Seconds</th><th scope="col">Reason</th></tr></thead>
<tbody>
${scenarios.map((one) => `<tr><th scope="row"><a href="#${escaped(one.name)}">${escaped(one.name)}</a></th><td>${state(one.state)}</td><td>${one.seconds.toFixed(1)}</td><td>${escaped(one.reason ?? '')}</td></tr>`).join('\n')}
</tbody>
</table>
${scenarios.map(section).join('\n')}
</main>
</body>
</html>
`;
}

function warningList(warnings: readonly ProfileProblem[]): string {
  if (warnings.length === 0) return '';
  const items = warnings.map(
    ({ file, line, column, key, reason }) =>
      `<li><code>${escaped(`${file}:${line}:${column}`)}</code> <code>${escaped(key)}</code> ${escaped(reason)}</li>`,
  );
  return `<h2>Warnings</h2><ul>${items.join('')}</ul>`;
}

function section({ name, purpose, state: how, reason, rules, documents, timeline }: ScenarioResult): string {
  const failed = rules.filter((rule) => rule.state === 'failed');
  return `<section id="${escaped(name)}" aria-labelledby="${escaped(name)}-title">
<h2 id="${escaped(name)}-title">${escaped(name)}: ${state(how)}</h2>
<p>${escaped(purpose)}</p>
${how === 'not-run' ? `<p class="quiet">Not run: ${escaped(reason ?? '')}</p>` : ''}
${failed.length > 0 ? `<h3>Failures</h3>${listOfRules(failed)}` : ''}
${rules.length > 0 ? `<details><summary>${rules.length} rules checked</summary>${listOfRules(rules)}</details>` : ''}
${documents.length > 0 ? `<h3>Documents</h3>${documents.map(document).join('\n')}` : ''}
${timeline.length > 0 ? `<details><summary>Timeline</summary><ol>${timeline.map(({ at, what }) => `<li>${moment(at)} ${escaped(what)}</li>`).join('')}</ol></details>` : ''}
</section>`;
}

function listOfRules(rules: readonly RuleResult[]): string {
  const items = rules.map(({ rule, state: how, faults }) => {
    const why = faults.map(
      ({ place, reason }) =>
        `<li>${place === undefined ? '' : `<code>${escaped(place)}</code> `}${escaped(reason)}</li>`,
    );
    return `<li>${state(how)} ${escaped(rule)}${why.length > 0 ? `<ul>${why.join('')}</ul>` : ''}</li>`;
  });
  return `<ul>${items.join('')}</ul>`;
}

function document({ direction, set, control, contents, text, at, notUsed }: DocumentEvidence): string {
  const way = direction === 'inbound' ? 'from the partner' : 'to the partner';
  return `<details><summary>${escaped(set)} ${way}, interchange ${escaped(control)}, ${moment(at)}</summary>
<p class="quiet">${contents.map(escaped).join('; ')}</p>
${notUsed.length > 0 ? `<p>Not used:</p><ul>${notUsed.map((one) => `<li>${escaped(leftOutText(one))}</li>`).join('')}</ul>` : ''}
<pre>${escaped(text)}</pre></details>`;
}

function state(how: ScenarioResult['state']): string {
  return `<span class="state ${how}">${WORDS[how]}</span>`;
}

function moment(at: string): string {
  return `<time datetime="${escaped(at)}">${escaped(at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'))}</time>`;
}

/** Escapes text for HTML and XML content and attributes. XML forbids control characters, so they become Unicode control pictures. */
export function escaped(text: string): string {
  return (
    text
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression replaces them
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)))
  );
}
