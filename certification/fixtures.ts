import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { expectationFileOf, fixtureFilesOf } from '../activities/partners/certification.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { productionSideOf } from '../mappings/profile/sides.ts';
import { profilesOf } from './profiles.ts';
import { readdressed } from './readdress.ts';
import type { Fault, Scenario } from './scenario.ts';
import { INVOICE, ORDER_ACKNOWLEDGMENT, SHIP_NOTICE } from './sets.ts';
import { readChecked, SettingsError } from './settings.ts';
import { perform, rule } from './steps.ts';
import type { Trade } from './trade.ts';

/**
 * Real files of a partner, stored as regression cases: `PARTNERS_DIR/NAME/fixtures/TITLE.edi`, with the expected result in `TITLE.yaml`.
 * Certification submits them unchanged, control numbers included.
 */

const expectation = z.strictObject({
  title: z.string().optional(),
  /** One entry per transaction set, in order. */
  transactions: z
    .array(
      z.strictObject({
        state: z.enum(['accepted', 'duplicate', 'rejected']),
        /** A subset of each canonical order that the set becomes; other keys may have any value. */
        orders: z.array(z.record(z.string(), z.unknown())).optional(),
        /** Code and place of each error; a place is for example BEG05. */
        errors: z.array(z.strictObject({ code: z.string(), place: z.string().optional() })).optional(),
      }),
    )
    .optional(),
  /** Errors that reject the whole file. */
  refused: z.array(z.strictObject({ code: z.string(), place: z.string().optional() })).optional(),
});
export type FixtureExpectation = z.output<typeof expectation>;

/** States that an order leaves only when a person acts, if at all. */
const SETTLED: ReadonlySet<string> = new Set(['closed', 'rejected', 'cancelled', 'exception']);

/**
 * One scenario per fixture, named `fixture-TITLE`. A test side also runs the fixtures of its production side, readdressed to the test side.
 * This proves that a past production failure is fixed before the profile is promoted again.
 */
export function fixturesOf(partnersDir: string, profile: PartnerProfile): Scenario[] {
  const { own, inherited } = fixtureFilesOf(partnersDir, profile);
  const name = productionSideOf(profile);
  const [production] = name === undefined || inherited.length === 0 ? [] : profilesOf(partnersDir, [name]);
  return [
    ...own.map((file) => fixture(file, (bytes) => bytes)),
    ...inherited.map((file) =>
      fixture(file, (bytes) => (production ? readdressed(bytes, production, profile) : bytes)),
    ),
  ];
}

function fixture(file: string, addressed: (bytes: Uint8Array) => Uint8Array): Scenario {
  const beside = expectationFileOf(file);
  if (!existsSync(beside))
    throw new SettingsError(`${beside} is missing: it states the expected result of ${basename(file)}`);
  const { data } = readChecked(beside, 'an expectation', expectation, 'A fixture cannot be used:');
  const title = basename(file, '.edi');
  return {
    name: `fixture-${title}`,
    purpose: data.title ?? `A stored file of the partner: ${title}.`,
    unanswered: [ORDER_ACKNOWLEDGMENT, SHIP_NOTICE, INVOICE],
    steps: [
      perform('the partner’s file is submitted', async (trade) => {
        await trade.handIn(Buffer.from(addressed(readFileSync(file))).toString('latin1'));
      }),
      perform('the file is processed and its orders settle', async (trade) => {
        await trade.quiet();
        const orders = await trade.prisma.order.findMany({
          where: { partnerId: trade.profile.id, receivedAt: { gte: trade.began } },
        });
        trade.poNumbers.push(...orders.map(({ poNumber }) => poNumber));
        await trade.eventually('every order final or waiting for a person', async () =>
          (await trade.recorded()).every(({ status }) => SETTLED.has(status)),
        );
        await trade.quiet();
      }),
    ],
    expectations: [rule(`the result is as ${basename(beside)} states`, (trade) => faultsOf(trade, data))],
  };
}

async function faultsOf(trade: Trade, expected: FixtureExpectation): Promise<Fault[]> {
  const answer = trade.answers[0];
  if (expected.refused !== undefined) return errorFaults(answer?.body?.errors ?? [], expected.refused, 'the file');
  const rows = await trade.prisma.document.findMany({
    where: { interchangeId: answer?.body?.interchangeId ?? '' },
    orderBy: { position: 'asc' },
    include: {
      orders: { include: { order: { select: { canonical: true } } }, orderBy: { order: { partNumber: 'asc' } } },
    },
  });
  const wanted = expected.transactions ?? [];
  if (rows.length !== wanted.length) {
    return [
      {
        place: 'the file',
        reason: `${rows.length} transaction sets were read, ${wanted.length} expected: ${JSON.stringify(answer?.body)}`,
      },
    ];
  }
  return wanted.flatMap(({ state, orders, errors }, index): Fault[] => {
    const row = rows[index];
    const place = `transaction set ${index + 1}`;
    const found = row?.orders.map(({ order }) => order.canonical) ?? [];
    return [
      ...(row?.state === state
        ? []
        : [{ place, reason: `is ${row?.state}, not ${state}: ${JSON.stringify(row?.errors ?? [])}` }]),
      ...(orders === undefined || orders.length === found.length
        ? []
        : [{ place, reason: `became ${found.length} orders, not ${orders.length}` }]),
      ...(orders ?? []).flatMap((order, at) => missingIn(found[at], order, `${place} order ${at + 1}`)),
      ...(errors === undefined ? [] : errorFaults((row?.errors ?? []) as unknown as StoredError[], errors, place)),
    ];
  });
}

interface StoredError {
  code: string;
  place?: string | { segment: string; element?: number };
}

function errorFaults(
  found: readonly StoredError[],
  expected: readonly { code: string; place?: string | undefined }[],
  where: string,
): Fault[] {
  const placeOf = ({ place }: StoredError) =>
    typeof place === 'object'
      ? `${place.segment}${place.element === undefined ? '' : String(place.element).padStart(2, '0')}`
      : place;
  const reported = found.map((error) => `${error.code} at ${placeOf(error) ?? ''}`);
  return expected.flatMap(({ code, place }) =>
    found.some((error) => error.code === code && (place === undefined || placeOf(error) === place))
      ? []
      : [
          {
            place: where,
            reason: `${code}${place === undefined ? '' : ` at ${place}`} was expected; reported: ${reported.join(', ') || 'nothing'}`,
          },
        ],
  );
}

/** Expected values that the found order lacks or contradicts. */
function missingIn(found: unknown, stated: unknown, path: string): Fault[] {
  if (typeof stated === 'object' && stated !== null) {
    return Object.entries(stated).flatMap(([key, value]) =>
      missingIn((found as Record<string, unknown> | undefined)?.[key], value, `${path}.${key}`),
    );
  }
  return found === stated
    ? []
    : [{ place: path, reason: `is ${JSON.stringify(found)}, not ${JSON.stringify(stated)}` }];
}
