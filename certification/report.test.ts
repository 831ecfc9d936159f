import { expect, it } from 'vitest';
import { htmlReport } from './report/html.ts';
import { textReport } from './report/text.ts';
import type { PartnerResult } from './scenario.ts';

const at = '2026-11-28T10:00:00.000Z';
const left = { set: '850', name: 'Tax', text: 'TXI*ST*5', count: 2 };
const result: PartnerResult = {
  partner: 'fern',
  partnerName: 'Fern & Co',
  profileVersion: 'abc',
  startedAt: at,
  finishedAt: at,
  warnings: [
    { code: 'profile-code-unknown', file: 'fern.yaml', line: 7, column: 3, key: 'units.AE', reason: 'names AE' },
  ],
  seconds: { preflight: 0.1, start: 8.25, scenarios: 20 },
  scenarios: [
    {
      name: 'accept',
      purpose: 'An order.',
      state: 'failed',
      reason: 'no',
      seconds: 1.5,
      rules: [{ rule: 'it is <so>', state: 'failed', faults: [{ place: 'BEG02', reason: 'is X' }] }],
      documents: [
        {
          direction: 'inbound',
          set: '850',
          control: '7',
          contents: ['850 7/0001 accepted'],
          text: 'ISA*',
          at,
          notUsed: [
            { ...left, content: 'TXI' },
            { ...left, content: 'PER', count: 1, ignored: 'their desk' },
          ],
        },
      ],
      timeline: [],
    },
    {
      name: 'cancel',
      purpose: 'No.',
      state: 'not-run',
      reason: 'no 860',
      seconds: 0,
      rules: [],
      documents: [],
      timeline: [],
    },
  ],
};

it('reports documents, what they left out, warnings and times as text', () => {
  expect(textReport(result)).toBe(`Certification of Fern & Co (fern), profile version abc
Preflight 0.1 s, start 8.3 s, scenarios 20.0 s

Warnings:
  fern.yaml:7:3: units.AE names AE

accept: FAILED, 1.5 s
  An order.
  Failed: it is <so>
    BEG02: is X
  from the partner: 850, interchange 7 (850 7/0001 accepted)
    not used: 850 TXI Tax: TXI*ST*5, 2 times; undecided
    not used: 850 PER Tax: TXI*ST*5; the profile ignores it: their desk

cancel: not run, 0.0 s
  No.
  Not run: no 860
`);
});

it('reports the same as a page', () => {
  const page = htmlReport(result);
  for (const part of [
    'preflight 0.1 s, start 8.3 s, scenarios 20.0 s',
    '<code>fern.yaml:7:3</code> <code>units.AE</code> names AE',
    '<li>850 TXI Tax: TXI*ST*5, 2 times; undecided</li>',
    '<li>850 PER Tax: TXI*ST*5; the profile ignores it: their desk</li>',
    'it is &lt;so&gt;',
  ]) {
    expect(page).toContain(part);
  }
});
