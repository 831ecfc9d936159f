import { styleText } from 'node:util';
import { stringify } from 'yaml';
import type {
  Preview,
  PreviewedDocument,
  PreviewedInterchange,
  PreviewedOrder,
  PreviewedSet,
} from '../../activities/preview/result.ts';
import type { Finding } from '../../mappings/edi/explaining/parts.ts';
import type { NotUsed } from '../../mappings/edi/not-used.ts';
import { plain } from '../x12/text.ts';

export interface PreviewTextOptions {
  colours: boolean;
  /** The label's ZPL too. */
  label: boolean;
}

/** A preview for a terminal. Only printable characters of the file reach it. */
export function previewText(result: Preview, options: PreviewTextOptions): string {
  const { partner, receivedAt, masterData, clean, setsNotShown, ordersNotShown } = result;
  const text = new PreviewText(options);
  const verdict = verdictOf(result);
  return [
    `${text.bold('PREVIEW')} for ${plain(partner.name)} (${partner.id}, ${partner.usage}, profile ${partner.version}), as if received ${receivedAt}`,
    masterData.looked
      ? `  master data: ${masterData.source}`
      : `  master data were not looked at: ${masterData.reason}`,
    ...result.interchanges.flatMap((one) => text.interchange(one)),
    '',
    ...(ordersNotShown > 0 ? [`${ordersNotShown} more orders would be made of this file; they were not checked`] : []),
    ...(setsNotShown > 0 ? [`${setsNotShown} more transaction sets were judged and are not shown`] : []),
    `${text.bold('RESULT')} ${clean ? text.good(verdict) : text.bad(verdict)}; nothing was stored or sent`,
    '',
  ].join('\n');
}

function verdictOf({ valid, clean, interchanges }: Preview): string {
  if (!valid) return 'not valid';
  const checks = interchanges.flatMap(({ sets }) => sets.flatMap(({ orders }) => orders.map(({ check }) => check)));
  if (checks.some(({ exceptions }) => exceptions.length > 0)) return 'an exception would open';
  if (checks.some(({ state }) => state === 'not-checked')) return 'no errors, but the order was not checked';
  return clean ? 'nothing is wrong' : 'something needs a look';
}

class PreviewText {
  readonly #options: PreviewTextOptions;

  constructor(options: PreviewTextOptions) {
    this.#options = options;
  }

  bold(text: string): string {
    return this.#paint('bold', text);
  }

  good(text: string): string {
    return this.#paint('green', text);
  }

  bad(text: string): string {
    return this.#paint('red', text);
  }

  interchange({ control, direction, reaches, findings, sets, answers }: PreviewedInterchange): string[] {
    return [
      '',
      this.bold(control === undefined ? 'NOT READABLE AS AN INTERCHANGE' : `INTERCHANGE ${plain(control)}`),
      ...(direction === 'outbound' ? ['  This is a document of ours: it becomes no order.'] : []),
      ...(reaches === undefined
        ? []
        : [
            `  ${this.bad('would not reach this partner')}: ${plain(reaches.sender)} to ${plain(reaches.receiver)} is ${reaches.partnerId ?? 'no partner’s'}`,
          ]),
      ...this.#findings(findings, '  '),
      ...sets.flatMap((set) => this.#set(set)),
      ...answers.flatMap((answer) => this.#document(answer)),
    ];
  }

  #set({ number, set, name, control, verdict, findings, notUsed, orders, payment, asks }: PreviewedSet): string[] {
    const painted = verdict === 'accepted' ? this.good(verdict) : this.bad(verdict);
    return [
      '',
      `  ${this.bold(`${set} ${plain(control)}`)}${name === undefined ? '' : ` ${name}`}, set ${number}: ${painted}`,
      ...this.#findings(findings, '    '),
      ...this.#notUsed(notUsed, effectOf({ payment, asks })),
      ...(payment === undefined ? [] : ['', `    ${this.bold('PAYMENT')}`, ...yaml(payment, '      ')]),
      ...(asks === undefined ? [] : this.#asks(asks)),
      ...orders.flatMap((order) => this.#order(order)),
    ];
  }

  #asks({ change, points, isForPerson }: NonNullable<PreviewedSet['asks']>): string[] {
    const becomes = isForPerson ? 'it is kept, and a person is asked' : 'it is applied to the order, and answered';
    return [
      '',
      `    ${this.bold(`ASKS FOR A CHANGE of ${plain(change.poNumber)}`)}: ${becomes}`,
      ...points.map((point) => `      ${plain(point)}`),
    ];
  }

  #order({ order, check, examples, documents, label, deadlines, omitted }: PreviewedOrder): string[] {
    const states = {
      passed: this.good('passes'),
      exceptions: this.bad('opens exceptions'),
      repeated: this.bad('is a repetition'),
      refused: this.bad('is refused'),
      'not-checked': 'was not checked',
    };
    return [
      '',
      `    ${this.bold(`ORDER ${plain(order.poNumber)}`)}${order.part === '' ? '' : `: ${plain(order.part)}`}`,
      ...yaml(order, '      '),
      '',
      `    ${this.bold('ORDER CHECK')} ${states[check.state]}${check.reason === undefined ? '' : `: ${plain(check.reason)}`}`,
      ...check.exceptions.map(
        ({ type, summary, owner, resolutions }) =>
          `      ${this.bad(type)}: ${plain(summary)} (${owner}; ${resolutions.join(', ')})`,
      ),
      ...check.decisions.map(({ rule, outcome }) => `      ${rule}: ${plain(outcome)}`),
      ...(omitted === undefined
        ? this.#examples({ examples, documents, label, deadlines })
        : ['', `    ${this.bold('DOCUMENTS')} are not shown: ${omitted}`]),
    ];
  }

  #examples({
    examples,
    documents,
    label,
    deadlines,
  }: Pick<PreviewedOrder, 'examples' | 'documents' | 'label' | 'deadlines'>): string[] {
    return [
      '',
      `    ${this.bold('DOCUMENTS')}, if everything is accepted and ships complete in one shipment`,
      '      examples, which only the real systems give:',
      ...examples.map(({ what, value }) => `        ${what}: ${plain(value)}`),
      ...documents.flatMap((document) => this.#document(document)),
      ...this.#label(label),
      '',
      `    ${this.bold('DEADLINES')}`,
      ...deadlines.map(({ what, at, rule }) => `      ${what.padEnd(8)} ${at}  (${rule})`),
    ];
  }

  #document({ set, name, sent, x12, due, problem }: PreviewedDocument): string[] {
    const title = `    ${this.bold(set)} ${name}`;
    if (problem !== undefined)
      return ['', `${title}: ${this.bad('cannot be written')}: ${plain(problem.message)} (${problem.code})`];
    if (!sent) return ['', `${title}: not sent, by the profile`];
    // The terminator of some partners is a control character.
    const terminator = x12?.[105] ?? '~';
    const segments = (x12 ?? '').split(terminator).map((segment) => segment.trim());
    const shown = segments
      .filter((segment) => segment !== '')
      .map((segment) => `      ${plain(segment)}${plain(terminator)}`);
    return ['', `${title}${due === undefined ? '' : `, due ${due}`}`, ...shown];
  }

  #label(label: PreviewedOrder['label']): string[] {
    if (label === undefined) return ['', '    no label: the profile has no shipNotice.sscc'];
    if ('problem' in label) return ['', `    ${this.bad('no label')}: ${plain(label.problem.message)}`];
    const zpl = this.#options.label ? label.text.split('\n').map((line) => `      ${plain(line)}`) : [];
    const more = this.#options.label ? '' : '; --label shows its ZPL';
    return ['', `    ${this.bold('LABEL')} ${label.sscc}, one of ${label.count}${more}`, ...zpl];
  }

  #findings(findings: readonly Finding[], indent: string): string[] {
    return findings.map(({ severity, code, message, place }) => {
      const element = place.element === undefined ? '' : String(place.element).padStart(2, '0');
      const line = place.line === undefined ? '' : `, line ${place.line}`;
      const painted = severity === 'error' ? this.bad(severity) : this.#paint('yellow', severity);
      return `${indent}${painted} ${place.segment}${element}, segment ${place.position}${line}: ${plain(message)} (${code})`;
    });
  }

  #notUsed(notUsed: readonly NotUsed[], effect: string): string[] {
    if (notUsed.length === 0) return [];
    return [
      `    ${this.#paint('yellow', 'not used')}`,
      ...notUsed.map(({ content, name, text, reason, ignored }) => {
        const why = ignored === undefined ? effect : `of no concern: ${ignored}`;
        return `      ${plain(content)} (${plain(name)}) ${plain(text)}${reason === undefined ? '' : `: ${plain(reason)}`} (${plain(why)})`;
      }),
    ];
  }

  #paint(style: Parameters<typeof styleText>[0], text: string): string {
    return this.#options.colours ? styleText(style, text, { validateStream: false }) : text;
  }
}

function yaml(value: object, indent: string): string[] {
  return stringify(value)
    .trimEnd()
    .split('\n')
    .map((line) => `${indent}${plain(line)}`);
}

/** What becomes of content that nothing takes over. */
function effectOf({ payment, asks }: Pick<PreviewedSet, 'payment' | 'asks'>): string {
  if (asks !== undefined) return 'is a question to the person';
  return payment === undefined ? 'stops the order' : 'is kept with the document; nobody is asked';
}
