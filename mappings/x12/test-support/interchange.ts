/** Builders for the tests of the engine. */
import { guideFor } from '../guides/index.ts';
import { parseTransaction } from '../parse.ts';
import { readInterchange } from '../read.ts';
import { scanInterchanges } from '../scan.ts';
import type { Delimiters, Guide, ParsedTransaction, ReadGroup, ReadTransaction, ScannedInterchange } from '../types.ts';
import type { OutgoingInterchange } from '../write-interchange.ts';

export const usual: Delimiters = { element: '*', component: '>', segment: '~' };

/** Delimiters with a repetition separator, for interchange versions from 00402 on. */
export const usual5010: Delimiters = { ...usual, repetition: '^' };

export function guide(set: string, version = '004010'): Guide {
  const found = guideFor(set, version);
  if (found === undefined) {
    throw new Error(`no guide for ${set} in ${version}`);
  }
  return found;
}

/**
 * Wraps the transaction sets (segments from ST to SE) in one group and interchange, terminated with
 * `~` and a line feed.
 */
export function anInterchange(
  transactions: readonly (readonly string[])[],
  options: { functionalId?: string; tail?: string[] } = {},
): string {
  const segments = [
    'ISA*00*          *00*          *ZZ*HARBORPINE     *ZZ*MERIDIAN       *261120*1200*U*00401*000000001*0*P*>',
    `GS*${options.functionalId ?? 'PO'}*HARBORPINE*MERIDIAN*20261120*1200*1*X*004010`,
    ...transactions.flat(),
    ...(options.tail ?? [`GE*${transactions.length}*1`, 'IEA*1*000000001']),
  ];
  return `${segments.join('~\n')}~\n`;
}

export function aTransaction(set: string, body: readonly string[], control = '0001'): string[] {
  return [`ST*${set}*${control}`, ...body, `SE*${body.length + 2}*${control}`];
}

export const anOrder = [
  'BEG*00*SA*PO-1001**20261120',
  'REF*DP*038',
  'DTM*010*20261201',
  'N1*ST*HARBOR & PINE STORE 12*92*0012',
  'N3*100 MAIN STREET',
  'N4*RENO*NV*89501*US',
  'PO1*1*12*EA*9.25**SK*MW-1001*UP*012345678905',
  'PID*F****HINGE, 3 INCH',
  'PO1*2*4*CA*18.5**SK*MW-1002',
  'CTT*2',
];

/** What {@link anOrder} says, by the guide of the 850. */
export const treeOfAnOrder = {
  BEG: { '01': '00', '02': 'SA', '03': 'PO-1001', '05': '20261120' },
  REF: [{ '01': 'DP', '02': '038' }],
  DTM: [{ '01': '010', '02': '20261201' }],
  N1: [
    {
      N1: { '01': 'ST', '02': 'HARBOR & PINE STORE 12', '03': '92', '04': '0012' },
      N3: [{ '01': '100 MAIN STREET' }],
      N4: [{ '01': 'RENO', '02': 'NV', '03': '89501', '04': 'US' }],
    },
  ],
  PO1: [
    {
      PO1: {
        '01': '1',
        '02': '12',
        '03': 'EA',
        '04': '9.25',
        '06': 'SK',
        '07': 'MW-1001',
        '08': 'UP',
        '09': '012345678905',
      },
      PID: [{ PID: { '01': 'F', '05': 'HINGE, 3 INCH' } }],
    },
    { PO1: { '01': '2', '02': '4', '03': 'CA', '04': '18.5', '06': 'SK', '07': 'MW-1002' } },
  ],
  CTT: [{ CTT: { '01': '2' } }],
} as const;

/** One transaction set in an interchange that is to be written. */
export function outgoing(
  segments: readonly string[],
  set: string,
  functionalId: string,
  delimiters: Delimiters = usual,
  version = '004010',
): OutgoingInterchange {
  return {
    header: {
      senderQualifier: 'ZZ',
      senderId: 'MERIDIAN',
      receiverQualifier: 'ZZ',
      receiverId: 'HARBORPINE',
      controlNumber: '42',
      version: version.slice(0, 5),
    },
    delimiters,
    groups: [
      {
        functionalId,
        senderId: 'MERIDIAN',
        receiverId: 'HARBORPINE',
        control: '7',
        version,
        transactions: [{ set, control: '0001', segments }],
      },
    ],
    date: new Date('2026-11-20T23:45:00Z'),
  };
}

export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

export async function readAll(
  scanned: ScannedInterchange,
): Promise<{ groups: ReadGroup[]; transactions: ReadTransaction[] }> {
  const groups: ReadGroup[] = [];
  const transactions: ReadTransaction[] = [];
  for await (const item of readInterchange(scanned)) {
    if (item.kind === 'group') {
      groups.push(item);
    } else {
      transactions.push(item);
    }
  }
  return { groups, transactions };
}

/**
 * Reads an interchange with one transaction set and parses it along the given guide, by default the
 * 4010 one.
 */
export async function parseOne(text: string, along?: Guide): Promise<ParsedTransaction & { read: ReadTransaction }> {
  const [scanned] = scanInterchanges(bytesOf(text));
  const [read] = scanned === undefined ? [] : (await readAll(scanned)).transactions;
  if (read === undefined) {
    throw new Error(`no transaction set read: ${JSON.stringify(scanned?.errors)}`);
  }
  return { ...parseTransaction(read, along ?? guide(read.set)), read };
}

export function parseBody(
  set: string,
  body: readonly string[],
  along?: Guide,
): Promise<ParsedTransaction & { read: ReadTransaction }> {
  return parseOne(anInterchange([aTransaction(set, body)]), along);
}
