import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { expectationFileOf, fixturesDirOf } from '../activities/partners/certification.ts';
import type { SalesOrder } from '../mappings/canonical/v1/index.ts';
import { explainInterchanges } from '../mappings/edi/explain.ts';
import type { Finding } from '../mappings/edi/explaining/parts.ts';
import { findPartnerByIsa } from '../mappings/edi/interchange-parties.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { productionSideOf } from '../mappings/profile/sides.ts';
import type { InterchangeHeader } from '../mappings/x12/index.ts';
import { evaluateAll } from '../runtime/expressions.ts';
import type { FixtureExpectation } from './fixtures.ts';
import { SettingsError } from './settings.ts';

/**
 * Stores a file of a partner as a fixture, with the result under the current profile as its expectation. Review the expectation and reduce
 * it to the essential before you commit it.
 *
 * @returns the files written
 * @throws SettingsError if the title is invalid or exists, or if the file is unreadable, from another sender, or of a size that the API
 *   rejects
 */
export async function keepFixture(
  partnersDir: string,
  profile: PartnerProfile,
  file: string,
  title: string,
  mostBytes: number,
): Promise<string[]> {
  if (!/^[a-z0-9][a-z0-9-]{0,59}$/.test(title)) {
    throw new SettingsError(`--as ${title}: a title is lower-case letters, digits and hyphens`);
  }
  const bytes = contentOf(file, mostBytes);
  const folder = fixturesDirOf(partnersDir, profile.id);
  const kept = join(folder, `${title}.edi`);
  const expectation = expectationFileOf(kept);
  if (existsSync(kept)) throw new SettingsError(`${kept} exists already; choose another title`);
  const outcome = await outcomeOf(profile, bytes, file);
  mkdirSync(folder, { recursive: true });
  writeFileSync(kept, bytes);
  writeFileSync(expectation, stringify(outcome));
  return [kept, expectation];
}

function contentOf(file: string, mostBytes: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new SettingsError(`--keep ${file}: cannot be read: ${(error as Error).message}`);
  }
  if (bytes.length === 0) throw new SettingsError(`--keep ${file}: is empty: the API rejects it before parsing`);
  if (bytes.length > mostBytes) {
    const most = `the API accepts at most ${mostBytes} (MAX_INTERCHANGE_BYTES)`;
    throw new SettingsError(`--keep ${file}: has ${bytes.length} bytes; ${most}`);
  }
  return bytes;
}

type KeptTransaction = NonNullable<FixtureExpectation['transactions']>[number];

async function outcomeOf(profile: PartnerProfile, bytes: Uint8Array, file: string): Promise<FixtureExpectation> {
  const refused: Finding[] = [];
  const transactions: KeptTransaction[] = [];
  let group: KeptTransaction[] = [];
  const options = {
    profiles: new Map<string, PartnerProfile>(),
    evaluate: evaluateAll,
    partner: profile,
    most: Number.POSITIVE_INFINITY,
  };
  for await (const part of explainInterchanges(once(bytes), options)) {
    switch (part.kind) {
      case 'interchange':
        checkSender(profile, part.header, file);
        break;
      case 'transaction':
        group.push(keptTransaction(part.findings, part.outcome?.kind === 'orders' ? part.outcome.orders : undefined));
        break;
      case 'group-end':
        // A fault of the group rejects each of its transaction sets.
        transactions.push(...(part.findings.length > 0 ? group.map(() => keptTransaction(part.findings)) : group));
        group = [];
        break;
      case 'interchange-end':
      case 'refused':
        refused.push(...part.findings);
        break;
      default:
      // The parts above already carry every finding.
    }
  }
  return refused.length > 0 ? { refused: refused.map(stated) } : { transactions };
}

/** A file of another sender, or of the partner's production side, would fail when replayed. */
function checkSender(profile: PartnerProfile, header: InterchangeHeader, file: string): void {
  if (findPartnerByIsa(new Map([[profile.id, profile]]), header) === undefined) {
    const { senderQualifier, senderId, receiverQualifier, receiverId } = header;
    const between = `${senderQualifier}/${senderId} to ${receiverQualifier}/${receiverId}`;
    throw new SettingsError(`--keep ${file}: is from ${between}, not from ${profile.id} to us`);
  }
  const production = productionSideOf(profile);
  if (production !== undefined && header.usage === 'P') {
    throw new SettingsError(
      `--keep ${file}: is a production file (ISA15 P); store it for ${production}, and ${profile.id} also runs it`,
    );
  }
}

function keptTransaction(findings: readonly Finding[], orders?: readonly SalesOrder[]): KeptTransaction {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return { state: 'rejected', errors: errors.map(stated) };
  if (orders === undefined) return { state: 'accepted' };
  return {
    state: 'accepted',
    orders: orders.map(({ poNumber, part, lines }) => ({
      poNumber,
      ...(part !== '' && { part }),
      lines: lines.map(({ lineId, item, quantity }) => ({ lineId, item, quantity })),
    })),
  };
}

function stated({ code, place: { segment, element } }: Finding): { code: string; place: string } {
  return { code, place: `${segment}${element === undefined ? '' : String(element).padStart(2, '0')}` };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
