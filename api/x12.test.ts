import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, type Call, startApi } from './testing/api-under-test.ts';

/** X12 as JSON and back over HTTP. What is lost or refused is tested with the engine, mappings/x12/json. */

const MAX_BYTES = 1_000_000;
const file = readFileSync('sandbox/samples/harbor-pine-850-store.edi', 'latin1');

let api: ApiUnderTest;
let key: string;

beforeAll(async () => {
  api = await startApi();
  key = await api.key(['edi:write']);
});

afterAll(async () => {
  await api?.stop();
});

const parse = (text: string, query = '', options: Call = {}) =>
  api.call('POST', `/v1/x12/parse${query}`, { key, bytes: new Uint8Array(Buffer.from(text, 'latin1')), ...options });
const write = (body: unknown, options: Call = {}) => api.call('POST', '/v1/x12/write', { key, body, ...options });

describe('X12 over HTTP', () => {
  it('is given as JSON, and the JSON is taken back, byte for byte', async () => {
    const parsed = await parse(file);
    expect(parsed).toMatchObject({
      status: 200,
      body: {
        interchanges: [
          { ISA: { '13': '000900001' }, groups: [{ transactions: [{ tree: { BEG: { '03': 'HP-4500171' } } }] }] },
        ],
      },
    });
    const written = await write(parsed.body);
    expect(written).toMatchObject({ status: 200, text: file });
    expect(written.headers.get('content-type')).toBe('application/edi-x12');
  });

  it('has the names of the guides on request, which are ignored when it is written', async () => {
    const named = await parse(file, '?names=true');
    const [set] = named.body.interchanges[0].groups[0].transactions;
    expect(set).toMatchObject({ name: 'Purchase order', tree: { BEG: { names: { '03': expect.any(String) } } } });
    expect((await write(named.body)).text).toBe(file);
  });

  it('is decoded, and written in the encoding that the JSON states', async () => {
    const french = Buffer.from(file.replace('CLAW HAMMER', 'MARTEAU D’ÉPÉE'), 'utf8').toString('latin1');
    const parsed = await parse(french);
    expect(parsed.body.interchanges[0].encoding).toBe('utf-8');
    expect(JSON.stringify(parsed.body)).toContain('MARTEAU D’ÉPÉE');
    const [interchange] = parsed.body.interchanges;
    const writtenIn = async (encoding?: string) => {
      const { encoding: _, ...rest } = interchange;
      return write({ interchanges: [{ ...rest, ...(encoding !== undefined && { encoding }) }] });
    };
    // The answer is decoded as UTF-8, in which the letters of windows-1252 are no characters.
    expect((await writtenIn('utf-8')).text).toBe(file.replace('CLAW HAMMER', 'MARTEAU D’ÉPÉE'));
    expect((await writtenIn('windows-1252')).text).toBe(file.replace('CLAW HAMMER', 'MARTEAU D\ufffd\ufffdP\ufffdE'));
    for (const [encoding, message] of [
      ['latin-1', 'The value holds "’" (U+2019), which latin-1 does not have.'],
      [undefined, 'The value holds "’" (U+2019), which ASCII does not have; state an encoding beside the delimiters.'],
    ] as const) {
      expect(await writtenIn(encoding)).toMatchObject({
        status: 422,
        body: { code: 'x12-not-writable', errors: [{ code: 'value-not-writable', message }] },
      });
    }
    const asLatin1 = await parse(french, '?encoding=latin-1');
    expect(JSON.stringify(asLatin1.body)).toContain('MARTEAU Dâ');
    const broken = await parse(french.replace('\xc3\x89P', '\xc3P'), '?encoding=utf-8');
    expect(broken).toMatchObject({ status: 422, body: { errors: [{ code: 'encoding-invalid' }] } });
  });

  it('may have control characters as delimiters', async () => {
    const odd = file.replaceAll('~\n', '\x1c').replaceAll('*', '\x1d');
    const parsed = await parse(odd);
    expect(parsed.body.interchanges[0].delimiters).toMatchObject({ element: '\x1d', segment: '\x1c' });
    expect((await write(parsed.body)).text).toBe(odd);
  });

  it('is stored nowhere, not even in the audit', async () => {
    const headers = { 'X-Correlation-Id': 'x12-1', 'Content-Type': 'application/json' };
    const { body } = await parse(file, '', { headers });
    await write(body, { headers });
    expect(await api.prisma.auditEntry.count({ where: { correlationId: 'x12-1' } })).toBe(0);
    expect(await api.prisma.interchange.count()).toBe(0);
  });

  it('is open to those who read documents too, and to nobody else', async () => {
    const reader = await api.key(['documents:read'], 'tri-valley');
    expect((await parse(file, '', { key: reader })).status).toBe(200);
    const other = await api.key(['orders:write']);
    for (const answer of [await parse(file, '', { key: other }), await write({}, { key: other })]) {
      expect(answer).toMatchObject({ status: 403, body: { code: 'missing-scope' } });
    }
  });
});

describe('refused, with the place,', () => {
  it('is X12 with a faulty envelope', async () => {
    const answer = await parse(file.replace('SE*22*', 'SE*23*'));
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'x12-not-readable',
        errors: [
          {
            path: 'SE[22].01',
            code: 'segment-count',
            place: { interchange: 1, group: 1, transaction: 1, segment: 'SE', position: 22, element: 1 },
          },
        ],
      },
    });
    expect(await parse('PO,SKU')).toMatchObject({ status: 422, body: { errors: [{ path: 'ISA', code: 'not-x12' }] } });
  });

  it('is JSON that no X12 can say', async () => {
    const { body } = await parse(file);
    body.interchanges[0].groups[0].transactions[0].tree.BEG['03'] = 'HP*1';
    expect(await write(body)).toMatchObject({
      status: 422,
      body: { code: 'x12-not-writable', errors: [{ path: 'BEG[2].03', code: 'value-not-writable' }] },
    });
  });

  it('is JSON of another shape, by its path', async () => {
    const { body } = await parse(file);
    Object.assign(body.interchanges[0], { lineEnd: '\r', colour: 'red' });
    expect(await write(body)).toMatchObject({
      status: 422,
      body: {
        code: 'invalid-body',
        errors: [{ path: 'interchanges[0].lineEnd' }, { path: 'interchanges[0].colour', code: 'unknown-field' }],
      },
    });
  });

  it('is a body that is no JSON, of another type, or too large either way', async () => {
    const json = { 'Content-Type': 'application/json' };
    expect(await write(undefined, { bytes: '{"a":', headers: json })).toMatchObject({
      body: { code: 'malformed-json' },
    });
    expect(await write(undefined, { bytes: new Uint8Array([0x22, 0xff, 0x22]), headers: json })).toMatchObject({
      status: 400,
      body: { code: 'malformed-json' },
    });
    expect(await write(undefined, { bytes: '{}', headers: { 'Content-Type': 'text/plain' } })).toMatchObject({
      status: 415,
    });
    expect(await parse('x'.repeat(MAX_BYTES + 1))).toMatchObject({ status: 413, body: { limit: MAX_BYTES } });
    const { body } = await parse(file);
    // A few bytes of JSON can stand for many of X12.
    const [group] = body.interchanges[0].groups;
    group.transactions[0].tree.BEG['60000'] = '';
    group.transactions = Array.from({ length: 20 }, () => group.transactions[0]);
    expect(await write(body)).toMatchObject({
      status: 422,
      body: { code: 'x12-not-writable', errors: [{ path: 'BEG[2]', code: 'file-too-long' }] },
    });
  });
});
