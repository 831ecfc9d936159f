import { describe, expect, it } from 'vitest';
import { type StreamEvent, streamInterchanges } from './read.ts';
import { scanInterchanges } from './scan.ts';
import { anInterchange, anOrder, aTransaction, bytesOf, readAll } from './test-support/interchange.ts';
import type { ScannedInterchange } from './types.ts';

const sound = anInterchange([aTransaction('850', anOrder)]);

function scan(text: string): ScannedInterchange[] {
  return scanInterchanges(bytesOf(text));
}

function codes(scanned: ScannedInterchange | undefined): string[] {
  return (scanned?.errors ?? []).map((error) => error.code);
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) {
    yield bytes.subarray(from, from + size);
  }
}

async function streamed(bytes: Uint8Array, size: number): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of streamInterchanges(inChunks(bytes, size))) {
    events.push(event);
  }
  return events;
}

describe('interchanges that are sound', () => {
  it('reads header, delimiters and counts', () => {
    const [one, ...others] = scan(sound);
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      ok: true,
      errors: [],
      start: 0,
      groupCount: 1,
      transactionCount: 1,
      delimiters: { element: '*', component: '>', segment: '~' },
      header: {
        senderQualifier: 'ZZ',
        senderId: 'HARBORPINE',
        receiverId: 'MERIDIAN',
        controlNumber: '000000001',
        version: '00401',
        acknowledgmentRequested: false,
        usage: 'P',
      },
    });
  });

  it.each([
    ['a byte order mark', `\xef\xbb\xbf${sound}`],
    ['leading blanks and lines', `\r\n \t${sound}`],
    ['trailing blank lines', `${sound}\r\n\r\n`],
    ['an unterminated last IEA', sound.replace(/~\n$/, '')],
    ['empty segments', sound.replaceAll('~\n', '~~\n')],
    ['CRLF after each terminator', sound.replaceAll('~\n', '~\r\n')],
    ['line feeds as terminators', sound.replaceAll('~\n', '\n')],
    ['carriage returns as terminators', sound.replaceAll('~\n', '\r')],
    ['CRLF as terminators', sound.replaceAll('~\n', '\r\n')],
    ['a control character as terminator', sound.replaceAll('~\n', '\x1c')],
    ['other separators', sound.replaceAll('*', '^').replaceAll('>', ':')],
    ['BEL as element separator', sound.replaceAll('*', '\x07')],
    ['indented segments', sound.replaceAll('~\n', '~\n   ')],
  ])('takes %s', async (_, text) => {
    const [one, ...others] = scan(text);
    expect(others).toEqual([]);
    expect(one?.errors).toEqual([]);
    const { transactions } = await readAll(one as ScannedInterchange);
    expect(transactions[0]?.segments.map((segment) => segment.id)).toEqual(
      anOrder.map((segment) => segment.split('*')[0]),
    );
    expect(transactions[0]?.segments[3]?.elements).toEqual(['ST', 'HARBOR & PINE STORE 12', '92', '0012']);
    expect(transactions[0]?.refused).toBe(false);
  });

  it('reads the delimiters again at every interchange', async () => {
    const other = sound
      .replaceAll('*', '|')
      .replaceAll('~\n', "'")
      .replace('000000001|0', '000000002|0')
      .replace("1|000000001'", "1|000000002'");
    const found = scan(sound + other);
    expect(found.map((one) => [one.ok, one.header?.controlNumber, one.delimiters?.element])).toEqual([
      [true, '000000001', '*'],
      [true, '000000002', '|'],
    ]);
    expect(found[1]?.start).toBe(sound.length);
  });

  it('takes ISA11 as repetition separator only from version 00402 on, and only when it is not a letter', () => {
    expect(scan(sound.replace('*U*00401', '*^*00501'))[0]?.delimiters?.repetition).toBe('^');
    expect(scan(sound.replace('*U*00401', '*U*00501'))[0]?.delimiters?.repetition).toBeUndefined();
    expect(scan(sound)[0]?.delimiters?.repetition).toBeUndefined();
  });

  it('reports a TA1 that comes before the first group', () => {
    const [one] = scan(sound.replace('GS*', 'TA1*000000099*261119*1130*R*001~\nGS*'));
    expect(one?.ok).toBe(true);
    expect(one?.interchangeAcknowledgments).toEqual([
      { controlNumber: '000000099', date: '261119', time: '1130', status: 'R', note: '001' },
    ]);
  });
});

describe('faults of the interchange refuse the interchange', () => {
  it.each<[string, string, string]>([
    ['truncated before IEA', sound.slice(0, sound.indexOf('GE*')), 'interchange-truncated'],
    ['truncated in the middle of a segment', sound.slice(0, 300), 'interchange-truncated'],
    ['a header cut off', sound.slice(0, 60), 'isa-incomplete'],
    ['IEA01 wrong', sound.replace('IEA*1', 'IEA*2'), 'group-count'],
    ['IEA02 wrong', sound.replace('IEA*1*000000001', 'IEA*1*000000002'), 'interchange-control-mismatch'],
    ['an ISA element too short', sound.replace('HARBORPINE     ', 'HARBORPINE'), 'isa-element-width'],
    ['a NUL in the sender', sound.replace('HARBORPINE     ', 'HARBORPINE\0    '), 'isa-element-character'],
    ['a component separator that is a letter', sound.replace('*P*>', '*P*A'), 'delimiter-component'],
    ['HTML', '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>', 'not-x12'],
    ['JSON', '{"poNumber":"1"}', 'not-x12'],
    ['nothing', '', 'empty-input'],
    ['blanks only', ' \r\n ', 'empty-input'],
  ])('%s', (_, text, code) => {
    const [one, ...others] = scan(text);
    expect(others).toEqual([]);
    expect(one?.ok).toBe(false);
    expect(codes(one)).toContain(code);
    expect(one?.bytes.length).toBe(text.trimEnd() === '' ? text.length : (one?.end ?? 0) - (one?.start ?? 0));
  });

  it('names the element whose width is wrong and still says who sent it', () => {
    const [one] = scan(sound.replace('HARBORPINE     ', 'HARBORPINE'));
    expect(one?.errors[0]).toMatchObject({
      place: { segment: 'ISA', element: 6 },
      value: 'HARBORPINE',
      ak: { level: 'interchange', code: '006' },
    });
    expect(one?.header?.senderId).toBe('HARBORPINE');
  });

  it.each([
    [
      'two characters of UTF-8',
      Buffer.from('M\u00dcLLER & S\u00d6HNE ').toString('latin1'),
      true,
      'M\u00dcLLER & S\u00d6HNE',
    ],
    ['two characters of ISO-8859-1', 'M\u00dcLLER & S\u00d6HNE ', true, 'M\u00dcLLER & S\u00d6HNE'],
    ['a character of UTF-8 too many', Buffer.from('M\u00dcLLER          ').toString('latin1'), false, 'M\u00dcLLER'],
    ['a byte too many', 'M\u00dcLLER          ', false, 'M\u00dcLLER'],
  ])('counts the widths of an ISA with %s', async (_, sender, ok, name) => {
    const bytes = bytesOf(sound.replace('HARBORPINE     ', sender) + sound);
    const [one, two] = scanInterchanges(bytes);
    expect([one?.ok, one?.header?.senderId, two?.ok]).toEqual([ok, name, true]);
    expect(one?.delimiters).toEqual(ok ? { element: '*', component: '>', segment: '~' } : undefined);
    const { transactions } = await readAll(one as ScannedInterchange);
    expect(transactions.map(({ segments }) => segments.length)).toEqual(ok ? [anOrder.length] : []);
    for (const size of [1, 7, 106]) {
      const events = await streamed(bytes, size);
      expect(events.filter(({ kind }) => kind === 'interchange')).toHaveLength(ok ? 2 : 1);
    }
  });

  it.each([
    ['HARBORPINE', 'ISA06 must be exactly 15 characters wide, it is 10.'],
    [
      Buffer.from('M\u00dcLLER').toString('latin1'),
      'ISA06 must be exactly 15 characters wide, it is 6, counted in characters of UTF-8.',
    ],
    ['M\u00dcLLER', 'ISA06 must be exactly 15 characters wide, it is 6, counted in bytes, because it is not UTF-8.'],
  ])('says what it counted in %s', (sender, message) => {
    const [one] = scan(sound.replace('HARBORPINE     ', sender));
    expect(one?.errors.map((error) => error.message)).toEqual([message]);
  });

  it('finds the next interchange although its ISA has characters of several bytes', () => {
    const next = sound.replace('HARBORPINE     ', Buffer.from('M\u00dcLLER         ').toString('latin1'));
    expect(scan(`${sound}<<<junk>>>\n${next}`).map((one) => one.ok)).toEqual([true, false, true]);
  });

  it('continues with the next interchange after a truncated one', () => {
    const found = scan(sound.slice(0, sound.indexOf('SE*')) + sound);
    expect(found.map((one) => one.ok)).toEqual([false, true]);
    expect(found[0]?.groups[0]?.transactions[0]?.errors.map((error) => error.code)).toEqual([
      'transaction-trailer-missing',
    ]);
  });

  it('keeps junk between two interchanges as an item of its own', () => {
    const found = scan(`${sound}<<<junk>>>\n${sound}`);
    expect(found.map((one) => one.ok)).toEqual([true, false, true]);
    expect(Buffer.from(found[1]?.bytes ?? []).toString()).toBe('<<<junk>>>\n');
  });

  it('does not take ISA inside a value for a new interchange', () => {
    expect(scan(sound.replace('REF*DP*038', 'REF*DP*ISA'))[0]?.ok).toBe(true);
  });
});

describe('faults below the interchange refuse only what they concern', () => {
  const good = aTransaction('850', anOrder, '0002');

  it.each<[string, string[], string, string]>([
    ['SE01 wrong', [...aTransaction('850', anOrder).slice(0, -1), 'SE*99*0001'], 'segment-count', '4'],
    ['SE02 wrong', [...aTransaction('850', anOrder).slice(0, -1), 'SE*12*0009'], 'transaction-control-mismatch', '3'],
    ['SE missing', aTransaction('850', anOrder).slice(0, -1), 'transaction-trailer-missing', '2'],
    ['ST02 too short', aTransaction('850', anOrder, '1'), 'transaction-control-number', '7'],
  ])('%s refuses that transaction set and no other', async (_, bad, code, ak) => {
    const [one] = scan(anInterchange([bad, good]));
    expect(one?.ok).toBe(true);
    const { transactions } = await readAll(one as ScannedInterchange);
    expect(transactions.map((transaction) => transaction.refused)).toEqual([true, false]);
    expect(transactions[0]?.errors).toMatchObject([{ code, ak: { level: 'transaction', code: ak } }]);
    expect(transactions.map((transaction) => transaction.segments.length)).toEqual([anOrder.length, anOrder.length]);
  });

  it('refuses the second use of a control number', async () => {
    const [one] = scan(anInterchange([good, good]));
    expect((await readAll(one as ScannedInterchange)).transactions.map((transaction) => transaction.refused)).toEqual([
      false,
      true,
    ]);
  });

  it.each<[string, string[], string, string | undefined]>([
    ['GE01 wrong', ['GE*7*1', 'IEA*1*000000001'], 'transaction-count', '5'],
    ['GE02 wrong', ['GE*1*8', 'IEA*1*000000001'], 'group-control-mismatch', '4'],
    ['GE missing', ['IEA*1*000000001'], 'group-trailer-missing', '3'],
    [
      'a segment between transaction sets',
      ['REF*ZZ*1', 'GE*1*1', 'IEA*1*000000001'],
      'segment-outside-transaction',
      undefined,
    ],
  ])('%s refuses the group', async (_, tail, code, ak) => {
    const [one] = scan(anInterchange([good], { tail }));
    expect(one?.ok).toBe(true);
    const { groups, transactions } = await readAll(one as ScannedInterchange);
    expect(groups[0]).toMatchObject({
      refused: true,
      errors: [{ code, ...(ak === undefined ? {} : { ak: { code: ak } }) }],
    });
    expect(transactions.map((transaction) => transaction.refused)).toEqual([true]);
  });

  it('compares control numbers as numbers in GS and ISA, as text in ST', () => {
    expect(scan(sound.replace('GE*1*1', 'GE*01*0001'))[0]?.groups[0]?.errors).toEqual([]);
    expect(scan(sound.replace('SE*12*0001', 'SE*12*1'))[0]?.groups[0]?.transactions[0]?.errors).toHaveLength(1);
  });
});

describe('values that the parser alone would damage', () => {
  it.each([
    ['leading blanks', 'PID*F****  INDENTED', '  INDENTED'],
    ['components', 'PID*F****A>B', 'A>B'],
    ['accented letters', 'PID*F****CAF\xc9', 'CAF\xc9'],
    ['a value wrapped over two lines', 'PID*F****HINGE\r\n, 3 INCH', 'HINGE, 3 INCH'],
    ['trailing blanks', 'PID*F****HINGE  ', 'HINGE  '],
  ])('keeps %s', async (_, segment, value) => {
    const [one] = scan(anInterchange([aTransaction('850', [segment])]));
    const { transactions } = await readAll(one as ScannedInterchange);
    expect(transactions[0]?.segments[0]?.elements[4]).toBe(value);
  });

  it('keeps segments in step where only blanks stand between two terminators', async () => {
    const body = ['N3*A', '\0', 'N3*B', ' ', 'N3*C'];
    const [one] = scan(anInterchange([aTransaction('850', body)]).replace('SE*7', 'SE*5'));
    const { transactions } = await readAll(one as ScannedInterchange);
    expect(transactions[0]?.segments.map(({ elements }) => elements[0])).toEqual(['A', 'B', 'C']);
  });
});

describe('streams', () => {
  it.each([1, 2, 3, 7, 64, 105, 106, 107, 1000])('give the same in chunks of %i bytes', async (size) => {
    const bytes = bytesOf(`\r\n${sound}junk\n${sound.replaceAll('*', '|')}`);
    const whole = scanInterchanges(bytes);
    const events = await streamed(bytes, size);
    expect(events.filter((event) => event.kind === 'interchange-end')).toMatchObject([{ ok: true }, { ok: true }]);
    expect(events.filter((event) => event.kind === 'refused')).toMatchObject([
      { start: whole[1]?.start, end: whole[1]?.end },
    ]);
    const expected = [];
    for (const one of whole) {
      expected.push(...(await readAll(one)).transactions);
    }
    const found = events.filter((event) => event.kind === 'transaction');
    expect(found.map(({ group: _, ...rest }) => rest)).toEqual(expected.map(({ group: _, ...rest }) => rest));
  });

  it.each([1, 7, 1000])('give the content of a faulty ISA to those who ask, in chunks of %i bytes', async (size) => {
    const bytes = bytesOf(sound.replace('HARBORPINE     ', 'HARBORPINE') + sound);
    const events: StreamEvent[] = [];
    for await (const event of streamInterchanges(inChunks(bytes, size), {}, { readsRefused: true })) events.push(event);
    expect(events.map(({ kind }) => kind)).toEqual([
      ...['interchange', 'group', 'transaction', 'group-end', 'interchange-end'],
      ...['interchange', 'group', 'transaction', 'group-end', 'interchange-end'],
    ]);
    expect(events[0]).toMatchObject({ refused: true });
    expect(events[4]).toMatchObject({ ok: false, errors: [{ code: 'isa-element-width' }] });
    expect(events[9]).toMatchObject({ ok: true });
    expect((await streamed(bytes, size)).map(({ kind }) => kind)[0]).toBe('refused');
  });

  it.each([
    ['ISA16 is missing', sound.replace('HARBORPINE     ', 'HARBORPINE').replace('*P*>', '*P*')],
    ['the terminator is a letter', sound.replace('HARBORPINE     ', 'HARBORPINE').replaceAll('~', 'Q')],
    ['no group follows', sound.replace('HARBORPINE     ', 'HARBORPINE').replace('GS*', 'XX*')],
  ])('do not guess at content if %s', async (_, text) => {
    const kinds: string[] = [];
    for await (const { kind } of streamInterchanges(inChunks(bytesOf(text), 50), {}, { readsRefused: true }))
      kinds.push(kind);
    expect(kinds).toEqual(['refused']);
  });

  it('gives the verdict on a group and an interchange after their transaction sets', async () => {
    const events = await streamed(bytesOf(sound.replace('GE*1', 'GE*3').replace('IEA*1', 'IEA*4')), 50);
    expect(events.map((event) => event.kind)).toEqual([
      'interchange',
      'group',
      'transaction',
      'group-end',
      'interchange-end',
    ]);
    expect(events.at(-2)).toMatchObject({ group: { refused: true } });
    expect(events.at(-1)).toMatchObject({ ok: false });
  });
});
