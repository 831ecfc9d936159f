import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, normalize, relative, sep } from 'node:path';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type PartnerProfile, partnerProfile } from './profile.ts';

/**
 * Reads partner profiles from a folder of YAML files.
 *
 * How a profile comes together, in this order:
 * 1. `extends: templates/retailer` names a file of the same folder, which may extend another.
 * 2. Mappings merge key by key, at every depth. Anything else (a value, a list) replaces what the template says.
 * 3. `null` takes a key of the template away, so that the default of the schema holds.
 * 4. The version is taken from the merged content, so that it is the same in every environment.
 * 5. `${NAME}` under `transport` stands for an environment variable.
 * 6. The schema checks the result; every problem is reported with file, line, column and key.
 */

type Environment = Readonly<Record<string, string | undefined>>;
type Path = readonly PropertyKey[];

const TOKEN_ENV: Path = ['transport', 'tokenEnv'];
const THEIRS: Path = ['identifiers', 'theirs'];

export interface ProfileProblem {
  /** Stable, kebab-case. */
  readonly code:
    | 'profile-unreadable'
    | 'profile-not-utf8'
    | 'profile-syntax'
    | 'profile-template-missing'
    | 'profile-template-cycle'
    | 'profile-variable-missing'
    | 'profile-key-unknown'
    | 'profile-value-invalid'
    | 'profile-name-differs'
    | 'profile-identifiers-shared';
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** Dotted path of the key, empty for the whole file. */
  readonly key: string;
  readonly reason: string;
  /** Of `profile-variable-missing`: the environment variable. */
  readonly variable?: string;
}

/** Everything that is wrong with the profiles, at once. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
  readonly code = 'invalid-partner-profile';
  readonly problems: readonly ProfileProblem[];

  constructor(problems: readonly ProfileProblem[]) {
    const lines = problems.map(
      ({ file, line, column, key, reason }) =>
        `  ${file}:${line}:${column}: ${key === '' ? 'the file' : key} ${reason}`,
    );
    super(
      `The partner profiles have ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${lines.join('\n')}`,
    );
    this.problems = problems;
  }
}

/** The profiles of today, by id. */
export type CurrentProfiles = Pick<ReadonlyMap<string, PartnerProfile>, 'get' | 'values'>;

/** A profile with what it was made of. */
export interface ReadProfile {
  readonly profile: PartnerProfile;
  /** Templates merged, variables not filled in: what the version names. */
  readonly content: Readonly<Record<string, unknown>>;
  /** Its files: the partner’s own first, then its templates. */
  readonly files: readonly string[];
}

/**
 * Every profile of a folder, by id. Templates live in its subfolders and are not partners themselves.
 *
 * @throws ProfileError with the problems of all files.
 */
export function loadProfiles(directory: string, env: Environment = process.env): Map<string, PartnerProfile> {
  const { read, problems } = readProfiles(directory, env);
  if (problems.length > 0) throw new ProfileError(problems);
  return new Map([...read].map(([id, { profile }]) => [id, profile]));
}

/**
 * The same for a folder in which some files are wrong: what could be read, and everything that is wrong with the rest.
 *
 * @throws ProfileError only when the folder itself cannot be read.
 */
export function readProfiles(
  directory: string,
  env: Environment = process.env,
): { read: Map<string, ReadProfile>; problems: ProfileProblem[] } {
  const problems: ProfileProblem[] = [];
  const read = new Map<string, ReadProfile>();
  for (const name of profileNames(directory)) {
    try {
      const one = readProfile(directory, name, env);
      read.set(one.profile.id, one);
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      problems.push(...error.problems);
    }
  }
  problems.push(
    ...sharedIdentifiers(
      directory,
      [...read.values()].map(({ profile }) => profile),
    ),
  );
  return { read, problems };
}

/**
 * Names of the partners’ files, without `.yaml`.
 *
 * @throws ProfileError when the folder cannot be read.
 */
export function profileNames(directory: string): string[] {
  try {
    // Whatever has the name: a folder in the place of a file is a fault to be told, not a partner that is gone.
    return readdirSync(directory)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => basename(name, '.yaml'))
      .sort();
  } catch (error) {
    throw new ProfileError([unreadable(directory, error)]);
  }
}

/**
 * One profile: `name` is its file without `.yaml`.
 *
 * @throws ProfileError with all problems of the file and its templates.
 */
export function loadProfile(directory: string, name: string, env: Environment = process.env): PartnerProfile {
  return readProfile(directory, name, env).profile;
}

/** {@link loadProfile} with what the profile was made of. */
export function readProfile(directory: string, name: string, env: Environment = process.env): ReadProfile {
  const layers = readLayers(directory, name);
  const content = mergeLayers(layers);
  return { profile: resolve(content, layers, env, name), content, files: layers.map(({ file }) => file) };
}

/** What a profile says before variables are filled in and the schema is asked. */
export interface ProfileContent {
  readonly content: Readonly<Record<string, unknown>>;
  /** Of its templates alone. */
  readonly inherited: Readonly<Record<string, unknown>>;
  readonly version: string;
  /** The partner’s own file as it is written, comments included. */
  readonly document: Document.Parsed;
}

/**
 * The content of a profile without a look at the environment, for tools that work on files.
 *
 * @throws ProfileError when the files cannot be read or are not YAML.
 */
export function readContent(directory: string, name: string): ProfileContent {
  const layers = readLayers(directory, name);
  const [own] = layers;
  if (own === undefined) throw new TypeError('a profile has at least one file');
  const content = mergeLayers(layers);
  return { content, inherited: mergeLayers(layers.slice(1)), version: versionOf(content), document: own.document };
}

/** A file over what its templates say. */
export function mergeContent(
  inherited: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return merge(inherited, withoutExtends(own));
}

function mergeLayers(layers: readonly Layer[]): Record<string, unknown> {
  return layers.reduceRight<Record<string, unknown>>((merged, { content }) => mergeContent(merged, content), {});
}

/**
 * A profile from the content of an earlier version, as the schema of today understands it. What belongs to the line between the two
 * companies rather than to one order is that of `current`: how interchanges are addressed, written and carried. So an order that began
 * last month still reaches the mailbox of today, in the syntax that the partner reads today.
 *
 * @throws ProfileError when the schema of today does not take the content any more.
 */
export function earlierProfile(content: unknown, version: string, current: PartnerProfile): PartnerProfile {
  const parsed = partnerProfile.safeParse({ ...(content as object), transport: current.transport });
  if (parsed.success) return withLineOf({ ...parsed.data, version }, current);
  throw new ProfileError(
    parsed.error.issues.map(({ path, message }) => ({
      code: 'profile-value-invalid',
      file: `${current.id} version ${version}`,
      line: 1,
      column: 1,
      key: keyOf(path),
      reason: lowerFirst(message),
    })),
  );
}

/** An earlier profile with identifiers, syntax and transport of the current one. */
export function withLineOf(earlier: PartnerProfile, current: PartnerProfile): PartnerProfile {
  const { identifiers, x12, transport } = current;
  return { ...earlier, identifiers, x12, transport };
}

/** The partner and we, as an interchange or a group names us; blanks at the end do not count. */
export interface InterchangeParties {
  readonly senderQualifier: string;
  readonly senderId: string;
  readonly receiverQualifier: string;
  readonly receiverId: string;
  /** ISA15: tells the test side of a partner from its production side where both use the same ids. */
  readonly usage?: string;
}

/**
 * The partner that sent an interchange to us, or undefined for a stranger. Where no side of the partner has the usage that the
 * interchange states, it is the one that has the ids, so that the fault is known to be the usage.
 */
export function findPartnerByIsa(profiles: CurrentProfiles, parties: InterchangeParties): PartnerProfile | undefined {
  const named: PartnerProfile[] = [];
  for (const profile of profiles.values()) {
    const { theirs, ours } = profile.identifiers;
    if (
      theirs.isaQualifier === parties.senderQualifier.trimEnd() &&
      theirs.isaId === parties.senderId.trimEnd() &&
      ours.isaQualifier === parties.receiverQualifier.trimEnd() &&
      ours.isaId === parties.receiverId.trimEnd()
    ) {
      named.push(profile);
    }
  }
  return named.find(({ usage }) => usageIndicatorOf(usage) === parties.usage) ?? named[0];
}

/** ISA15. */
export function usageIndicatorOf(usage: PartnerProfile['usage']): 'P' | 'T' {
  return usage === 'production' ? 'P' : 'T';
}

interface Layer {
  readonly file: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly content: Record<string, unknown>;
}

/** The file and its templates, the file itself first. */
function readLayers(directory: string, name: string): Layer[] {
  const layers: Layer[] = [];
  let next: string | undefined = name;
  while (next !== undefined) {
    const layer = readLayer(directory, next, layers);
    if (layers.some(({ file }) => file === layer.file)) {
      const last = layers.at(-1) ?? layer;
      throw new ProfileError([problemAt(last, ['extends'], 'profile-template-cycle', `leads back to ${layer.file}`)]);
    }
    layers.push(layer);
    const template = layer.content.extends;
    if (template !== undefined && typeof template !== 'string') {
      throw new ProfileError([
        problemAt(layer, ['extends'], 'profile-value-invalid', 'must name a template, such as templates/retailer'),
      ]);
    }
    next = template;
  }
  return layers;
}

function readLayer(directory: string, name: string, above: readonly Layer[]): Layer {
  const file = `${join(directory, normalize(name))}.yaml`;
  const referrer = above.at(-1);
  const outside = relative(directory, file).split(sep)[0] === '..';
  if (referrer !== undefined && (outside || !existsSync(file))) {
    throw new ProfileError([
      problemAt(
        referrer,
        ['extends'],
        'profile-template-missing',
        outside ? `must stay inside ${directory}` : `names ${file}, which does not exist`,
      ),
    ]);
  }
  const text = textOf(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ProfileError(
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { code: 'profile-syntax', file, line, column: col, key: '', reason: `is not YAML: ${error.message}` };
      }),
    );
  }
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    // Such as aliases that would unfold into millions of values.
    throw new ProfileError([unreadable(file, error)]);
  }
  if (!isPlainObject(content)) {
    throw new ProfileError([
      { code: 'profile-syntax', file, line: 1, column: 1, key: '', reason: 'must hold keys and values' },
    ]);
  }
  const layer = { file, document, lines, content };
  const prototypes = prototypesIn(content, []);
  if (prototypes.length > 0) {
    throw new ProfileError(
      prototypes.map((path) => problemAt(layer, path, 'profile-key-unknown', 'is not a key of a profile')),
    );
  }
  return layer;
}

/** @throws ProfileError when there is no file, or it is in another encoding, whose letters would be lost without a word. */
function textOf(file: string): string {
  let bytes: Buffer;
  try {
    const found = statSync(file);
    // To read a pipe waits for ever where nobody writes into it.
    if (!found.isFile()) throw new Error(found.isDirectory() ? 'is a folder, not a file' : 'is not a file');
    bytes = readFileSync(file);
  } catch (error) {
    throw new ProfileError([unreadable(file, error)]);
  }
  const text = bytes.toString('utf8');
  if (isUtf8(bytes)) return text;
  const before = text.slice(0, text.indexOf('\ufffd'));
  const lines = before.split('\n');
  const byte = bytes[Buffer.byteLength(before)]?.toString(16).toUpperCase();
  throw new ProfileError([
    {
      code: 'profile-not-utf8',
      file,
      line: lines.length,
      column: (lines.at(-1) ?? '').length + 1,
      key: '',
      reason: `is not UTF-8 (byte ${byte}): save the file in that encoding`,
    },
  ]);
}

/** Keys that an object of JavaScript takes for its prototype: they would be lost on the way to the schema, which could not tell them. */
function prototypesIn(value: unknown, above: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => {
    const path = [...above, Array.isArray(value) ? Number(key) : key];
    return key === '__proto__' ? [path] : prototypesIn(below, path);
  });
}

function resolve(
  content: Record<string, unknown>,
  layers: readonly Layer[],
  env: Environment,
  name: string,
): PartnerProfile {
  const problems: ProfileProblem[] = [];
  const report = (path: Path, code: ProfileProblem['code'], reason: string) =>
    problems.push(problemIn(layers, path, code, reason));
  const reportMissing = (path: Path, variable: string) => {
    const reason = `needs the environment variable ${variable}, which is not set`;
    problems.push({ ...problemIn(layers, path, 'profile-variable-missing', reason), variable });
  };

  const interpolated = {
    ...content,
    ...(content.transport === undefined
      ? {}
      : {
          transport: interpolate(content.transport, ['transport'], (variable, path) => {
            const value = env[variable];
            if (!value) reportMissing(path, variable);
            return value ?? '';
          }),
        }),
  };
  const missingVariables = problems.map(({ key }) => key);
  const parsed = partnerProfile.safeParse(interpolated);
  for (const issue of parsed.error?.issues ?? []) {
    // A value whose variable is missing has been reported with its cause already.
    if (missingVariables.includes(keyOf(issue.path))) continue;
    reportIssue(issue, valueAt(interpolated, issue.path), report);
  }
  const tokenEnv = valueAt(content, TOKEN_ENV);
  const isWrong = problems.some(({ key }) => key === keyOf(TOKEN_ENV));
  if (typeof tokenEnv === 'string' && !isWrong && !env[tokenEnv]) reportMissing(TOKEN_ENV, tokenEnv);
  if (parsed.success) {
    if (parsed.data.id !== name) {
      report(['id'], 'profile-name-differs', `is "${parsed.data.id}", but the file is named ${name}.yaml`);
    }
    if (problems.length === 0) return { ...parsed.data, version: versionOf(content) };
  }
  throw new ProfileError(problems);
}

function reportIssue(
  issue: z.core.$ZodIssue,
  value: unknown,
  report: (path: Path, code: ProfileProblem['code'], reason: string) => void,
): void {
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) report([...issue.path, key], 'profile-key-unknown', 'is not a key of a profile');
    return;
  }
  if (issue.code === 'invalid_key') {
    report(
      issue.path,
      'profile-value-invalid',
      `is a wrong key: ${issue.issues.map(({ message }) => message).join('; ')}`,
    );
    return;
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  // 850, 004010 and NO are no texts to YAML, and whoever wrote them cannot see why they are refused.
  const unquoted = textExpected(issue) && (typeof value === 'number' || typeof value === 'boolean');
  const reason = lowerFirst(issue.message) + (unquoted ? `; YAML reads it as a ${typeof value}: put it in quotes` : '');
  report(issue.path, 'profile-value-invalid', missing ? 'is missing' : reason);
}

function textExpected(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type'
    ? issue.expected === 'string'
    : issue.code === 'invalid_value' && issue.values.some((value) => typeof value === 'string');
}

function valueAt(content: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<PropertyKey, unknown> | undefined)?.[key], content);
}

/** A short name of the content: equal content, equal version, whatever the order of its keys and the comments around them. */
function versionOf(content: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sortKeys(content)))
    .digest('hex')
    .slice(0, 16);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortKeys(value[key])]),
  );
}

function merge(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    if (value === null) delete merged[key];
    else if (isPlainObject(value)) merged[key] = merge(isPlainObject(below) ? below : {}, value);
    else merged[key] = value;
  }
  return merged;
}

function withoutExtends({ extends: _, ...content }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return content;
}

function interpolate(value: unknown, path: Path, read: (variable: string, path: Path) => string): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, variable: string) => read(variable, path));
  }
  if (Array.isArray(value)) return value.map((item, index) => interpolate(item, [...path, index], read));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolate(item, [...path, key], read)]));
}

/**
 * Two sides of one partner may share their ids: ISA15 tells them apart. Nobody knows which of the files is wrong, so each is told of the
 * other.
 */
function sharedIdentifiers(directory: string, profiles: readonly PartnerProfile[]): ProfileProblem[] {
  const owners = new Map<string, string[]>();
  for (const { id, identifiers, usage } of profiles) {
    const { theirs, ours } = identifiers;
    const key = [theirs.isaQualifier, theirs.isaId, ours.isaQualifier, ours.isaId, usage].join('\0');
    owners.set(key, [...(owners.get(key) ?? []), id]);
  }
  return [...owners.values()].flatMap((ids) => {
    if (ids.length < 2) return [];
    const places = ids.map((id) => ({
      id,
      problem: problemIn(readLayers(directory, id), THEIRS, 'profile-identifiers-shared', ''),
    }));
    return places.map(({ id, problem }) => {
      const others = places
        .filter((other) => other.id !== id)
        .map(({ id: other, problem: { file, line } }) => `${other} (${file}:${line})`);
      const reason = `are those of ${others.join(' and ')} too, so that their interchanges could not be told apart`;
      return { ...problem, reason };
    });
  });
}

/** The problem at the file that says something about the path: the partner's own first, then its templates. */
function problemIn(layers: readonly Layer[], path: Path, code: ProfileProblem['code'], reason: string): ProfileProblem {
  for (let length = path.length; length > 0; length -= 1) {
    const layer = layers.find(({ document }) => document.hasIn(path.slice(0, length)));
    if (layer !== undefined) return problemAt(layer, path, code, reason);
  }
  const [first] = layers;
  if (first === undefined) throw new TypeError('a profile has at least one file');
  return problemAt(first, path, code, reason);
}

function problemAt(layer: Layer, path: Path, code: ProfileProblem['code'], reason: string): ProfileProblem {
  const { line, col } = layer.lines.linePos(offsetOf(layer.document, path));
  return { code, file: layer.file, line, column: col, key: keyOf(path), reason };
}

/** Where the key of `path` begins, or of the nearest key above it that is there. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let offset = 0;
  let node: unknown = document.contents;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else {
      const item: unknown = isSeq(node) ? node.items[Number(step)] : undefined;
      if (!isNode(item)) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    }
  }
  return offset;
}

/** That a file or a folder cannot be read at all. */
export function unreadable(file: string, error: unknown): ProfileProblem {
  const reason = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  return { code: 'profile-unreadable', file, line: 1, column: 1, key: '', reason };
}

function keyOf(path: Path): string {
  return path.map(String).join('.');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
