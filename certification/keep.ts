import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { salesOrderFrom850 } from '../mappings/edi/sales-order-from-850.ts';
import { partnerGuide } from '../mappings/profile/partner-guide.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { parseTransaction, readInterchange, scanInterchanges, type X12Error } from '../mappings/x12/index.ts';
import { fixturesDir } from './fixtures.ts';
import { SettingsError } from './settings.ts';

/**
 * Keeps a file of a partner as a fixture, with what the profile makes of it now; the expectation is meant to be read and cut down to what
 * matters before it is committed.
 *
 * @returns the files written
 * @throws SettingsError when the title is no name of a file, is taken, or the file cannot be read
 */
export async function keepFixture(
  partnersDir: string,
  profile: PartnerProfile,
  file: string,
  title: string,
): Promise<string[]> {
  if (!/^[a-z0-9][a-z0-9-]{0,59}$/.test(title)) {
    throw new SettingsError(`--as ${title}: a title is lower-case letters, digits and hyphens`);
  }
  if (!existsSync(file)) throw new SettingsError(`--keep ${file}: there is no such file`);
  const folder = fixturesDir(partnersDir, profile.id);
  const [kept, expectation] = [join(folder, `${title}.edi`), join(folder, `${title}.yaml`)];
  if (existsSync(kept)) throw new SettingsError(`${kept} is there already; choose another title`);
  const bytes = readFileSync(file);
  const outcome = await outcomeOf(profile, bytes);
  mkdirSync(folder, { recursive: true });
  writeFileSync(kept, bytes);
  writeFileSync(expectation, stringify(outcome));
  return [kept, expectation];
}

async function outcomeOf(profile: PartnerProfile, bytes: Uint8Array) {
  const scanned = scanInterchanges(bytes);
  const refused = scanned.flatMap(({ errors }) => errors.map(stated));
  if (refused.length > 0) return { refused };
  const transactions: unknown[] = [];
  for (const interchange of scanned) {
    for await (const part of readInterchange(interchange)) {
      if (part.kind !== 'transaction') continue;
      const guide = partnerGuide(profile, part.set, part.version);
      const { tree, errors } = guide === undefined ? { tree: {}, errors: [] } : parseTransaction(part, guide);
      const faults = [...part.errors, ...errors];
      if (faults.length > 0 || part.set !== '850') {
        transactions.push(
          faults.length > 0 ? { state: 'rejected', errors: faults.map(stated) } : { state: 'accepted' },
        );
        continue;
      }
      const mapped = await salesOrderFrom850(tree, profile, { receivedAt: new Date().toISOString() });
      if ('errors' in mapped) {
        transactions.push({ state: 'rejected', errors: mapped.errors.map(stated) });
        continue;
      }
      const { poNumber, lines } = mapped.order;
      const kept = lines.map(({ lineId, item, quantity }) => ({ lineId, item, quantity }));
      transactions.push({ state: 'accepted', order: { poNumber, lines: kept } });
    }
  }
  return { transactions };
}

function stated({ code, place: { segment, element } }: X12Error) {
  return { code, place: `${segment}${element === undefined ? '' : String(element).padStart(2, '0')}` };
}
