import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import winston from 'winston';
import { add } from '../../domain/decimal.ts';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import { readInterchange } from '../../mappings/x12/read.ts';
import { scanInterchanges } from '../../mappings/x12/scan.ts';
import {
  canonicalOrder,
  each,
  interchangeOf,
  type Partner,
  purchaseOrder,
} from '../../test/integration/purchase-orders.ts';
import { assembleInterchange } from '../edi/assemble-interchange.ts';
import { acceptOrder } from '../intake/accept-order.ts';
import { acceptInterchanges } from '../intake/receive-interchange.ts';
import { type RecordsUnderTest, recordsUnderTest, underWay } from '../orders/testing/records-under-test.ts';
import { FollowedProfiles } from './partner-profiles.ts';

const env = { PARTNERS_URL: 'http://partners.test', SANDBOX_TOKEN: 'x' };

let directory: string;
let given: RecordsUnderTest;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'partners-'));
  cpSync('mappings/partners', directory, { recursive: true });
  given = await recordsUnderTest(directory);
});

afterEach(async () => {
  await given.remove();
  rmSync(directory, { recursive: true });
});

/** Changes the partner's file, and lets the running system find it. */
function edit(partnerId: Partner, change: (text: string) => string): void {
  const file = join(directory, `${partnerId}.yaml`);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  given.profiles.look();
  given.profiles.look();
}

/** An order for claw hammers at a cent above our price, which the partner's template tolerates; its id. */
async function orderAboveOurPrice(partnerId: Partner, poNumber: string): Promise<string> {
  const order = salesOrder.parse(canonicalOrder(purchaseOrder(partnerId, poNumber, [each('MW-1001', 10)])));
  const lines = order.lines.map((line) => ({ ...line, unitPrice: add(line.unitPrice ?? '0', '0.01') }));
  const source = { kind: 'api' as const };
  const { orderId } = await acceptOrder(given, { order: { ...order, lines }, correlationId: poNumber, source });
  return orderId;
}

/** The levels of the ship notice of an order that is reserved and shipped now. */
async function levelsOfShipNotice(orderId: string): Promise<string[]> {
  const plan = await given.records.reserveStock({ orderId, round: 1 });
  const [fulfillment] = plan.fulfillments;
  if (fulfillment === undefined) throw new Error('nothing was reserved');
  const eventId = await given.shipped(fulfillment.releaseNumber, 'S1', [{ lineNumber: 1, quantity: '10' }]);
  const shipment = { orderId, fulfillmentId: fulfillment.id, system: 'main', eventId, progress: underWay };
  await given.activity(() => given.records.recordShipment(shipment));
  const notice = await given.prisma.document.findFirstOrThrow({ where: { orderId, transactionSet: '856' } });
  return notice.body.split('~').flatMap((segment) => (segment.startsWith('HL*') ? (segment.split('*')[3] ?? []) : []));
}

const withoutTolerance = (text: string) => `${text}pricing: { tolerance: { percent: "0", absolute: "0" } }\n`;
const withPlainShipNotice = (text: string) =>
  text.replace('shipNotice:\n', 'shipNotice:\n  hierarchy: SOI\n').replace('/harbor-pine/inbox', '/moved/inbox');

describe('an order under way when the profile of its partner changes', () => {
  it('is judged by the tolerance that it came under, and the next order by the new one', async () => {
    const before = await orderAboveOurPrice('harbor-pine', 'HP-1');
    edit('harbor-pine', withoutTolerance);
    const after = await orderAboveOurPrice('harbor-pine', 'HP-2');
    expect(await given.records.prepareOrder({ orderId: before, waived: [] })).toMatchObject({ ready: true });
    expect(await given.records.prepareOrder({ orderId: after, waived: [] })).toMatchObject({
      ready: false,
      problem: { type: 'price-outside-tolerance' },
    });
  });

  it('gets the ship notice that it came under, and the next order the new one', async () => {
    await given.stock('RNO', 'MW-1001', 1000);
    const before = await given.checked('harbor-pine', [each('MW-1001', 10)]);
    edit('harbor-pine', withPlainShipNotice);
    const after = await given.checked('harbor-pine', [each('MW-1001', 10)]);
    expect(await levelsOfShipNotice(before)).toEqual(['S', 'O', 'P', 'I']);
    expect(await levelsOfShipNotice(after)).toEqual(['S', 'O', 'I']);
  });

  it('keeps its version in a process that began after the change, on the line of today', async () => {
    const orderId = await orderAboveOurPrice('harbor-pine', 'HP-3');
    const order = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    edit('harbor-pine', withPlainShipNotice);
    const { prisma, log } = given;
    const restarted = await FollowedProfiles.open({ directory, prisma, log, env });
    const profile = await restarted.forOrder(order);
    restarted.stop();
    expect(profile?.version).toBe(order.profileVersion);
    expect(profile?.version).not.toBe(restarted.get('harbor-pine')?.version);
    expect(profile?.shipNotice.hierarchy).toBe('SOTPI');
    expect(profile?.transport.url).toBe('http://partners.test/moved/inbox');
  });

  it('is stopped by a guide rule, and a retry goes by the corrected one', async () => {
    await given.stock('RNO', 'MW-1001', 1000);
    edit('tri-valley', (text) => `${text}guides: { "855": [{ segment: BAK, element: "02", codes: [RJ] }] }\n`);
    const orderId = await given.checked('tri-valley', [each('MW-1001', 10)]);
    await given.records.reserveStock({ orderId, round: 1 });
    await expect(given.acknowledged(orderId)).rejects.toMatchObject({
      type: 'document-not-valid',
      message: expect.stringContaining('BAK'),
    });
    edit('tri-valley', (text) => text.replace('codes: [RJ]', 'codes: [RJ, AC, AD]'));
    await given.acknowledged(orderId);
    expect(await given.prisma.document.count({ where: { orderId, transactionSet: '855' } })).toBe(1);
  });

  it('waits for a person when the schema of today does not take its version any more', async () => {
    const order = { partnerId: 'harbor-pine', profileVersion: 'long-ago' };
    await given.prisma.profileVersion.create({
      data: { partnerId: 'harbor-pine', version: 'long-ago', content: { id: 'harbor-pine', oldKey: 1 }, files: [] },
    });
    await expect(given.profiles.forOrder(order)).rejects.toMatchObject({
      type: 'profile-version-unreadable',
      nonRetryable: true,
    });
  });

  it('has nobody to go to when the partner is removed', async () => {
    const orderId = await orderAboveOurPrice('harbor-pine', 'HP-4');
    rmSync(join(directory, 'harbor-pine.yaml'));
    given.profiles.look();
    given.profiles.look();
    expect(await given.records.prepareOrder({ orderId, waived: [] })).toMatchObject({
      ready: false,
      problem: { summary: 'partner harbor-pine has no profile any more' },
    });
  });

  it('goes by the current profile when it is older than the keeping of versions', async () => {
    const current = given.profiles.get('tri-valley');
    expect(await given.profiles.forOrder({ partnerId: 'tri-valley', profileVersion: 'never-kept' })).toBe(current);
  });
});

it('a document queued before the syntax changed leaves as it was written, the next one as is agreed now', async () => {
  const acknowledge = async () => {
    const orderId = await given.checked('tri-valley', [each('MW-1001', 1)]);
    await given.acknowledged(orderId);
  };
  await acknowledge();
  edit(
    'tri-valley',
    (text) =>
      `${text}x12: { version: "005010", interchangeVersion: "00501", delimiters: { element: "|", repetition: "^" } }\n`,
  );
  await acknowledge();
  const files: string[] = [];
  const deps = { ...given, transportFor: () => ({ deliver: () => Promise.reject(new Error('not asked for')) }) };
  for (;;) {
    const assembled = await assembleInterchange(deps, { partnerId: 'tri-valley' });
    if (assembled === undefined) break;
    const where = { id: assembled.interchangeId };
    const { bytes } = await given.prisma.interchange.update({ where, data: { state: 'delivered' } });
    for (const scanned of scanInterchanges(bytes)) {
      for await (const part of readInterchange(scanned)) {
        if (part.kind === 'transaction') files.push(`${part.version} ${part.delimiters.element} ${part.errors.length}`);
      }
    }
  }
  expect(files).toEqual(['004010 * 0', '005010 | 0']);
});

it('a version is stored once, by the first order under it, with neither addresses nor secrets of this environment', async () => {
  await orderAboveOurPrice('harbor-pine', 'HP-1');
  await orderAboveOurPrice('harbor-pine', 'HP-2');
  const versions = await given.prisma.profileVersion.findMany({ where: { firstUsedAt: { not: null } } });
  expect(versions).toMatchObject([
    {
      partnerId: 'harbor-pine',
      version: given.profiles.get('harbor-pine')?.version,
      files: ['harbor-pine.yaml', join('templates', 'retailer.yaml')],
    },
  ]);
  expect(JSON.stringify(versions)).toContain('$'.concat('{PARTNERS_URL}/harbor-pine/inbox'));
});

it('a broken edit is logged with its place while orders are taken by the last good profile', async () => {
  const lines: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const log = winston.createLogger({ transports: [new winston.transports.Stream({ stream })] });
  const profiles = await FollowedProfiles.open({ directory, prisma: given.prisma, log, env });
  const good = profiles.get('harbor-pine');
  edit('harbor-pine', (text) => `${text}prioritty: 1\n`);
  for (let look = 0; look < 4; look += 1) profiles.look();
  profiles.stop();
  const line = readFileSync(join(directory, 'harbor-pine.yaml'), 'utf8').trimEnd().split('\n').length;
  expect(profiles.get('harbor-pine')).toBe(good);
  expect(profiles.problems).toHaveLength(1);
  const errors = lines.filter((text) => text.includes('"level":"error"'));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain(`${join(directory, 'harbor-pine.yaml')}:${line}:1 prioritty is not a key of a profile`);
});

describe('a restart with a broken file', () => {
  const sharpen = (priority: number) => (text: string) =>
    `${text.replace(/^priority: .*\n/m, '')}priority: ${priority}\n`;
  const brokenEdit = (text: string) => `${text}prioritty: 1\n`;
  const inForce = async (partnerId: Partner) => {
    const version = given.profiles.get(partnerId)?.version ?? '';
    const latest = { where: { partnerId }, orderBy: { inForceAt: 'desc' as const } };
    await vi.waitFor(async () => {
      expect((await given.prisma.profileVersion.findFirstOrThrow(latest)).version).toBe(version);
    }, 10_000);
    return version;
  };
  const restarted = async (variables: Record<string, string> = env) => {
    const { prisma, log } = given;
    const profiles = await FollowedProfiles.open({ directory, prisma, log, env: variables });
    profiles.stop();
    return profiles;
  };

  it('leaves its partner on the version that was in force last, whether or not an order has come under it', async () => {
    await orderAboveOurPrice('harbor-pine', 'HP-1');
    const first = await inForce('harbor-pine');
    edit('harbor-pine', sharpen(1));
    const second = await inForce('harbor-pine');
    edit('harbor-pine', brokenEdit);
    const profiles = await restarted();
    expect(profiles.get('harbor-pine')).toEqual(given.profiles.get('harbor-pine'));
    expect([profiles.get('harbor-pine')?.version, profiles.get('harbor-pine')?.priority]).toEqual([second, 1]);
    expect([...profiles.values()].map(({ id }) => id)).toEqual(['cobalt-ridge', 'harbor-pine', 'tri-valley']);
    expect(profiles.problems).toEqual(given.profiles.problems);
    expect(profiles.problemsOf('harbor-pine')).toMatchObject([{ code: 'profile-key-unknown', key: 'prioritty' }]);

    // Taken back: what is in force is the older of the two stored versions.
    edit('harbor-pine', (text) => text.replace('priority: 1\n', '').replace('prioritty: 1\n', ''));
    expect(await inForce('harbor-pine')).toBe(first);
    edit('harbor-pine', brokenEdit);
    expect((await restarted()).get('harbor-pine')?.version).toBe(first);
  });

  it('takes orders under that version, which it keeps for them', async () => {
    const version = await inForce('cobalt-ridge');
    edit('cobalt-ridge', brokenEdit);
    const profiles = await restarted();
    const order = salesOrder.parse(canonicalOrder(purchaseOrder('cobalt-ridge', 'CR-1', [each('MW-1001', 10)])));
    await acceptOrder({ ...given, profiles }, { order, correlationId: 'c', source: { kind: 'api' } });
    const where = { partnerId: 'cobalt-ridge', firstUsedAt: { not: null } };
    expect(await given.prisma.profileVersion.findMany({ where })).toMatchObject([{ version }]);
  });

  it('leaves a partner without a profile if none was ever good: its files are kept, and all else goes on', async () => {
    const text = 'extends: templates/retailer\nid: newcomer\nname: Newcomer\n';
    writeFileSync(join(directory, 'newcomer.yaml'), text);
    const profiles = await restarted();
    expect(profiles.get('newcomer')).toBeUndefined();
    expect(profiles.problemsOf('newcomer').map(({ key }) => key)).toEqual([
      'identifiers',
      'transport',
      'shipNotice.sscc',
    ]);
    const sent = (name: string) =>
      interchangeOf([purchaseOrder('harbor-pine', 'HP-9', [each('MW-1001', 10)])], 7).replaceAll(
        'HARBORPINE     ',
        name.padEnd(15),
      );
    const take = async (name: string) => {
      const bytes = Buffer.from(sent(name), 'latin1');
      const [receipt] = await acceptInterchanges(
        { ...given, profiles },
        { bytes, transport: 'test', correlationId: 'c' },
      );
      return receipt;
    };
    const refused = await take('NEWCOMER');
    expect(refused).toMatchObject({ state: 'rejected', errors: [{ code: 'unknown-partner' }] });
    const kept = await given.prisma.interchange.findUniqueOrThrow({ where: { id: refused?.interchangeId ?? '' } });
    expect(Buffer.from(kept.bytes).toString('latin1')).toBe(sent('NEWCOMER').trimEnd());
    expect(await take('HARBORPINE')).toMatchObject({ state: 'received', partnerId: 'harbor-pine' });
  });

  it('tells of each partner what is wrong with a template, also of one that never had a good profile', async () => {
    writeFileSync(join(directory, 'templates', 'new.yaml'), 'prioritty: 1\n');
    edit('harbor-pine', (text) => text.replace('templates/retailer', 'templates/new'));
    const text = 'extends: templates/new\nid: newcomer\nname: Newcomer\n';
    writeFileSync(join(directory, 'newcomer.yaml'), text);
    const profiles = await restarted();
    for (const partnerId of ['harbor-pine', 'newcomer']) {
      const problem = { file: join(directory, 'templates', 'new.yaml'), key: 'prioritty' };
      expect(profiles.problemsOf(partnerId)).toContainEqual(expect.objectContaining(problem));
    }
    expect(profiles.problemsOf('tri-valley')).toEqual([]);
  });

  it('says why the stored version cannot be used either', async () => {
    await inForce('tri-valley');
    edit('tri-valley', brokenEdit);
    const profiles = await restarted({ SANDBOX_TOKEN: 'x' });
    expect(profiles.get('tri-valley')).toBeUndefined();
    const reason = expect.stringMatching(
      /^of the last good version [0-9a-f]{16}, as it was stored, needs .* PARTNERS_URL/,
    );
    expect(profiles.problemsOf('tri-valley')).toContainEqual(expect.objectContaining({ reason }));
  });

  it('waits for the database, because without its last good profile a partner would be a stranger', async () => {
    const version = await inForce('tri-valley');
    edit('tri-valley', brokenEdit);
    let attempts = 0;
    const away = Object.create(given.prisma, {
      $queryRaw: {
        value: (...args: Parameters<typeof given.prisma.$queryRaw>) => {
          attempts += 1;
          return attempts === 1 ? Promise.reject(new Error('no connection')) : given.prisma.$queryRaw(...args);
        },
      },
    }) as typeof given.prisma;
    const profiles = await FollowedProfiles.open({ directory, prisma: away, log: given.log, env });
    profiles.stop();
    expect(profiles.get('tri-valley')?.version).toBe(version);
  });
});
