import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import { canonicalOrder, each, type OrderedLine, purchaseOrder } from '../../test/integration/purchase-orders.ts';
import { acceptOrder } from '../intake/accept-order.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { CrossReferenceFileError, crossReferencesOfCsv } from './cross-reference-csv.ts';
import { type CrossReferenceSource, loadCrossReferences } from './cross-references.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

const PARTNER = 'tri-valley';

const csvOf = (content: string | Uint8Array) => crossReferencesOfCsv([Buffer.from(content)]);

function load(csv: string | Uint8Array, source: CrossReferenceSource = 'api', partnerId = PARTNER) {
  const profile = given.profiles.get(partnerId);
  if (profile === undefined) throw new Error(`no profile of ${partnerId}`);
  return loadCrossReferences(given, { profile, rows: csvOf(csv), source });
}

const stored = async (partnerId = PARTNER) =>
  (await given.prisma.crossReference.findMany({ where: { partnerId }, orderBy: { external: 'asc' } })).map(
    ({ kind, external, internal, sku, quantity }) =>
      [kind, external, internal, sku, quantity?.toFixed()].join(' ').trim(),
  );

async function shipToNumber(partnerId = PARTNER): Promise<string> {
  const shipTo = await given.prisma.shipTo.findFirstOrThrow({
    where: { customer: { partnerId } },
    orderBy: { shipToNumber: 'desc' },
  });
  return shipTo.shipToNumber;
}

describe('loading cross-references', () => {
  it('takes every good row and refuses each bad one with its line, column and reason', async () => {
    const report = await load(
      [
        'kind,external,internal,sku,quantity',
        'item,TV-77,MW-1001,,',
        'item,TV-78,MW-9999,,',
        'item,TV-77,MW-1002,,',
        'store,12,ST-1,,',
        'pack,CS,EA,MW-1003,12',
        'pack,CS,EA,MW-1003,24',
        'pack,BX,EA,MW-1003,0',
        'pack,BX,ZZ,MW-1003,6',
        'unit,CT,CA,,',
        'unit,BAG,EA,,',
        'unit,XX,QQ,,',
        'ship-to,0042,NOWHERE,,',
        `ship-to,0043,${await shipToNumber()},,`,
        'item,,MW-1001,,',
        'item,TV-80,MW-1001,MW-1001,',
        'item,TV-81',
        'pack,CS,EA,,12',
      ].join('\n'),
    );
    expect(report.refused.map(({ line, column, code }) => [line, column, code])).toEqual([
      [3, 'internal', 'unknown-item'],
      [4, 'external', 'duplicate-row'],
      [5, 'kind', 'unknown-kind'],
      [7, 'external', 'duplicate-row'],
      [8, 'quantity', 'bad-quantity'],
      [9, 'internal', 'bad-unit'],
      [11, 'external', 'bad-unit'],
      [12, 'internal', 'bad-unit'],
      [13, 'internal', 'unknown-ship-to'],
      [15, 'external', 'missing-value'],
      [16, 'sku', 'needless-value'],
      [17, null, 'misshapen-row'],
      [18, 'sku', 'missing-value'],
    ]);
    expect(report.refused[1]?.reason).toBe('repeats item TV-77 of line 2');
    expect(report).toMatchObject({ loaded: 4, unchanged: 0, removed: 0 });
    expect(await stored()).toEqual([
      `ship-to 0043 ${await shipToNumber()}`,
      'pack CS EA MW-1003 12',
      'unit CT CA',
      'item TV-77 MW-1001',
    ]);
  });

  it('again changes nothing, and a row that says something else is loaded', async () => {
    const rows = 'kind,external,internal\nitem,TV-77,MW-1001\nunit,CT,CA\n';
    expect(await load(rows)).toMatchObject({ loaded: 0, unchanged: 2 });
    expect(await load(rows.replace('MW-1001', 'MW-1004'))).toMatchObject({ loaded: 1, unchanged: 1 });
    expect(await stored()).toContain('item TV-77 MW-1004');
  });

  it('of many thousand rows takes one load', async () => {
    const rows = Array.from(
      { length: 12_000 },
      (_, index) => `item,N-${index},MW-10${String((index % 12) + 1).padStart(2, '0')}`,
    );
    expect(await load(['kind,external,internal', ...rows].join('\n'), 'api', 'cobalt-ridge')).toMatchObject({
      loaded: 12_000,
      refused: [],
    });
    expect(await given.prisma.crossReference.count({ where: { partnerId: 'cobalt-ridge' } })).toBe(12_000);
  });

  it('refuses another partner’s ship-to', async () => {
    const number = await shipToNumber('harbor-pine');
    const report = await load(`kind,external,internal\nship-to,9,${number}\n`);
    expect(report.refused).toMatchObject([{ line: 2, code: 'unknown-ship-to' }]);
  });
});

describe('a file of cross-references', () => {
  const HEADER = 'kind,external,internal\n';

  it('owns its rows: what it states no more is removed, and the API cannot change what it states', async () => {
    await load(`${HEADER}item,F-1,MW-1001\nitem,F-2,MW-1002\n`, 'file', 'harbor-pine');
    await load(`${HEADER}item,A-1,MW-1001\n`, 'api', 'harbor-pine');
    expect(await load(`${HEADER}item,F-2,MW-1003\nitem,F-1,MW-1001\n`, 'api', 'harbor-pine')).toMatchObject({
      loaded: 0,
      unchanged: 1,
      refused: [{ line: 2, code: 'stated-by-file' }],
    });
    expect(await load(`${HEADER}item,F-2,MW-1003\n`, 'file', 'harbor-pine')).toMatchObject({ loaded: 1, removed: 1 });
    expect(await stored('harbor-pine')).toEqual(['item A-1 MW-1001', 'item F-2 MW-1003']);
  });

  it('keeps the good row that an edit of it has spoilt', async () => {
    await load(`${HEADER}item,F-2,MW-9999\n`, 'file', 'harbor-pine');
    expect(await stored('harbor-pine')).toContain('item F-2 MW-1003');
  });

  it.each([
    ['kind,external\n', 'missing-column', 1],
    ['kind,external,internal,colour\n', 'unknown-column', 1],
    [`${HEADER}item,"A" 1,MW-1001\n`, 'not-csv', 2],
    ['', 'missing-column', 1],
    [`${HEADER}item,A,MW-1001\nitem,"B,MW-1001\n`, 'not-csv', 3],
    [`${HEADER}item,A,MW-1001\n"${'x'.repeat(3_000_000)}`, 'not-csv', 3],
    ['k\0nd,external,internal\n', 'unknown-column', 1],
    [Buffer.from(`${HEADER}item,A,MW-1001\nitem,\u00e9\u00e9,MW-1001\n`, 'latin1'), 'not-utf8', 3],
    [Buffer.from(`\ufeff${HEADER}item,A,MW-1001\n`, 'utf16le'), 'not-utf8', 1],
    [
      Buffer.concat([Buffer.from(HEADER), Buffer.alloc(200_000, 'item,A,MW-1001\n'), Buffer.of(0xe9)]),
      'not-utf8',
      13_335,
    ],
  ])('that is not one is refused as a whole: %#', async (content, code, line) => {
    const before = await stored('harbor-pine');
    const refusal = await load(content, 'file', 'harbor-pine').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(CrossReferenceFileError);
    expect(refusal).toMatchObject({ code, line });
    expect(String(refusal)).not.toContain('\0');
    expect(await stored('harbor-pine')).toEqual(before);
  });

  it('may come from a spreadsheet: byte order mark, quotes, CRLF, blanks and empty lines', async () => {
    const { value } = await csvOf('\ufeffKind, External ,internal\r\n\r\nitem,"A,1", MW-1001 \r\n').next();
    expect(value).toEqual([{ line: 3, values: { kind: 'item', external: 'A,1', internal: 'MW-1001' } }]);
  });

  it('of more rows than are taken is refused, and what it stated stays', async () => {
    const before = await stored('harbor-pine');
    const rows = crossReferencesOfCsv([Buffer.from(`${HEADER}${'item,X,MW-1001\n'.repeat(2_501)}`)], {
      mostRows: 2_500,
    });
    const profile = { id: 'harbor-pine', usage: 'test' } as const;
    await expect(loadCrossReferences(given, { profile, rows, source: 'file' })).rejects.toMatchObject({
      code: 'too-many-rows',
      line: 2_502,
    });
    expect(await stored('harbor-pine')).toEqual(before);
  });

  it('is one state to whoever reads: not a row of it is seen, nor one of the earlier missed, before all are there', async () => {
    await load(`${HEADER}item,OLD,MW-1001\n`, 'file', 'cobalt-ridge');
    const names = async () =>
      (await given.prisma.crossReference.findMany({ where: { partnerId: 'cobalt-ridge', source: 'file' } })).map(
        ({ external }) => external,
      );
    const seen: string[][] = [];
    async function* rows() {
      for await (const piece of csvOf(`${HEADER}item,NEW,MW-1001\n`)) {
        yield piece;
        seen.push(await names());
      }
    }
    const profile = { id: 'cobalt-ridge', usage: 'test' } as const;
    const report = await loadCrossReferences(given, { profile, rows: rows(), source: 'file' });
    expect(report).toMatchObject({ loaded: 1, removed: 1 });
    expect(seen).toEqual([['OLD']]);
    expect(await names()).toEqual(['NEW']);
  });

  it('lets other work go on and needs no memory for its rows', async () => {
    const count = 150_000;
    function* file(): Generator<Uint8Array> {
      yield Buffer.from(HEADER);
      for (let row = 0; row < count; row += 1_000) {
        yield Buffer.from(Array.from({ length: 1_000 }, (_, next) => `item,N-${row + next},MW-1001\n`).join(''));
      }
    }
    let turns = 0;
    let underWay = true;
    const other = () => {
      turns += 1;
      if (underWay) setImmediate(other);
    };
    other();
    let held = 0;
    async function* rows() {
      for await (const piece of crossReferencesOfCsv(file())) {
        held = Math.max(held, piece.length);
        yield piece;
      }
    }
    const profile = { id: 'cobalt-ridge', usage: 'test' } as const;
    const report = await loadCrossReferences(given, { profile, rows: rows(), source: 'file' });
    underWay = false;
    expect(report).toMatchObject({ loaded: count, removed: 1, refusedCount: 0 });
    expect(held).toBeLessThanOrEqual(2_000);
    expect(turns).toBeGreaterThan(count / held);
  }, 60_000);
});

describe('a row', () => {
  it.each(['A\0B', 'A\u0007B', 'A\u0085B', 'A\ud800B'])('with %j in a value is refused, alone', async (external) => {
    const rows = [
      [
        { line: 1, values: { kind: 'item', external, internal: 'MW-1001' } },
        { line: 2, values: { kind: external, external: 'C', internal: 'MW-1001' } },
        { line: 3, values: {}, misshapen: `has an unknown member ${external}` },
        { line: 4, values: { kind: 'item', external: 'GOOD', internal: 'MW-1001' } },
      ],
    ];
    const profile = { id: 'harbor-pine', usage: 'test' } as const;
    const report = await loadCrossReferences(given, { profile, rows, source: 'api' });
    expect(report.refused.map(({ line, column, code }) => [line, column, code])).toEqual([
      [1, 'external', 'bad-value'],
      [2, 'kind', 'bad-value'],
      [3, null, 'misshapen-row'],
    ]);
    expect(await stored('harbor-pine')).toContain('item GOOD MW-1001');
    expect(await stored('harbor-pine')).not.toContainEqual(expect.stringContaining('A'.concat(external.slice(1, 2))));
  });

  it('is one of the first refused, or only counted', async () => {
    const rows = [Array.from({ length: 30 }, (_, index) => ({ line: index + 1, values: { kind: 'none' } }))];
    const profile = { id: 'harbor-pine', usage: 'test' } as const;
    const report = await loadCrossReferences(given, { profile, rows, source: 'api', refusedShown: 3 });
    expect(report.refusedCount).toBe(30);
    expect(report.refused.map(({ line }) => line)).toEqual([1, 2, 3]);
  });
});

describe('an order that names things in the partner’s own terms', () => {
  async function prepared(
    poNumber: string,
    lines: readonly OrderedLine[],
    change: (order: ReturnType<typeof parsed>) => void,
  ) {
    const order = parsed(poNumber, lines);
    change(order);
    const { orderId } = await acceptOrder(given, { order, correlationId: poNumber, source: { kind: 'api' } });
    const answer = await given.records.prepareOrder({ orderId, waived: ['price-outside-tolerance'] });
    const line = await given.prisma.orderLine.findFirst({ where: { orderId } });
    const row = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    return { answer, line, row };
  }
  const parsed = (poNumber: string, lines: readonly OrderedLine[]) =>
    salesOrder.parse(canonicalOrder(purchaseOrder(PARTNER, poNumber, lines)));

  it('gets the item, the ship-to and the units that its cross-references say', async () => {
    const number = await shipToNumber();
    await load('kind,external,internal\nitem,OUR-HAMMER,MW-1001\n');
    await load(`kind,external,internal,sku,quantity\npack,CA,EA,MW-1001,7\nship-to,STORE 9,${number},,\n`);
    const { answer, line, row } = await prepared('TV-X1', [each('MW-1001', 2)], (order) => {
      order.lines = order.lines.map((one) => ({
        ...one,
        item: { customerSku: 'OUR-HAMMER' },
        quantity: { ...one.quantity, unit: 'CA' },
      }));
      order.shipTo = { identifiers: [{ scheme: 'store', value: 'STORE 9' }] };
    });
    expect(answer).toMatchObject({ ready: true });
    expect(line).toMatchObject({ sku: 'MW-1001', orderedUnit: 'CA' });
    expect(line?.unitFactor.toFixed()).toBe('7');
    expect(line?.ordered.toFixed()).toBe('14');
    expect(row.shipToNumber).toBe(number);
    const each1 = await given.prisma.contractPrice.findFirstOrThrow({
      where: { customerNumber: row.customerNumber ?? '', sku: 'MW-1001', unit: 'EA' },
    });
    expect(line?.contractPrice.toFixed()).toBe(each1.unitPrice.times(7).toFixed());
  });

  it('goes by its cross-reference of a unit before its profile, which says that CT is CA', async () => {
    await load('kind,external,internal\nunit,CT,EA\n');
    const { line } = await prepared('TV-X2', [each('MW-1002', 5)], (order) => {
      order.lines = order.lines.map((one) => ({ ...one, quantity: { ...one.quantity, unit: 'CT' } }));
    });
    expect(line?.unitFactor.toFixed()).toBe('1');
  });
});
