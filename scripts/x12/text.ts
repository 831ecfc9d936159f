import { stripVTControlCharacters, styleText } from 'node:util';
import { stringify } from 'yaml';
import { lookup } from '../../domain/lookup.ts';
import type {
  Direction,
  ExplainedElement,
  ExplainedPart,
  ExplainedSegment,
  Finding,
  Outcome,
} from '../../mappings/edi/explaining/parts.ts';
import type { RewrittenText } from '../../mappings/edi/explaining/rewritten-texts.ts';
import type { NotUsed } from '../../mappings/edi/not-used.ts';
import { describeInterchangeNote } from '../../mappings/x12/interchange-notes.ts';
import type { InterchangeHeader } from '../../mappings/x12/types.ts';

export interface TextOptions {
  colours: boolean;
  /** Maximum line length in characters; unlimited if absent. */
  width?: number;
}

type Style = Parameters<typeof styleText>[0];
type Of<Kind extends ExplainedPart['kind']> = Extract<ExplainedPart, { kind: Kind }>;

/** Maximum number of segments shown of an acknowledgment, which for a large file has segments for each transaction set. */
const ANSWER_LINES = 60;

/** Renders explanations as text, part by part. Only printable characters of the input reach the terminal. */
export class TextExplanation {
  readonly #options: TextOptions;
  #shown = 0;
  #seen = 0;
  /** Senders and receivers between which no profile stands. */
  readonly #strangers = new Set<string>();

  constructor(options: TextOptions) {
    this.#options = options;
  }

  /** Lines, each with its line end. */
  of(part: ExplainedPart): string {
    return this.#lines(part)
      .map((line) => `${this.#fitted(line)}\n`)
      .join('');
  }

  #lines(part: ExplainedPart): string[] {
    switch (part.kind) {
      case 'interchange':
        return this.#interchange(part);
      case 'group':
        return this.#group(part);
      case 'transaction':
        this.#shown += 1;
        return this.#transaction(part);
      case 'group-end':
        return this.#groupEnd(part);
      case 'interchange-acknowledgment': {
        const { status, controlNumber, note } = part.acknowledgment;
        const verdict = status === 'A' ? 'accepted' : status === 'E' ? 'accepted with errors' : 'rejected';
        return [
          `  TA1: interchange ${plain(controlNumber)} was ${verdict} (${plain(status)} ${plain(note)}: ${plain(describeInterchangeNote(note))})`,
        ];
      }
      case 'interchange-end':
        return [
          '',
          part.ok
            ? `  ${this.#paint('green', 'Interchange envelope valid')}: ${count(part.groupCount, 'group')}, bytes ${part.start} to ${part.end}`
            : `  ${this.#paint('red', 'Interchange rejected as a whole')}, bytes ${part.start} to ${part.end}`,
          ...this.#findings(part.findings, '  '),
          ...this.#interchangeAnswer(part.answer),
          '',
        ];
      case 'refused':
        return [
          this.#paint('bold', `NOT READABLE AS AN INTERCHANGE, bytes ${part.start} to ${part.end}`),
          ...(part.header === undefined ? [] : headerLines(part.header)),
          ...this.#findings(part.findings, '  '),
          ...this.#interchangeAnswer(part.answer),
          '',
        ];
      case 'summary':
        return this.#summary(part);
    }
  }

  #interchange({ start, line, header, delimiters, refused, direction, partner }: Of<'interchange'>): string[] {
    if (partner === undefined) this.#strangers.add(betweenOf(header));
    const at = `byte ${start}${line === undefined ? '' : `, line ${line}`}`;
    const { element, component, segment, repetition } = delimiters;
    const characters = [
      `element ${visible(element)}`,
      `component ${visible(component)}`,
      ...(repetition === undefined ? [] : [`repetition ${visible(repetition)}`]),
      `segment ${visible(segment)}`,
    ];
    return [
      `${this.#paint('bold', `INTERCHANGE ${plain(header.controlNumber)}`)}  (${at})`,
      ...headerLines(header),
      `  delimiters  ${characters.join('   ')}`,
      `  partner     ${partner === undefined ? 'none: no profile has these ids; judged by the standard alone' : `${plain(partner.name)} (${partner.id}, profile ${partner.version}), ${DIRECTIONS[direction]}`}`,
      ...(refused
        ? [
            `  ${this.#paint('red', 'rejected')}    its ISA has errors, listed at its end; its content is explained all the same`,
          ]
        : []),
    ];
  }

  #group({ functionalId, names, senderId, receiverId, date, time, control, version }: Of<'group'>): string[] {
    const what = names.length === 0 ? 'no guide for this kind' : names.join(', ');
    return [
      '',
      `  ${this.#paint('bold', `GROUP ${plain(control)}`)}  ${plain(functionalId)}: ${what}`,
      `    ${plain(senderId)} to ${plain(receiverId)}, ${dayText(date)} ${timeText(time)}, release ${plain(version)}`,
    ];
  }

  #transaction(part: Of<'transaction'>): string[] {
    const {
      number,
      set,
      name,
      control,
      status,
      held,
      segmentCount,
      decoded,
      start,
      line,
      findings,
      segments,
      segmentsOmitted = 0,
      outcome,
    } = part;
    const skipped = number - this.#seen - 1;
    this.#seen = number;
    const verdict = held
      ? this.#paint('yellow', 'held: an expression of our profile fails; no acknowledgment is sent until it is fixed')
      : status === 'R'
        ? this.#paint('red', 'rejected')
        : status === 'E'
          ? this.#paint('yellow', 'accepted with errors (E)')
          : this.#paint('green', 'accepted');
    const at = `byte ${start}${line === undefined ? '' : `, line ${line}`}`;
    return [
      ...(skipped > 0 ? ['', `    … ${count(skipped, 'transaction set')} not shown`] : []),
      '',
      `    ${this.#paint('bold', `${plain(set)} ${plain(control)}`)}  ${name ?? 'no guide'}, ${count(segmentCount, 'segment')} (${at}): ${verdict}`,
      ...(decoded === undefined ? [] : [`      text in ${decoded.encoding}: ${decoded.reason}`]),
      ...this.#findings(findings, '      '),
      ...segments.flatMap((segment) => this.#segment(segment)),
      ...(segmentsOmitted > 0 ? [`      … ${count(segmentsOmitted, 'segment')} not shown (--all shows them)`] : []),
      ...this.#outcome(outcome),
    ];
  }

  #segment({ id, name, position, depth, opens, placed, elements }: ExplainedSegment): string[] {
    const indent = `      ${'  '.repeat(depth)}`;
    const misplaced = placed ? '' : this.#paint('yellow', '  (not expected here)');
    return [
      ...(opens === undefined ? [] : [`${indent.slice(2)}${this.#paint('dim', `loop ${plain(opens)}`)}`]),
      `${indent}${this.#paint('cyan', plain(id))}  ${name ?? ''}${this.#paint('dim', `  ${position}`)}${misplaced}`,
      ...elements.map((element) => `${indent}    ${this.#element(element)}`),
    ];
  }

  #element({ at, value, name, meaning }: ExplainedElement): string {
    const text = `${at.padEnd(5)} ${plain(value)}${meaning === undefined ? '' : ` = ${meaning}`}`;
    return name === undefined ? text : `${text}${this.#paint('dim', `  ${name}`)}`;
  }

  #findings(findings: readonly Finding[], indent: string): string[] {
    return findings.flatMap(({ severity, code, message, place, value, ak }) => {
      const { segment, position, element, component, repetition, loop, line, byteOffset } = place;
      const at = [
        `${plain(segment)}${element === undefined ? '' : String(element).padStart(2, '0')}${repetition === undefined ? '' : `#${repetition}`}${component === undefined ? '' : `-${component}`}`,
        ...(position > 0 ? [`segment ${position}`] : []),
        ...(loop === undefined ? [] : [`loop ${plain(loop)}`]),
        ...(line === undefined ? [] : [`line ${line}`]),
        ...(byteOffset === undefined ? [] : [`byte ${byteOffset}`]),
        ...(ak === undefined ? [] : [`${LEVELS[ak.level]} ${ak.code}`]),
      ];
      const sign = severity === 'error' ? this.#paint('red', 'error') : this.#paint('yellow', 'warning');
      return [
        `${indent}${sign} ${code}: ${plain(message)}`,
        `${indent}  at ${at.join(', ')}${value === undefined || value === '' ? '' : `, value "${plain(value)}"`}`,
      ];
    });
  }

  #outcome(outcome: Outcome | undefined): string[] {
    if (outcome === undefined) return [];
    if (outcome.kind === 'change') {
      const title = this.#paint('bold', `changes order ${plain(outcome.asks.change.poNumber)}`);
      return ['', `      ${title}`, ...outcome.asks.points.map((point) => `        ${plain(point)}`)];
    }
    if (outcome.kind === 'kept') {
      const about = outcome.poNumber === undefined ? '' : `, about order ${plain(outcome.poNumber)}`;
      const title = this.#paint('bold', `is kept${about}: a person is asked`);
      const points = outcome.asks?.points.map((point) => `        ${plain(point)}`) ?? [];
      return ['', `      ${title}`, ...points, ...this.#notUsed(outcome.notUsed, 'is a question to the person')];
    }
    const [title, content] = titled(outcome);
    const text = stringify(content, { lineWidth: 0 }).trimEnd().split('\n');
    const stops = outcome.kind === 'orders' || outcome.kind === 'acknowledgment';
    const effect = stops ? undefined : 'is kept with the document; nobody is asked';
    const left = outcome.kind === 'acknowledgment' ? [] : this.#notUsed(outcome.notUsed, effect);
    const rewritten = outcome.kind === 'orders' ? this.#rewritten(outcome.rewritten) : [];
    const lines = text.map((line) => `        ${plain(line)}`);
    return ['', `      ${this.#paint('bold', title)}`, ...lines, ...rewritten, ...left];
  }

  #rewritten(texts: readonly RewrittenText[] = []): string[] {
    if (texts.length === 0) return [];
    const lines = texts.map(({ given, written, character }) =>
      written === undefined
        ? `        ${plain(given)}: ${this.#paint('yellow', `cannot be written: ${plain(character ?? '')} is not in the partner’s repertoire`)}`
        : `        ${plain(written)} for ${plain(given)}`,
    );
    return ['', `      ${this.#paint('bold', 'is written in our documents as')}`, ...lines];
  }

  #notUsed(notUsed: readonly NotUsed[], effect = 'stops the first order that has it'): string[] {
    if (notUsed.length === 0) return [];
    const lines = notUsed.flatMap(({ content, name, place, text, count, reason, ignored }) => [
      `        ${plain(content)} (${plain(name)}), segment ${place.position}${count === 1 ? '' : ` and ${count - 1} more`}`,
      ...(text === '' ? [] : [`          ${plain(text)}`]),
      ...(reason === undefined ? [] : [`          ${plain(reason)}`]),
      `          ${ignored === undefined ? effect : `of no concern: ${plain(ignored)}`}`,
    ]);
    return ['', `      ${this.#paint('yellow', 'does not use')}`, ...lines];
  }

  #groupEnd({ control, transactionCount, statedTransactionCount, findings, answer }: Of<'group-end'>): string[] {
    const stated =
      statedTransactionCount === undefined || statedTransactionCount === transactionCount
        ? ''
        : ` (${statedTransactionCount} stated)`;
    const segments = answer?.segments ?? [];
    return [
      '',
      `  Group ${plain(control)}: ${count(transactionCount, 'transaction set')}${stated}`,
      ...this.#findings(findings, '  '),
      ...(answer === undefined
        ? []
        : [
            `    its ${answer.set}:`,
            ...segments.slice(0, ANSWER_LINES).map((segment) => `      ${plain(segment)}${answer.terminator}`),
            ...(segments.length > ANSWER_LINES ? [`      … ${segments.length - ANSWER_LINES} more segments`] : []),
          ]),
    ];
  }

  #interchangeAnswer(answer: { segment: string; sent: boolean } | undefined): string[] {
    if (answer === undefined) return [];
    return [
      `  its TA1${answer.sent ? '' : ' (not sent: neither requested nor agreed)'}:`,
      `      ${plain(answer.segment)}`,
    ];
  }

  #summary(summary: Of<'summary'>): string[] {
    const { valid, withoutProfile, bytes, interchanges, groups, transactions, rejected, errors, warnings } = summary;
    const hidden = transactions - this.#shown;
    const verdict = !valid
      ? this.#paint('red', 'NOT VALID')
      : withoutProfile > 0
        ? this.#paint('yellow', 'VALID BY THE STANDARD ALONE')
        : this.#paint('green', 'VALID');
    return [
      ...(hidden > 0
        ? [
            `${count(hidden, 'transaction set')} of ${transactions.toLocaleString('en-US')} not shown (--all shows them)`,
          ]
        : []),
      ...this.#withoutProfile(withoutProfile),
      `${verdict}: ${[
        count(bytes, 'byte'),
        count(interchanges, 'interchange'),
        count(groups, 'group'),
        `${count(transactions, 'transaction set')}${rejected === 0 ? '' : `, ${rejected} of them rejected`}`,
        count(errors, 'error'),
        count(warnings, 'warning'),
      ].join(', ')}`,
    ];
  }

  /** What the standard allows is not yet what is agreed, so a file without a profile must not pass for agreed. */
  #withoutProfile(interchanges: number): string[] {
    if (interchanges === 0) return [];
    const told = [...this.#strangers].slice(0, STRANGERS_TOLD);
    const more = this.#strangers.size - told.length;
    return [
      `${this.#paint('yellow', 'NO PROFILE')} for ${count(interchanges, 'interchange')}, which this system would refuse: no profile is for`,
      ...told.map((between) => `  ${between}`),
      ...(more > 0 ? [`  … ${more} more`] : []),
      'Nothing above says whether it is agreed. --partner NAME checks it against a profile.',
    ];
  }

  #paint(style: Style, text: string): string {
    return this.#options.colours ? styleText(style, text, { validateStream: false }) : text;
  }

  /** Cuts the line at the width; colour codes do not count. */
  #fitted(line: string): string {
    const { width } = this.#options;
    const bare = stripVTControlCharacters(line);
    if (width === undefined || bare.length <= width) return line.trimEnd();
    let left = width - 1;
    const cut = line
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with one.
      .split(/(\x1b\[\d+m)/)
      .map((piece) => {
        if (piece.startsWith('\x1b')) return piece;
        const kept = piece.slice(0, left);
        left -= kept.length;
        return kept;
      })
      .join('');
    return `${cut}…`;
  }
}

/** Maximum number of unknown senders that are named. */
const STRANGERS_TOLD = 5;

function betweenOf({ senderQualifier, senderId, receiverQualifier, receiverId }: InterchangeHeader): string {
  return `${plain(senderQualifier)} ${plain(senderId)} to ${plain(receiverQualifier)} ${plain(receiverId)}`;
}

const DIRECTIONS: Readonly<Record<Direction, string>> = {
  inbound: 'sent to us',
  outbound: 'sent by us',
  unknown: 'between others',
};

const LEVELS = {
  segment: 'AK304',
  element: 'AK403',
  transaction: 'AK502',
  group: 'AK905',
  interchange: 'TA105',
} as const;

/** Qualifiers of ISA05 and ISA07: the kind of id that follows. */
const QUALIFIERS: Readonly<Record<string, string>> = {
  '01': 'DUNS number',
  '02': 'carrier code (SCAC)',
  '08': 'UCC communications id',
  '09': 'X.121 address',
  '12': 'telephone number',
  '14': 'DUNS number with suffix',
  '16': 'DUNS number with four characters',
  '20': 'health industry number',
  '30': 'federal tax id',
  '33': 'NAIC company code',
  ZZ: 'mutually defined',
};

const USAGES: Readonly<Record<string, string>> = { P: 'production', T: 'test', I: 'information' };

function headerLines(header: InterchangeHeader): string[] {
  const party = (qualifier: string, id: string) => {
    const kind = lookup(QUALIFIERS, qualifier);
    return `${plain(qualifier)} ${plain(id)}${kind === undefined ? '' : `  (${kind})`}`;
  };
  const usage = lookup(USAGES, header.usage) ?? `usage ${plain(header.usage)}`;
  return [
    `  from        ${party(header.senderQualifier, header.senderId)}`,
    `  to          ${party(header.receiverQualifier, header.receiverId)}`,
    `  sent        ${dayText(header.date)} ${timeText(header.time)}, version ${plain(header.version)}, ${usage}${header.acknowledgmentRequested ? ', a TA1 is requested' : ''}`,
  ];
}

function dayText(date: string): string {
  const full = /^\d{6}$/.test(date) ? `20${date}` : date;
  return /^\d{8}$/.test(full) ? `${full.slice(0, 4)}-${full.slice(4, 6)}-${full.slice(6)}` : plain(date);
}

function timeText(time: string): string {
  return /^\d{4}/.test(time) ? `${time.slice(0, 2)}:${time.slice(2, 4)}` : plain(time);
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}

/** Control characters of the input must not steer a terminal. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '·');
}

const NAMED: Readonly<Record<string, string>> = { '\n': 'LF', '\r': 'CR', '\t': 'TAB', '\x07': 'BEL', ' ': 'blank' };

function visible(character: string): string {
  return NAMED[character] ?? (plain(character) === character ? character : `0x${hex(character)}`);
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, '0');
}

/** What a set becomes, with its content as we keep it. */
function titled(outcome: Exclude<Outcome, { kind: 'kept' | 'change' }>): [title: string, content: unknown] {
  switch (outcome.kind) {
    case 'orders': {
      const { orders } = outcome;
      return orders.length === 1 ? ['becomes the order', orders[0]] : [`becomes ${orders.length} orders`, orders];
    }
    case 'payment':
      return ['becomes the payment', outcome.payment];
    case 'return':
      return ['asks to return goods', outcome.request];
    case 'return-receipt':
      return ['tells of returned goods', outcome.notice];
    case 'advice':
      return ['says of documents of ours', outcome.advices];
    case 'acknowledgment':
      return ['acknowledges our group', outcome.acknowledgment];
  }
}
