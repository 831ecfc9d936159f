import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ErpRule } from '../domain/policy/erp-routing.ts';
import { ConfigError, type ConfigProblem } from './config.ts';

/**
 * The ERP and WMS instances, named in a YAML file (SYSTEMS_FILE), and the rules by which orders are routed to ERPs.
 *
 * An entry has the keys that every system has, and those of its connector (`kind`). `${VAR}` stands for an environment variable, so
 * that the file itself holds no secret; `tokenEnv` or `webhookSecretEnv` names the variable of `token` or `webhookSecret`.
 */

/** The part of a connector that the file is checked by. */
export interface SystemKind {
  /** Its own keys of an entry. */
  readonly configuration: z.ZodObject;
  readonly capabilities: { readonly ratePerSecond?: number; readonly events?: string };
}
export interface SystemKinds {
  readonly erp: ReadonlyMap<string, SystemKind>;
  readonly wms: ReadonlyMap<string, SystemKind>;
}

const identifier = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens');

const system = {
  id: identifier,
  kind: identifier,
  /** Task queue of its activities; by default `erp.<id>` or `wms.<id>`. */
  taskQueue: z.string().min(1).optional(),
  /** Calls a second that the system allows, over all workers; without it, the connector’s own rate, or no limit. */
  ratePerSecond: z.number().positive().optional(),
  /**
   * Which side of partners it serves. An order of a test side never reaches a system that serves production alone, nor the other way
   * round; a system for both has to say so.
   */
  serves: z
    .array(z.enum(['test', 'production']))
    .min(1)
    .default(['production']),
};
const erpSchema = z.strictObject(system);
const wmsSchema = z.strictObject({
  ...system,
  /** Ship-from nodes that this instance runs. */
  nodes: z.array(z.string().min(1)).min(1),
  /** Where goods of a node ship from, as ship notices say; a node without one is named by its code alone. */
  addresses: z
    .record(
      z.string(),
      z.strictObject({
        name: z.string().min(1).max(60),
        lines: z.array(z.string().min(1).max(55)).max(4).default([]),
        city: z.string().max(30),
        region: z.string().max(3),
        postalCode: z.string().max(15),
        country: z.string().length(2).default('US'),
      }),
    )
    .default({}),
  /** Secret of its signed events (Standard Webhooks, `whsec_…`). */
  webhookSecret: z.string().min(1).optional(),
});

const values = z.array(z.string().min(1)).min(1).optional();
const ruleSchema = z.strictObject({
  name: z.string().min(1).max(80),
  erp: identifier,
  when: z
    .strictObject({
      sides: z
        .array(z.enum(['test', 'production']))
        .min(1)
        .optional(),
      partners: values,
      channels: values,
      businessUnits: values,
      customers: values,
      nodes: values,
    })
    .default({}),
});

/** Entries are checked one by one, each by its own kind. */
const fileSchema = z.strictObject({
  erp: z.array(z.looseObject({ kind: z.unknown() })).min(1),
  wms: z.array(z.looseObject({ kind: z.unknown() })).min(1),
  /** How orders find their ERP: the first rule that holds, else the first ERP that serves the order’s side. */
  erpRules: z.array(ruleSchema).default([]),
});

interface OfKind {
  readonly taskQueue: string;
  /** The connector’s own keys, checked by its configuration. */
  readonly settings: Readonly<Record<string, unknown>>;
}
export type ErpSystem = Omit<z.output<typeof erpSchema>, 'taskQueue'> & OfKind;
export type WmsSystem = Omit<z.output<typeof wmsSchema>, 'taskQueue'> & OfKind;
export interface Systems {
  readonly erp: readonly ErpSystem[];
  readonly wms: readonly WmsSystem[];
  readonly erpRules: readonly ErpRule[];
}

/** The side of a partner that an order belongs to: the `usage` of its profile. */
export type Side = ErpSystem['serves'][number];

/** The systems that an order of this side may reach. */
export function systemsFor<T extends ErpSystem | WmsSystem>(systems: readonly T[], side: Side): readonly T[] {
  return systems.filter(({ serves }) => serves.includes(side));
}

/** Where goods of a node ship from. */
export function nodeAddress(wms: readonly WmsSystem[], node: string) {
  return wms.find(({ nodes }) => nodes.includes(node))?.addresses[node] ?? { name: node, lines: [], country: 'US' };
}

/**
 * Reads and checks the systems file; `kinds` are the connectors that this process has.
 *
 * @throws ConfigError listing every problem with its place in the file.
 */
export function loadSystems(
  file: string,
  kinds: SystemKinds,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Systems {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([
      {
        where: 'SYSTEMS_FILE',
        reason: `cannot be read: ${(error as Error).message}`,
        example: 'mappings/systems.yaml',
      },
    ]);
  }
  return parseSystems(text, file, kinds, env);
}

/** The same for the file's text; `file` is only named in messages. */
export function parseSystems(
  text: string,
  file: string,
  kinds: SystemKinds,
  env: Readonly<Record<string, string | undefined>>,
): Systems {
  const problems: ConfigProblem[] = [];
  const place = (path: readonly PropertyKey[]) => `${file}: ${path.map(String).join('.') || 'the file'}`;
  const problem = (path: readonly PropertyKey[], reason: string) =>
    problems.push({ where: place(path), reason, example: undefined });

  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    problem([], `is not YAML: ${(error as Error).message}`);
    throw new ConfigError(problems);
  }
  const read = (name: string, path: readonly PropertyKey[]): string => {
    const value = env[name];
    if (!value) problem(path, `needs the environment variable ${name}, which is not set`);
    return value ?? '';
  };
  const interpolated = interpolate(document, [], read);
  const unresolved = problems.map(({ where }) => where);
  const checked = <T>(schema: z.ZodType<T>, value: unknown, path: readonly PropertyKey[]): T | undefined => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      const at = [...path, ...issue.path];
      // A value whose variable is missing has been reported with its cause already.
      if (![place(at), `${place(at)}Env`].some((where) => unresolved.includes(where))) problem(at, issue.message);
    }
    return undefined;
  };

  const whole = checked(fileSchema, interpolated, []);
  // Entries are checked even where the file as a whole is wrong: everything is reported together.
  const entries = (side: 'erp' | 'wms') => {
    const listed = (interpolated as Partial<Record<string, unknown>> | null)?.[side];
    return Array.isArray(listed) ? (listed as unknown[]) : [];
  };
  const entry = <Schema extends z.ZodObject>(
    side: 'erp' | 'wms',
    schema: Schema,
    value: unknown,
    index: number,
  ): (z.output<Schema> & OfKind) | undefined => {
    const path = [side, index];
    // A value that is no entry at all was reported with the file.
    if (value === null || typeof value !== 'object') return undefined;
    const kind = kinds[side].get(String((value as { kind?: unknown }).kind));
    if (kind === undefined) {
      problem([...path, 'kind'], `must be one of ${[...kinds[side].keys()].join(', ')}`);
      return undefined;
    }
    const own = kind.configuration.shape;
    const found = checked(z.strictObject({ ...own, ...schema.shape }), value, path) as
      | Record<string, unknown>
      | undefined;
    if (found === undefined) return undefined;
    if (kind.capabilities.events === 'webhooks' && found.webhookSecret === undefined) {
      problem([...path, 'webhookSecret'], 'is missing: without it, nobody can tell its events from forged ones');
    }
    const isOwn = (key: string) => key in own;
    const pick = (wanted: (key: string) => boolean) =>
      Object.fromEntries(Object.entries(found).filter(([key]) => wanted(key)));
    const ratePerSecond = found.ratePerSecond ?? kind.capabilities.ratePerSecond;
    return {
      ...pick((key) => !isOwn(key)),
      ...(ratePerSecond !== undefined && { ratePerSecond }),
      taskQueue: found.taskQueue ?? `${side}.${String(found.id)}`,
      settings: pick(isOwn),
    } as z.output<Schema> & OfKind;
  };
  const erp = entries('erp').flatMap((value, index) => entry('erp', erpSchema, value, index) ?? []);
  const wms = entries('wms').flatMap((value, index) => entry('wms', wmsSchema, value, index) ?? []);
  const erpRules = (whole?.erpRules ?? []) as ErpRule[];
  refuseRepeated(
    erp.map(({ id }) => id),
    'erp',
    problem,
  );
  refuseRepeated(
    wms.map(({ id }) => id),
    'wms',
    problem,
  );
  refuseRepeated(
    wms.flatMap(({ nodes }) => nodes),
    'wms.nodes',
    problem,
  );
  refuseRepeated(
    erpRules.map(({ name }) => name),
    'erpRules',
    problem,
  );
  const named = new Set(whole?.erp.map(({ id }) => id));
  for (const [index, rule] of erpRules.entries()) {
    if (!named.has(rule.erp)) problem(['erpRules', index, 'erp'], `names ${rule.erp}, which is no ERP of this file`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { erp, wms, erpRules };
}

function refuseRepeated(names: string[], path: string, problem: (path: string[], reason: string) => void): void {
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    problem([path], `names ${name} twice`);
  }
}

/** `${VAR}` anywhere, and `nameEnv: VAR` as `name`: everything missing is reported together. */
function interpolate(
  value: unknown,
  path: readonly PropertyKey[],
  read: (name: string, path: readonly PropertyKey[]) => string,
): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => read(name, path));
  }
  if (Array.isArray(value)) return value.map((item, index) => interpolate(item, [...path, index], read));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const place = [...path, key];
        if (key.endsWith('Env') && typeof item === 'string') return [key.slice(0, -'Env'.length), read(item, place)];
        return [key, interpolate(item, place, read)];
      }),
    );
  }
  return value;
}
