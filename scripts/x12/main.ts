/**
 * `npm run x12 -- FILE`: explains any X12 file: its content, its errors, and how this system would process it; with --tree and
 * --write, X12 as JSON and back. Exit status 0: valid, 1: not valid, 2: file or setting unusable, 3: valid by the standard, but no
 * profile says what is agreed. See docs/x12-command.md.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { readProfiles } from '../../activities/partners/profile-files.ts';
import { explainInterchanges } from '../../mappings/edi/explain.ts';
import { ProfileError, type ProfileProblem, warningsText } from '../../mappings/profile/problem.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { ENCODINGS, type StatedEncoding } from '../../mappings/x12/encoding.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { printTree, printX12 } from './convert.ts';
import { bytesOf, drained, endWithReader, Unreadable } from './streams.ts';
import { TextExplanation } from './text.ts';

const USAGE = `npm run x12 -- FILE [options]     (FILE "-": standard input)

  --partner NAME    check against this partner's profile, regardless of the ISA
  --partners DIR    folder of profiles; default PARTNERS_DIR, else mappings/partners
  --most N          transaction sets shown in full; default 20
  --all             show all transaction sets in full
  --json            one JSON object per line, for programs

npm run x12 -- --tree FILE.edi [--names]     the file as JSON, by loops, segments and positions; with the names of the guides
               [--encoding NAME]             read as utf-8, latin-1 or windows-1252; default detect
npm run x12 -- --write FILE.json             the X12 of such JSON, on standard output

Exit status: 0 valid, 1 not valid, 2 file or setting unusable,
             3 valid by the standard alone: no profile has these sender and receiver.
`;

const partnersDir = join(import.meta.dirname, '..', '..', 'mappings', 'partners');

export interface Terminal {
  stdin: Readable;
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable;
  env: Readonly<Record<string, string | undefined>>;
}

/** @returns the exit status */
export async function explainCommand(args: readonly string[], terminal: Terminal): Promise<0 | 1 | 2 | 3> {
  const { stdin, stdout, stderr } = terminal;
  const unusable = (reason: string): 2 => {
    stderr.write(`${reason}\n`);
    return 2;
  };
  const given = settingsFrom(args);
  if (typeof given === 'string') return unusable(`${given}\n\n${USAGE}`);
  if (given === undefined) {
    stdout.write(USAGE);
    return 0;
  }
  const { file } = given;
  const chunks = bytesOf(() => (file === '-' ? stdin : createReadStream(file)));
  try {
    if (given.kind === 'tree') return await printTree(chunks, given, terminal);
    if (given.kind === 'write') return await printX12(chunks, terminal);
    return await explain(chunks, given, terminal, unusable);
  } catch (error) {
    if (error instanceof Unreadable) return unusable(`${file} cannot be read: ${error.message}`);
    throw error;
  }
}

async function explain(
  chunks: AsyncIterable<Uint8Array>,
  { partner, most, json, ...given }: Explanation,
  { stdout, stderr, env }: Terminal,
  unusable: (reason: string) => 2,
): Promise<0 | 1 | 2 | 3> {
  let profiles: Map<string, PartnerProfile>;
  let warnings: Map<string, readonly ProfileProblem[]>;
  try {
    const { read, problems } = readProfiles(given.partners ?? env.PARTNERS_DIR ?? partnersDir, withoutTransport(env));
    profiles = new Map([...read].map(([id, { profile }]) => [id, profile]));
    warnings = new Map([...read].map(([id, one]) => [id, one.warnings]));
    if (problems.length > 0) stderr.write(`${new ProfileError(problems).message}\n`);
  } catch (error) {
    if (error instanceof ProfileError) return unusable(error.message);
    throw error;
  }
  const profile = partner === undefined ? undefined : profiles.get(partner);
  if (partner !== undefined && profile === undefined) {
    return unusable(`There is no partner ${partner}; known: ${[...profiles.keys()].join(', ') || 'none'}.`);
  }

  const text = new TextExplanation({
    colours: stdout.isTTY === true && (env.NO_COLOR ?? '') === '',
    ...(stdout.isTTY === true && { width: Math.min(Math.max(stdout.columns ?? 100, 40), 200) }),
  });
  const parts = explainInterchanges(chunks, {
    profiles,
    evaluate: evaluateAll,
    most,
    ...(profile && { partner: profile }),
  });
  let status: 0 | 1 | 3 = 1;
  for await (const part of parts) {
    if (part.kind === 'summary' && part.valid) status = part.withoutProfile > 0 ? 3 : 0;
    if (part.kind === 'interchange' && part.partner !== undefined) {
      const ofPartner = warnings.get(part.partner.id) ?? [];
      if (ofPartner.length > 0) stderr.write(`${warningsText(ofPartner)}\n`);
      // Told once, however many interchanges of the partner follow.
      warnings.delete(part.partner.id);
    }
    const written = stdout.write(json ? `${JSON.stringify(part)}\n` : text.of(part));
    if (!written) await drained(stdout);
  }
  return status;
}

interface Explanation {
  kind: 'explain';
  file: string;
  partner?: string;
  partners?: string;
  most: number;
  json: boolean;
}

type Settings =
  | Explanation
  | { kind: 'tree'; file: string; names: boolean; encoding: StatedEncoding }
  | { kind: 'write'; file: string };

/** The parsed arguments; undefined for --help; a message for a usage error. */
function settingsFrom(args: readonly string[]): Settings | string | undefined {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals } = parsed;
  if (values.help === true) return undefined;
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) return 'Name exactly one file.';
  const { partner, partners, most = '20', tree = false, write = false, names = false, encoding = 'detect' } = values;
  if (names && !tree) return '--names goes with --tree.';
  if (values.encoding !== undefined && !tree)
    return '--encoding goes with --tree; a profile states it in x12.encoding.';
  if (!isEncoding(encoding)) return `--encoding is one of ${STATED_ENCODINGS.join(', ')}.`;
  if (tree || write) {
    const { tree: _, write: __, names: ___, encoding: ____, ...others } = values;
    const [other] = tree && write ? ['write'] : Object.keys(others);
    if (other !== undefined) return `--${other} does not go with --${tree ? 'tree' : 'write'}.`;
    return tree ? { kind: 'tree', file, names, encoding } : { kind: 'write', file };
  }
  if (!/^\d{1,9}$/.test(most)) return '--most must be a whole number.';
  return {
    kind: 'explain',
    file,
    most: values.all === true ? Number.POSITIVE_INFINITY : Number(most),
    json: values.json === true,
    ...(partner !== undefined && { partner }),
    ...(partners !== undefined && { partners }),
  };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      partner: { type: 'string' },
      partners: { type: 'string' },
      most: { type: 'string' },
      all: { type: 'boolean' },
      json: { type: 'boolean' },
      tree: { type: 'boolean' },
      names: { type: 'boolean' },
      encoding: { type: 'string' },
      write: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

const STATED_ENCODINGS: readonly StatedEncoding[] = ['detect', ...ENCODINGS];

function isEncoding(name: string): name is StatedEncoding {
  return (STATED_ENCODINGS as readonly string[]).includes(name);
}

/** Sets a placeholder for every unset variable, because this command never uses the transport. */
export function withoutTransport(env: Terminal['env']): Terminal['env'] {
  return new Proxy(env, { get: (known, name) => known[String(name)] ?? 'https://not-set.invalid' });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  endWithReader(process);
  process.exitCode = await explainCommand(process.argv.slice(2), process);
}
