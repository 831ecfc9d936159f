/** Drafts a profile from samples. Every guess names what it rests on; what samples cannot say is a question. */
import { lookup } from '../../domain/lookup.ts';
import {
  acknowledgmentSets,
  inboundByDefault,
  inboundOf,
  inboundSets,
  outboundDocuments,
} from '../../mappings/edi/documents/registry.ts';
import { items as itemsSchema, parties as partiesSchema } from '../../mappings/profile/trade.ts';
import { firstReleaseSent } from '../../mappings/x12/guides/index.ts';
import { type Facts, factsOf, qualifiersOf, told } from './facts.ts';
import { invoiceGuesses, shipNoticeGuesses } from './outbound.ts';
import { type SampleInterchange, type SampleSet, type Samples, SamplesRefused } from './samples.ts';

export interface Guess {
  readonly key: readonly string[];
  /** Absent: a comment alone. */
  readonly value?: unknown;
  readonly evidence: readonly string[];
}

export interface Draft {
  readonly questions: readonly string[];
  readonly guesses: readonly Guess[];
}

export interface DraftNames {
  readonly id: string;
  readonly name?: string;
}

const MAILBOX = 'https://mailbox.invalid/not-known-yet';
/** How many samples make "in every order" worth a rule. */
const ENOUGH = 3;

export function draftOf(samples: Samples, names: DraftNames): Draft {
  const questions: string[] = [...samples.unread];
  const [inbound, outbound] = [setsOf(samples.theirs), setsOf(samples.ours)];
  const orders = inbound.filter(({ set }) => inboundOf(set)?.apply === 'takes-order');
  if (orders.length === 0) questions.push('None of the files is an order of the partner: ask for a sample 850.');
  const ship = shipNoticeGuesses(outbound, questions);
  const template = ship.cartons ? 'templates/retailer' : 'templates/distributor';
  const guesses: Guess[] = [
    {
      key: ['extends'],
      value: template,
      evidence: [
        ship.cartons
          ? 'the ship notices to the partner have labelled cartons'
          : 'no ship notice with labelled cartons is among the files',
      ],
    },
    { key: ['id'], value: names.id, evidence: [] },
    nameGuess(names, orders, samples, questions),
    { key: ['usage'], value: 'test', evidence: [usageOf(samples, questions)] },
    ...identifierGuesses(samples, questions),
    ...x12Guesses(samples, questions),
    { key: ['transport'], value: { kind: 'https', url: MAILBOX }, evidence: ['no file can say this'] },
    ...documentGuesses(samples, inbound, outbound, orders, questions),
    ...currencyGuess(orders),
    ...itemGuesses(orders, outbound, questions),
    ...partyGuesses(orders, questions),
    ...unitGuesses(orders, questions),
    ...ship.guesses,
    ...invoiceGuesses(orders, outbound, questions),
    ...remarks(orders),
    ...guideRemarks(orders),
  ];
  questions.push(
    'What is the address of their mailbox? (transport)',
    'When are they open, and which holidays do they keep? (calendar)',
    'By when do they want each document? Deadlines are those of the template. (documents.outbound)',
    'Which deviation from our price do they accept? (pricing.tolerance)',
  );
  return { questions, guesses };
}

function setsOf(interchanges: readonly SampleInterchange[]): SampleSet[] {
  return interchanges.flatMap(({ sets }) => sets);
}

function nameGuess(
  { id, name }: DraftNames,
  orders: readonly SampleSet[],
  samples: Samples,
  questions: string[],
): Guess {
  if (name !== undefined) return { key: ['name'], value: name, evidence: [] };
  for (const code of ['BY', 'BT']) {
    const found = factsOf(orders, 'N1', 2, ({ elements }) => elements[0] === code).top;
    if (found !== undefined) return { key: ['name'], value: found.value.slice(0, 60), evidence: [told(found)] };
  }
  questions.push('What is the partner called? (name)');
  const [first] = samples.interchanges;
  return { key: ['name'], value: id, evidence: [`no party is named in ${first?.file}`] };
}

function usageOf({ interchanges }: Samples, questions: string[]): string {
  const [live] = interchanges.filter(({ header }) => header.usage === 'P');
  if (live === undefined) return `ISA15 is T in ${interchanges[0]?.file}`;
  questions.push(
    `ISA15 is P in ${live.file}: this draft is of the test side, which takes only T. Ask for a test file, or preview with usage production.`,
  );
  return `ISA15 is P in ${live.file}, but a profile begins as a test side`;
}

function identifierGuesses({ theirs, ours }: Samples, questions: string[]): Guess[] {
  const [sample] = [...theirs, ...ours];
  if (sample === undefined) throw new SamplesRefused('No file was given.');
  const gs = { theirs: new Set<string>(), ours: new Set<string>() };
  for (const { direction, groups } of [...theirs, ...ours]) {
    for (const { senderId, receiverId } of groups) {
      gs[direction].add(senderId.trim());
      gs[direction === 'theirs' ? 'ours' : 'theirs'].add(receiverId.trim());
    }
  }
  const { header, direction, file } = sample;
  const sender = { isaQualifier: header.senderQualifier.trim(), isaId: header.senderId.trim() };
  const receiver = { isaQualifier: header.receiverQualifier.trim(), isaId: header.receiverId.trim() };
  const side = (name: 'theirs' | 'ours', party: typeof sender): Guess => {
    const ids = [...gs[name]];
    if (ids.length > 1) questions.push(`Which GS id is ${name}: ${ids.join(' or ')}? (identifiers.${name}.gsId)`);
    return {
      key: ['identifiers', name],
      value: { ...party, gsId: ids[0] ?? party.isaId },
      evidence: [`${file}: ISA ${party === sender ? '05 and 06' : '07 and 08'}; GS ${ids.join(', ')}`],
    };
  };
  return [
    side('ours', direction === 'theirs' ? receiver : sender),
    side('theirs', direction === 'theirs' ? sender : receiver),
  ];
}

function x12Guesses({ theirs, ours }: Samples, questions: string[]): Guess[] {
  const model = ours[0] ?? theirs[0];
  if (model === undefined) return [];
  const { header, delimiters, lineBreaks, file, groups } = model;
  const stated = groups[0]?.version ?? '004010';
  const isSent = stated >= firstReleaseSent;
  if (!isSent) questions.push(`Which release do they take from us? ${stated} is one that we only read. (x12.version)`);
  const version = isSent ? stated : firstReleaseSent;
  const accepted = [
    ...new Set(
      (theirs.length > 0 ? theirs : ours).flatMap((one) => one.groups.map((group) => group.version.slice(0, 6))),
    ),
  ];
  const said = ours.length > 0 ? 'as we send to them' : 'as they send; what they expect of us is usually the same';
  if (ours.length === 0) questions.push('Which release and delimiters do they expect of us? (x12)');
  const { element, component, segment, repetition } = delimiters;
  const repeats = header.version >= '00402' && repetition !== undefined;
  const asks = theirs.find(({ header: { acknowledgmentRequested } }) => acknowledgmentRequested);
  return [
    { key: ['x12', 'version'], value: version, evidence: [`${file}: GS08 ${stated}, ${said}`] },
    { key: ['x12', 'interchangeVersion'], value: header.version, evidence: [`${file}: ISA12 ${header.version}`] },
    {
      key: ['x12', 'acceptedVersions'],
      value: accepted.sort(),
      evidence: [`GS08 in ${(theirs.length > 0 ? theirs : ours).map((one) => one.file).join(', ')}`],
    },
    {
      key: ['x12', 'delimiters'],
      value: { element, component, segment, ...(repeats && { repetition }), lineBreaks },
      evidence: [`${file}, ${said}; ${lineBreaks ? 'a line break follows' : 'no line break follows'} each segment`],
    },
    {
      key: ['documents', 'interchangeAcknowledgment'],
      value: 'onError',
      evidence: [
        asks === undefined
          ? 'ISA14 is 0 in every file of theirs: a TA1 only for what is refused'
          : `ISA14 is 1 in ${asks.file}: with onError they get a TA1 for each such file`,
      ],
    },
  ];
}

function documentGuesses(
  { theirs, ours }: Samples,
  inbound: readonly SampleSet[],
  outbound: readonly SampleSet[],
  orders: readonly SampleSet[],
  questions: string[],
): Guess[] {
  const seen = [...new Set(inbound.map(({ set }) => set))];
  const taken = seen.filter((set) => inboundSets.includes(set));
  const others = seen.filter((set) => !inboundSets.includes(set));
  if (others.length > 0) {
    questions.push(`They send ${others.join(', ')}, which no process takes: it would be refused. (documents.inbound)`);
  }
  const [usual = '', ...rarer] = acknowledgmentSets;
  const answers = rarer.find((rare) => [...inbound, ...outbound].some(({ set }) => set === rare)) ?? usual;
  const usualOrders = inboundByDefault.filter((set) => inboundOf(set)?.apply === 'takes-order');
  const files = theirs.map(({ file }) => file).join(', ') || 'no file';
  const guesses: Guess[] = [
    {
      key: ['documents', 'inbound'],
      value: [...new Set([...taken, ...(taken.length === 0 ? usualOrders : []), answers])].sort(),
      evidence: [`${seen.join(', ') || 'nothing'} from them in ${files}; ${answers} because they acknowledge ours`],
    },
    ...(answers === usual
      ? []
      : [
          {
            key: ['documents', 'functionalAcknowledgment'],
            value: answers,
            evidence: [`a ${answers} is among the files`],
          },
        ]),
  ];
  const sent = new Set(outbound.map(({ set }) => set));
  if (ours.length === 0) {
    questions.push(
      'Which of 855, 856 and 810 do they want? None is among the files, so all are sent. (documents.outbound)',
    );
    return guesses;
  }
  for (const { set, outbound: definition } of outboundDocuments) {
    if (definition.writes === 'functional-acknowledgment') continue;
    const found = outbound.find((one) => one.set === set);
    if (found === undefined) {
      questions.push(`Do they want the ${set}? None is among the files. (documents.outbound.${set}.send)`);
      continue;
    }
    const echoed = echoesOf(set, outbound, orders);
    guesses.push({
      key: ['documents', 'outbound', set],
      value: { send: true, ...(echoed.length > 0 && { echo: echoed.map(({ value }) => value) }) },
      evidence: [`${found.file} has it`, ...echoed.map(({ value, at }) => `repeats REF ${value} of the order: ${at}`)],
    });
  }
  if (!sent.has(answers)) questions.push(`Do they want a ${answers}? None from us is among the files.`);
  return guesses;
}

/** References of the orders that a document of ours repeats; REF*DP and REF*IA it has anyway. */
function echoesOf(set: string, outbound: readonly SampleSet[], orders: readonly SampleSet[]) {
  const refs = (sets: readonly SampleSet[]) =>
    sets.flatMap((one) =>
      one.segments.flatMap(({ id, elements: [qualifier = '', value = ''] }) =>
        id === 'REF' ? [{ qualifier: qualifier.trim(), value: value.trim(), file: one.file }] : [],
      ),
    );
  const asked = refs(orders);
  const found = new Map<string, string>();
  for (const { qualifier, value, file } of refs(outbound.filter((one) => one.set === set))) {
    if (['DP', 'IA'].includes(qualifier) || found.has(qualifier)) continue;
    const match = asked.find((one) => one.qualifier === qualifier && one.value === value);
    if (match !== undefined) found.set(qualifier, `${value} in ${file} and ${match.file}`);
  }
  return [...found].map(([value, at]) => ({ value, at }));
}

function currencyGuess(orders: readonly SampleSet[]): Guess[] {
  const found = factsOf(orders, 'CUR', 2).only;
  return found === undefined ? [] : [{ key: ['currency'], value: found.value, evidence: [told(found)] }];
}

const usualItems = itemsSchema.parse({});
const KINDS = ['buyer', 'seller', 'gtin', 'manufacturer'] as const;

function itemGuesses(orders: readonly SampleSet[], outbound: readonly SampleSet[], questions: string[]): Guess[] {
  const facts = qualifiersOf(orders, 'PO1', 6);
  const guesses: Guess[] = [];
  const kindOf = (qualifier: string) => KINDS.find((kind) => usualItems[kind].includes(qualifier));
  for (const kind of KINDS) {
    const found = facts.all.filter(({ value }) => kindOf(value) === kind);
    if (found.length > 0) {
      guesses.push({ key: ['items', kind], value: found.map(({ value }) => value), evidence: found.map(told) });
    }
  }
  for (const fact of facts.all.filter(({ value }) => kindOf(value) === undefined)) {
    questions.push(`What is the number under ${told(fact)}? (items)`);
  }
  const answered = ['PO1', 'LIN', 'IT1'].map((segment) => qualifiersOf(outbound, segment, segment === 'LIN' ? 2 : 6));
  const sent = (kind: (typeof KINDS)[number], known: Facts[]) =>
    known.flatMap(({ all }) => all).find(({ value }) => kindOf(value) === kind);
  const send = (['buyer', 'seller'] as const).flatMap((kind) => {
    const found = sent(kind, answered) ?? sent(kind, [facts]);
    return found === undefined ? [] : [{ kind, found }];
  });
  if (send.length > 0) {
    guesses.push({
      key: ['items', 'send'],
      value: Object.fromEntries(send.map(({ kind, found }) => [kind, found.value])),
      evidence: send.map(({ found }) => told(found)),
    });
  }
  if (orders.length > 0 && !facts.values.some((value) => kindOf(value) === 'seller')) {
    questions.push('Their orders name none of our item numbers: a file of cross-references is needed. (items)');
  }
  return guesses;
}

const usualParties = partiesSchema.parse({});
/** Roles of parties that the order has a place for. */
const ROLES = ['shipTo', 'buyer', 'billTo', 'markFor'] as const;

function partyGuesses(orders: readonly SampleSet[], questions: string[]): Guess[] {
  const codes = factsOf(orders, 'N1', 1);
  const guesses: Guess[] = ROLES.flatMap((role) => {
    const found = codes.all.filter(({ value }) => usualParties[role].includes(value));
    return found.length === 0
      ? []
      : [{ key: ['parties', role], value: found.map(({ value }) => value), evidence: found.map(told) }];
  });
  if (orders.length > 0 && !codes.values.includes('ST')) {
    if (codes.values.includes('BY')) {
      guesses.push({ key: ['parties', 'shipToFallback'], value: 'buyer', evidence: ['no N1*ST in any order'] });
    }
    questions.push('Where do the goods go? No order names a ship-to. (parties.shipTo, parties.shipToFallback)');
  }
  const schemes = factsOf(orders, 'N1', 3);
  const known = schemes.all.flatMap((fact) => {
    const scheme = lookup(usualParties.schemes, fact.value);
    if (scheme === undefined) questions.push(`Whose code is N103 ${told(fact)}? (parties.schemes)`);
    return scheme === undefined ? [] : [{ fact, scheme }];
  });
  // Stated, it would replace the usual schemes, so that a code that only later orders have would be nobody's.
  if (known.length > 0) {
    const evidence = known.map(({ fact, scheme }) => `${scheme}: ${told(fact)}`);
    guesses.push({ key: ['parties', 'schemes'], evidence: ['as usual:', ...evidence] });
  }
  return guesses;
}

/** Units that our items are usually kept by. */
const OURS: ReadonlySet<string> = new Set(['EA', 'CA']);

function unitGuesses(orders: readonly SampleSet[], questions: string[]): Guess[] {
  const units = factsOf(orders, 'PO1', 3);
  const other = units.all.filter(({ value }) => !OURS.has(value));
  if (other.length > 0) {
    questions.push(
      `Which of our units are ${other.map(({ value }) => value).join(', ')}? (units, or cross-references)`,
    );
  }
  return units.all.length === 0 ? [] : [{ key: ['units'], evidence: units.all.map((fact) => `unit ${told(fact)}`) }];
}

/** What the orders hold beyond that, for the reader. */
function remarks(orders: readonly SampleSet[]): Guess[] {
  const kinds: [name: string, segment: string, element: number][] = [
    ['order type', 'BEG', 2],
    ['date', 'DTM', 1],
    ['reference', 'REF', 1],
    ['terms', 'ITD', 1],
    ['note', 'N9', 1],
    ['message', 'MSG', 1],
    ['carrier', 'TD5', 3],
    ['freight', 'FOB', 1],
    ['allowance or charge', 'SAC', 2],
  ];
  const evidence = kinds.flatMap(([name, segment, element]) =>
    factsOf(orders, segment, element).all.map((fact) => `${name} ${told(fact)}`),
  );
  const loops = [...new Set(orders.flatMap(({ segments }) => segments.map(({ id }) => id)))];
  return evidence.length === 0
    ? []
    : [{ key: ['map'], evidence: [`segments of the orders: ${loops.join(', ')}`, ...evidence] }];
}

/** Segments that each order has: perhaps their guide demands them. */
function guideRemarks(orders: readonly SampleSet[]): Guess[] {
  if (orders.length < ENOUGH) return [];
  const bySet = new Map<string, SampleSet[]>();
  for (const order of orders) bySet.set(order.set, [...(bySet.get(order.set) ?? []), order]);
  const standard: ReadonlySet<string> = new Set(['BEG', 'G50', 'PO1', 'G68', 'CTT', 'G76']);
  const rules = [...bySet].flatMap(([set, members]) => {
    if (members.length < ENOUGH) return [];
    const header = ({ segments }: SampleSet) =>
      new Set(
        segments
          .slice(
            0,
            segments.findIndex(({ id }) => id === 'N1' || id === 'PO1'),
          )
          .map(({ id }) => id),
      );
    const [first = new Set<string>(), ...others] = members.map(header);
    const always = [...first].filter((id) => !standard.has(id) && others.every((ids) => ids.has(id)));
    return always.map((id) => `"${set}": { segment: ${id}, required: true }   in all ${members.length} orders`);
  });
  return rules.length === 0
    ? []
    : [{ key: ['guides'], evidence: ['rules worth stating, if their guide says so:', ...rules] }];
}
