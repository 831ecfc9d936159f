/**
 * `npm run preview -- NAME FILE.edi`: what a partner's file becomes by its profile, up to invoice and label. Nothing runs and
 * nothing is stored. See docs/preview.md.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { erpConnectors } from '../../activities/erp/connector.ts';
import { CrossReferenceFileError } from '../../activities/partners/cross-reference-csv.ts';
import { readProfiles } from '../../activities/partners/profile-files.ts';
import { preview } from '../../activities/preview/preview.ts';
import type { Preview } from '../../activities/preview/result.ts';
import { wmsConnectors } from '../../activities/wms/connector.ts';
import { SettingsError } from '../../certification/settings.ts';
import { didYouMean } from '../../domain/nearest.ts';
import { instant } from '../../mappings/canonical/v1/common.ts';
import { ProfileError, warningsText } from '../../mappings/profile/problem.ts';
import { ConfigError } from '../../runtime/config.ts';
import { loadSystems, type Systems } from '../../runtime/systems.ts';
import { type Terminal, withoutTransport } from '../x12/main.ts';
import { bytesOf, endWithReader, Unreadable } from '../x12/streams.ts';
import { fixtureMasterData } from './fixture-data.ts';
import { previewText } from './text.ts';

const USAGE = `npm run preview -- NAME FILE [options]     (FILE "-": standard input)

  --partners DIR    folder of profiles; default PARTNERS_DIR, else mappings/partners
  --received TIME   as if received then, ISO 8601 with zone; default now
  --label           the label as ZPL too
  --json            one JSON object, for programs

Exit status: 0 nothing is wrong, 1 not valid, or an exception would open, 2 file or setting unusable,
             3 nothing is wrong, but no master data were there to check the order by.
`;

const root = join(import.meta.dirname, '..', '..');

/** @returns the exit status */
export async function previewCommand(args: readonly string[], terminal: Terminal): Promise<0 | 1 | 2 | 3> {
  const { stdin, stdout, stderr, env } = terminal;
  const unusable = (reason: string): 2 => {
    stderr.write(`${reason}\n`);
    return 2;
  };
  let given: ReturnType<typeof parse>;
  try {
    given = parse(args);
  } catch (error) {
    return unusable(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
  const { values, positionals } = given;
  if (values.help === true) {
    stdout.write(USAGE);
    return 0;
  }
  const [name, file, ...more] = positionals;
  if (name === undefined || file === undefined || more.length > 0) {
    return unusable(`Name one partner and one file.\n\n${USAGE}`);
  }
  const receivedAt = receivedOf(values.received);
  if (receivedAt === undefined) {
    return unusable(`--received must be a time with zone, such as 2026-11-20T09:15:00Z, not ${values.received}.`);
  }
  const partnersDir = values.partners ?? env.PARTNERS_DIR ?? join(root, 'mappings', 'partners');
  try {
    const { read, problems } = readProfiles(partnersDir, withoutTransport(env));
    const found = read.get(name);
    if (found === undefined) {
      const own = problems.filter(({ partnerId }) => partnerId === name);
      if (own.length > 0) return unusable(new ProfileError(own).message);
      return unusable(
        `There is no partner ${name}${didYouMean(name, [...read.keys()])}; known: ${[...read.keys()].join(', ') || 'none'}.`,
      );
    }
    const { profile, warnings } = found;
    if (warnings.length > 0) stderr.write(`${warningsText(warnings)}\n`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytesOf(() => (file === '-' ? stdin : createReadStream(file)))) chunks.push(chunk);
    const masterData = await fixtureMasterData(partnersDir, profile);
    const result = await preview({
      profile,
      bytes: Buffer.concat(chunks),
      receivedAt,
      profiles: new Map([...read].map(([id, one]) => [id, one.profile])),
      systems: await systemsOf(env),
      unlooked: `${name} has no certification.yaml, and this command asks no running system`,
      ...(masterData && { masterData }),
    });
    const colours = stdout.isTTY === true && (env.NO_COLOR ?? '') === '';
    const label = values.label === true;
    stdout.write(values.json === true ? `${JSON.stringify(result)}\n` : previewText(result, { colours, label }));
    return statusOf(result);
  } catch (error) {
    const known = [ProfileError, SettingsError, ConfigError, CrossReferenceFileError, Unreadable];
    if (error instanceof Unreadable) return unusable(`${file} cannot be read: ${error.message}`);
    if (error instanceof Error && known.some((kind) => error instanceof kind)) return unusable(error.message);
    throw error;
  }
}

function receivedOf(stated: string | undefined): Date | undefined {
  if (stated === undefined) return new Date();
  const { data } = instant.safeParse(stated);
  return data === undefined ? undefined : new Date(data);
}

function statusOf({ clean, masterData }: Preview): 0 | 1 | 3 {
  if (!clean) return 1;
  return masterData.looked ? 0 : 3;
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      partners: { type: 'string' },
      json: { type: 'boolean' },
      received: { type: 'string' },
      label: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

/** The systems of the installation. None of them is called, so their addresses and secrets may be unset. */
async function systemsOf(env: Terminal['env']): Promise<Systems> {
  const file = env.SYSTEMS_FILE ?? join(root, 'mappings', 'systems.yaml');
  const kinds = { erp: await erpConnectors(), wms: await wmsConnectors() };
  return loadSystems(file, kinds, withoutTransport(env));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  endWithReader(process);
  process.exitCode = await previewCommand(process.argv.slice(2), process);
}
