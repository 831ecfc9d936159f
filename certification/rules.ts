import { checkDocument } from '../mappings/edi/checks.ts';
import { acknowledgmentSets, documentOf } from '../mappings/edi/documents/registry.ts';
import { covers } from '../mappings/edi/not-used.ts';
import { partnerGuide } from '../mappings/edi/partner-guide.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { parseTransaction, readInterchange as readOurs, scanInterchanges } from '../mappings/x12/index.ts';
import { readInterchange, type Segment, type TransactionSet, X12Refusal } from '../sandbox/x12.ts';
import { acknowledgmentOf, orderForms } from './order-forms.ts';
import type { Fault, LeftOut, RuleResult, Scenario } from './scenario.ts';
import { GROUP_ANSWER, SHIP_NOTICE } from './sets.ts';
import type { Demand } from './settings-schema.ts';
import { shipWindowFaults } from './ship-window.ts';
import type { Trade } from './trade.ts';

/** Checks that apply to every document that we send, in every scenario. */
export async function rulesOfDocuments(trade: Trade, scenario: Scenario): Promise<RuleResult[]> {
  const { unanswered = [], late: meantLate = [] } = scenario;
  const { files } = await trade.received();
  const sent = await trade.prisma.document.findMany({
    where: { partnerId: trade.profile.id, direction: 'outbound', createdAt: { gte: trade.began } },
  });
  const secondReading: Fault[] = [];
  const parties: Fault[] = [];
  const guide: Fault[] = [];
  const business: Fault[] = [];
  const demanded: Fault[] = [];
  const hierarchy: Fault[] = [];
  const echoed: Fault[] = [];
  for (const { name, text } of files) {
    for (const scanned of scanInterchanges(Buffer.from(text, 'latin1'))) {
      guide.push(...scanned.errors.map(({ message }) => ({ place: name, reason: message })));
      for await (const part of readOurs(scanned)) {
        if (part.kind !== 'transaction') continue;
        const at = (place: { segment: string; position: number; element?: number }) =>
          `${part.set} ${part.transactionControl} ${place.segment}[${place.position}]${place.element ?? ''}`;
        const narrowed = partnerGuide(trade.profile, part.set, part.version);
        if (narrowed === undefined) {
          guide.push({ place: name, reason: `there is no guide for ${part.set} ${part.version}` });
          continue;
        }
        const { tree, errors } = parseTransaction(part, narrowed);
        for (const { place, message } of [...part.errors, ...errors]) guide.push({ place: at(place), reason: message });
        for (const { place, message, severity } of checkDocument(tree, narrowed, 'outbound')) {
          if (severity !== 'error') continue;
          business.push({ place: at(place), reason: message });
        }
      }
    }
    try {
      const interchange = readInterchange(text);
      parties.push(...partyFaults(trade, text, interchange, name));
      for (const { transactions, errors, version, functionalId } of interchange.groups) {
        secondReading.push(...errors.map((code) => ({ place: `${functionalId} group`, reason: `AK905 ${code}` })));
        if (version !== trade.profile.x12.version) parties.push({ place: 'GS08', reason: `is ${version}` });
        for (const transaction of transactions) {
          const place = `${transaction.set} ${transaction.control}`;
          secondReading.push(...transaction.errors.map((code) => ({ place, reason: `AK502 ${code}` })));
          for (const demand of trade.partnership.data.demands[transaction.set] ?? []) {
            demanded.push(...demandFaults(transaction, demand));
          }
          if (transaction.set === SHIP_NOTICE)
            hierarchy.push(...hierarchyFaults(transaction, trade.profile.shipNotice.hierarchy));
          echoed.push(...echoFaults(trade, transaction));
        }
      }
    } catch (error) {
      if (!(error instanceof X12Refusal)) throw error;
      secondReading.push({ place: error.place, reason: error.message });
    }
  }
  const late = sent.flatMap(({ transactionSet, transmittedAt, deadline }): Fault[] =>
    transmittedAt !== null && deadline !== null && transmittedAt > deadline && !meantLate.includes(transactionSet)
      ? [{ place: transactionSet, reason: `sent at ${transmittedAt.toISOString()}, due ${deadline.toISOString()}` }]
      : [],
  );
  const unsent = sent.flatMap(({ transactionSet, state, transmittedAt }): Fault[] =>
    transmittedAt === null ? [{ place: transactionSet, reason: `was not sent: ${state}` }] : [],
  );
  const withoutAnswer = sent.flatMap(({ transactionSet, transactionControl, acknowledgment, state }): Fault[] => {
    const document = trade.profile.documents.outbound[transactionSet];
    if (
      document?.acknowledgment?.expected !== true ||
      unanswered.includes(transactionSet) ||
      (acknowledgment ?? '') === 'A'
    )
      return [];
    return [
      {
        place: `${transactionSet} ${transactionControl ?? ''}`,
        reason: `${acknowledgment ?? `no ${acknowledgmentOf(trade.profile)} arrived`} (${state})`,
      },
    ];
  });
  return [
    result('the partner’s reader accepts every file: envelope, counts, control numbers', secondReading),
    result('identifiers, qualifiers, versions and delimiters match the profile', parties),
    result('every document follows the partner’s guide', guide),
    result('totals, labels, article numbers and line statuses are correct', business),
    result('the levels of every 856 match shipNotice.hierarchy', hierarchy),
    result('documents repeat the PO number, the lines and our item number', echoed),
    result('every document is sent', unsent),
    result('every deadline is met', late),
    result('the partner accepts every document that it acknowledges', withoutAnswer),
    result('we acknowledge every functional group of the partner exactly once', await answersToGroups(trade)),
    result(
      'the profile decides about everything that an order says and nothing here uses',
      await undecided(trade, scenario),
    ),
    ...(trade.profile.routing.window === undefined
      ? []
      : [
          result(
            'the 855 and the release name days within routing.window (the sandbox’s warehouse ignores them and ships at once)',
            await shipWindowFaults(trade),
          ),
        ]),
    ...(Object.keys(trade.partnership.data.demands).length === 0
      ? []
      : [result('every document meets the demands in certification.yaml', demanded)]),
  ];
}

export function result(rule: string, faults: readonly Fault[]): RuleResult {
  return { rule, state: faults.length === 0 ? 'passed' : 'failed', faults };
}

function partyFaults(trade: Trade, text: string, read: ReturnType<typeof readInterchange>, name: string): Fault[] {
  const { identifiers, x12, usage } = trade.profile;
  const { ours, theirs } = identifiers;
  const is = (place: string, actual: string | undefined, expected: string): Fault[] =>
    actual === expected ? [] : [{ place: `${name} ${place}`, reason: `is ${actual}, the profile says ${expected}` }];
  const isa = text.slice(0, 105).split(text.charAt(3));
  return [
    ...is('ISA05', read.senderQualifier, ours.isaQualifier),
    ...is('ISA06', read.sender, ours.isaId),
    ...is('ISA07', read.receiverQualifier, theirs.isaQualifier),
    ...is('ISA08', read.receiver, theirs.isaId),
    ...is('ISA12', isa[12], x12.interchangeVersion),
    ...is('ISA15', isa[15], usage === 'production' ? 'P' : 'T'),
    ...delimiterFaults(text, x12).map(({ place, reason }) => ({ place: `${name} ${place}`, reason })),
    ...read.groups.flatMap((group) => [
      ...is('GS02', group.sender, ours.gsId),
      ...is('GS03', group.receiver, theirs.gsId),
    ]),
  ];
}

/** Delimiters of our interchange that differ from the agreed ones. */
export function delimiterFaults(
  text: string,
  { delimiters, interchangeVersion }: Pick<PartnerProfile['x12'], 'delimiters' | 'interchangeVersion'>,
): Fault[] {
  const { element, component, segment, repetition, lineBreaks } = delimiters;
  const is = (place: string, actual: string | undefined, agreed: string | undefined): Fault[] =>
    actual === agreed ? [] : [{ place, reason: `is ${shown(actual)}, the profile says ${shown(agreed)}` }];
  const expected = lineBreaks && segment !== '\n' ? '\n' : '';
  const wrong = text
    .split(text.charAt(105))
    .slice(1)
    .findIndex((next) => (/^[\r\n]*/.exec(next)?.[0] ?? '') !== expected);
  return [
    ...is('ISA11', text.split(text.charAt(3))[11], interchangeVersion < '00402' ? 'U' : repetition),
    ...is('ISA16', text.charAt(104), component),
    ...is('the element separator', text.charAt(3), element),
    ...is('the segment terminator', text.charAt(105), segment),
    ...(wrong < 0
      ? []
      : [
          {
            place: `the end of segment ${wrong + 1} of the file`,
            reason: lineBreaks
              ? 'the terminator is not followed by one line feed, the profile says lineBreaks: true'
              : 'the terminator is followed by a line break, the profile says lineBreaks: false',
          },
        ]),
  ];
}

/** Escapes line breaks, which a report would not show. */
function shown(delimiter: string | undefined): string {
  return delimiter === undefined ? 'nothing' : delimiter.replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

/** Compares the order in which HL03 values first occur. */
function hierarchyFaults({ segments, control }: TransactionSet, hierarchy: string): Fault[] {
  const levels = [...new Set(segments.filter(([id]) => id === 'HL').map((hl) => hl[3] ?? ''))].join('');
  const possible = [hierarchy, hierarchy.replace('T', '')];
  return possible.includes(levels)
    ? []
    : [{ place: `${SHIP_NOTICE} ${control} HL03`, reason: `levels are ${levels}, the profile says ${hierarchy}` }];
}

function echoFaults(trade: Trade, { set, control, segments }: TransactionSet): Fault[] {
  const echoes = documentOf(set)?.outbound?.echoes;
  if (echoes === undefined) return [];
  const { segment: id, element } = echoes.poNumber;
  const place = (segment: Segment, at: string) => `${set} ${control} ${segment[0]}${at}`;
  const wrongPo = segments
    .filter((segment) => segment[0] === id && !trade.poNumbers.includes(segment[element] ?? ''))
    .map((segment) => ({
      place: place(segment, `0${element}`),
      reason: `names PO ${segment[element]}, which was not ordered`,
    }));
  const skus = trade.orders.flatMap(({ lines }) => lines.map(({ goods }) => goods.sku));
  const ordered = new Set([...skus, ...trade.substitutes]);
  const { send } = trade.profile.items;
  const wrongItem = segments
    .filter((segment) => segment[0] === echoes.line && send.order.includes('seller'))
    .flatMap((segment): Fault[] => {
      const at = segment.findIndex((value, index) => index > 0 && value === send.seller);
      const sku = at < 0 ? undefined : segment[at + 1];
      if (sku !== undefined && ordered.has(sku)) return [];
      return [
        {
          place: place(segment, ''),
          reason: `has ${sku ?? 'nothing'} under ${send.seller}; the orders had ${[...ordered].join(', ')}`,
        },
      ];
    });
  return [...wrongPo, ...(trade.orders.length === 0 ? [] : wrongItem)];
}

function demandFaults({ set, control, segments }: TransactionSet, demand: Demand): Fault[] {
  const place = `${set} ${control} ${demand.segment}${demand.element ?? ''}`;
  const found = segments.filter(([id]) => id === demand.segment);
  const values = found.flatMap((segment) =>
    demand.element === undefined ? segment.slice(1) : [segment[Number(demand.element)] ?? ''],
  );
  const missing = (demand.includes ?? []).filter((value) => !values.includes(value));
  const strange = values.filter((value) => demand.codes !== undefined && !demand.codes.includes(value));
  return [
    ...(found.length === 0 && demand.required ? [`the partner requires ${demand.segment}, which is missing`] : []),
    ...(demand.count !== undefined && found.length !== demand.count
      ? [`there are ${found.length}, not ${demand.count}`]
      : []),
    ...(missing.length > 0 ? [`the partner requires ${missing.join(', ')}; found ${values.join(', ')}`] : []),
    ...(strange.length > 0 ? [`the partner accepts ${demand.codes?.join(', ')}, not ${strange.join(', ')}`] : []),
  ].map((reason) => ({ place, reason }));
}

/** Content about which every such order would ask a person. */
async function undecided(trade: Trade, { asksAbout = [] }: Scenario): Promise<Fault[]> {
  const inbound = (await trade.evidence()).filter(({ direction }) => direction === 'inbound');
  const orders = orderForms.map(({ set }) => set);
  // Such an order is rejected by agreement.
  const isRejected = (notUsed: readonly LeftOut[]) =>
    trade.profile.orders.unsupported === 'reject' && notUsed.some(({ eachTime }) => eachTime === true);
  return inbound.flatMap(({ control, notUsed }) =>
    (isRejected(notUsed) ? [] : notUsed)
      .filter(
        ({ set, content, ignored }) =>
          orders.includes(set) && ignored === undefined && !asksAbout.some((pattern) => covers(pattern, content)),
      )
      .map(({ set, content, text, reason }) => ({
        place: `${set} ${control} ${content}`,
        reason: `${reason ?? text}: give it a place with map.salesOrder, or say under ignores why it is of no concern`,
      })),
  );
}

async function answersToGroups(trade: Trade): Promise<Fault[]> {
  if (trade.profile.documents.outbound[GROUP_ANSWER]?.send !== true) return [];
  const inbound = await trade.prisma.document.findMany({
    where: {
      partnerId: trade.profile.id,
      direction: 'inbound',
      createdAt: { gte: trade.began },
      transactionSet: { notIn: [...acknowledgmentSets] },
    },
    select: { groupControl: true },
  });
  const answered = (await trade.transactions())
    .filter(({ set }) => acknowledgmentSets.includes(set))
    .map(({ segments }) => segments.find(([id]) => id === 'AK1')?.[2] ?? '');
  const groups = new Set(inbound.map(({ groupControl }) => groupControl ?? ''));
  return [...groups].flatMap((group): Fault[] => {
    const count = answered.filter((one) => one === group).length;
    return count === 1 ? [] : [{ place: `group ${group}`, reason: `has ${count} acknowledgments` }];
  });
}
