/**
 * Promotion of a partner: copies the certified test profile to the production profile. Production keeps its own name, identifiers and
 * transport.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isNode, parse } from 'yaml';
import { readContent, readProfiles } from '../activities/partners/profile-files.ts';
import { differencesOf, mergeContent } from '../mappings/profile/content.ts';
import type { ProfileProblem } from '../mappings/profile/problem.ts';
import { testSideOf } from '../mappings/profile/sides.ts';

/** Keys that differ between the sides on purpose. */
const OWN_KEYS = ['id', 'name', 'usage', 'identifiers', 'transport'] as const;
/** Own keys that `settings` can set for production. */
const SETTABLE = ['name', 'identifiers', 'transport'] as const;

type Content = Readonly<Record<string, unknown>>;
type Path = readonly string[];

/** A key that the promotion changes, adds or removes. */
export interface Difference {
  /** Dotted. */
  readonly key: string;
  /** Undefined if the key is absent. */
  readonly from: unknown;
  readonly to: unknown;
}

export interface Promotion {
  readonly testSide: string;
  /** What the test side says of content that is of no concern. */
  readonly ignores: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The promoted version of the test side. */
  readonly testVersion: string;
  /** Production has no file yet. */
  readonly isNew: boolean;
  readonly differences: readonly Difference[];
  readonly file: string;
  /** The new content of the file. */
  readonly text: string;
  /** Environment variables that the file needs and that are unset here. Production may have them. */
  readonly unsetVariables: readonly string[];
}

/** The promotion is refused. `code` is stable. */
export class PromotionRefused extends Error {
  override readonly name = 'PromotionRefused';
  readonly code:
    | 'test-side-missing'
    | 'test-side-in-production'
    | 'production-side-in-test'
    | 'transport-not-given'
    | 'setting-not-allowed'
    | 'production-profile-invalid';
  readonly problems: readonly ProfileProblem[];

  constructor(code: PromotionRefused['code'], message: string, problems: readonly ProfileProblem[] = []) {
    super(message);
    this.code = code;
    this.problems = problems;
  }
}

/**
 * Plans the promotion of `name-test` to `name`; writes nothing. `settings` are values for production's own keys (`transport.url` → YAML
 * text). A partner that is new in production needs a transport there, so that production never sends to the test mailbox.
 *
 * @throws PromotionRefused
 * @throws ProfileError if a file cannot be read
 */
export function planPromotion(
  directory: string,
  name: string,
  settings: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promotion {
  const testSide = testSideOf(name);
  const file = join(directory, `${name}.yaml`);
  if (!existsSync(join(directory, `${testSide}.yaml`))) {
    throw new PromotionRefused('test-side-missing', `there is no ${join(directory, `${testSide}.yaml`)} to promote`);
  }
  const test = readContent(directory, testSide);
  if (test.content.usage === 'production') {
    throw new PromotionRefused('test-side-in-production', `${testSide} says usage: production`);
  }
  const isNew = !existsSync(file);
  // A new file starts as a copy of the test side, to keep its comments and its template.
  const before = readContent(directory, isNew ? testSide : name);
  if (!isNew && before.content.usage !== 'production') {
    throw new PromotionRefused('production-side-in-test', `${file} exists and does not say usage: production`);
  }
  const own = ownKeys(name, isNew, before.content, settings);
  const shared = Object.entries(test.content).filter(([key]) => !OWN_KEYS.some((mine) => mine === key));
  const wanted = { ...Object.fromEntries(shared), ...own };
  const { document, inherited } = before;
  const edits = differencesOf(before.content, wanted, []);
  for (const { path, to } of edits) writeKey(document, inherited, path, to);
  const text = document.toString({ lineWidth: 0 });
  if (!isDeepStrictEqual(mergeContent(inherited, parse(text) as Content), wanted)) {
    throw new Error(`${file} could not be edited to match ${testSide}`);
  }
  const unsetVariables = checkAsProcess(directory, name, text, env);
  return {
    testSide,
    testVersion: test.version,
    // The check above has found it valid.
    ignores: (test.content.ignores ?? {}) as Promotion['ignores'],
    isNew,
    differences: (isNew ? differencesOf({}, wanted, []) : edits).map(({ path, from, to }) => ({
      key: path.join('.'),
      from,
      to,
    })),
    file,
    text,
    unsetVariables,
  };
}

function ownKeys(
  name: string,
  isNew: boolean,
  before: Content,
  settings: Readonly<Record<string, string>>,
): Record<string, unknown> {
  let own: Record<string, unknown> = Object.fromEntries(
    OWN_KEYS.flatMap((key) => (before[key] === undefined ? [] : [[key, before[key]]])),
  );
  own.id = name;
  own.usage = 'production';
  if (isNew && typeof own.name === 'string') own.name = own.name.replace(/\s*\(test\)$/i, '');
  for (const [key, text] of Object.entries(settings)) {
    const path = key.split('.');
    if (!SETTABLE.some((settable) => settable === path[0])) {
      const message = `${key} cannot be set; it comes from the test side (settable: ${SETTABLE.join(', ')})`;
      throw new PromotionRefused('setting-not-allowed', message);
    }
    own = withValue(own, path, parse(text));
  }
  if (isNew && !Object.keys(settings).some((key) => key === 'transport' || key.startsWith('transport.'))) {
    throw new PromotionRefused(
      'transport-not-given',
      `${name} is new in production: set its transport, for example with --set transport.url=https://…`,
    );
  }
  return own;
}

function withValue(content: Content, [key = '', ...rest]: Path, value: unknown): Record<string, unknown> {
  const below = content[key];
  return { ...content, [key]: rest.length === 0 ? value : withValue(isContent(below) ? below : {}, rest, value) };
}

/** Writes only values that differ from the template; `null` removes a key that only the template sets. */
function writeKey(document: Document, inherited: Content, path: Path, value: unknown): void {
  const template = path.reduce<unknown>((content, key) => (isContent(content) ? content[key] : undefined), inherited);
  if (value !== undefined && !(isDeepStrictEqual(template, value) && document.hasIn(path))) {
    if (!isDeepStrictEqual(template, value)) document.setIn(path, withCommentsOf(document, path, value));
    return;
  }
  if (value === undefined && template !== undefined) {
    document.setIn(path, null);
    return;
  }
  for (let length = path.length; length > 0; length -= 1) {
    const place = path.slice(0, length);
    const node = document.getIn(place, true);
    if (length < path.length && !(isMap(node) && node.items.length === 0)) break;
    document.deleteIn(place);
  }
}

/** `setIn` keeps the comments of a scalar. A list or a mapping becomes a new node, so its comments are copied here. */
function withCommentsOf(document: Document, path: Path, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const node = document.createNode(value);
  const old = document.getIn(path, true);
  if (isNode(old)) Object.assign(node, { comment: old.comment, commentBefore: old.commentBefore });
  return node;
}

/** Runs the checks of a starting process. Returns variables that are unset here, because only production may have them. */
function checkAsProcess(
  directory: string,
  name: string,
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const copy = mkdtempSync(join(tmpdir(), 'promotion-'));
  const inPlace = (reason: string) => reason.replaceAll(copy, directory);
  try {
    cpSync(directory, copy, { recursive: true });
    const file = join(copy, `${name}.yaml`);
    writeFileSync(file, text);
    const found = readProfiles(copy, env).problems.filter((problem) => problem.file === file);
    const problems = found
      .filter(({ variable }) => variable === undefined)
      .map((problem) => ({ ...problem, file: join(directory, `${name}.yaml`), reason: inPlace(problem.reason) }));
    if (problems.length === 0) return [...new Set(found.flatMap(({ variable }) => variable ?? []))];
    const lines = problems.map(({ key, reason, line }) => `line ${line}: ${key} ${reason}`);
    throw new PromotionRefused('production-profile-invalid', `${name} would be invalid: ${lines.join('; ')}`, problems);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function isContent(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
