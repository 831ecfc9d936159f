import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError, type ConfigProblem } from './config.ts';

/**
 * The ERP and WMS instances, named in a YAML file (SYSTEMS_FILE).
 *
 * `${VAR}` in a `baseUrl`, `token` or `webhookSecret` stands for an environment variable, so that the file itself holds no secret;
 * `tokenEnv` and `webhookSecretEnv` name the variable outright.
 */

const identifier = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens');
const baseUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .transform((text) => text.replace(/\/+$/, ''));

const restSystem = {
  id: identifier,
  kind: z.literal('rest'),
  baseUrl,
  /** Bearer token, or the name of the environment variable that holds it. */
  token: z.string().min(1).optional(),
  tokenEnv: z.string().min(1).optional(),
  /** Task queue of its activities; by default `erp.<id>` or `wms.<id>`. */
  taskQueue: z.string().min(1).optional(),
  /** Calls a second that the system allows, over all workers; unlimited without it. */
  ratePerSecond: z.number().positive().optional(),
  /**
   * Which side of partners it serves. An order of a test side never reaches a system that serves production alone, nor the other way
   * round; a system for both has to say so.
   */
  serves: z
    .array(z.enum(['test', 'production']))
    .min(1)
    .default(['production']),
  /** One call's timeout. */
  timeoutSeconds: z.number().positive().max(600).default(30),
};

const erpSchema = z.strictObject(restSystem);
const wmsSchema = z.strictObject({
  ...restSystem,
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
  /** Secret of its signed events (Standard Webhooks, `whsec_…`), or the variable that holds it. */
  webhookSecret: z.string().min(1).optional(),
  webhookSecretEnv: z.string().min(1).optional(),
});

const systemsSchema = z.strictObject({ erp: z.array(erpSchema).min(1), wms: z.array(wmsSchema).min(1) });

export type ErpSystem = Omit<z.output<typeof erpSchema>, 'tokenEnv' | 'taskQueue'> & { readonly taskQueue: string };
export type WmsSystem = Omit<z.output<typeof wmsSchema>, 'tokenEnv' | 'webhookSecretEnv' | 'taskQueue'> & {
  readonly taskQueue: string;
};
export interface Systems {
  readonly erp: readonly ErpSystem[];
  readonly wms: readonly WmsSystem[];
}

/** The side of a partner that an order belongs to: the `usage` of its profile. */
export type Side = ErpSystem['serves'][number];

/** The systems that an order of this side may reach. */
export function systemsFor<T extends ErpSystem | WmsSystem>(systems: readonly T[], side: Side): readonly T[] {
  return systems.filter(({ serves }) => serves.includes(side));
}

/**
 * The ERPs whose items, customers and prices are ours. A test ERP beside a production one would overwrite them with its own, so tests are
 * checked against the master data of production too.
 */
export function masterDataSystems(erp: readonly ErpSystem[]): readonly ErpSystem[] {
  const production = systemsFor(erp, 'production');
  return production.length > 0 ? production : erp;
}

/** Where goods of a node ship from. */
export function nodeAddress(wms: readonly WmsSystem[], node: string) {
  return wms.find(({ nodes }) => nodes.includes(node))?.addresses[node] ?? { name: node, lines: [], country: 'US' };
}

/**
 * Reads and checks the systems file.
 *
 * @throws ConfigError listing every problem with its place in the file.
 */
export function loadSystems(file: string, env: Readonly<Record<string, string | undefined>> = process.env): Systems {
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
  return parseSystems(text, file, env);
}

/** The same for the file's text; `file` is only named in messages. */
export function parseSystems(text: string, file: string, env: Readonly<Record<string, string | undefined>>): Systems {
  const problems: ConfigProblem[] = [];
  const problem = (path: readonly PropertyKey[], reason: string) =>
    problems.push({ where: `${file}: ${path.map(String).join('.') || 'the file'}`, reason, example: undefined });

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
  const unresolved = problems.length;
  const parsed = systemsSchema.safeParse(interpolated);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      // A value whose variable is missing has been reported with its cause already.
      const place = `${file}: ${issue.path.map(String).join('.')}`;
      if (!problems.slice(0, unresolved).some(({ where }) => where === place)) problem(issue.path, issue.message);
    }
    throw new ConfigError(problems);
  }

  const erp = parsed.data.erp.map(({ tokenEnv, taskQueue, token, ...system }) => ({
    ...system,
    token: tokenEnv === undefined ? token : env[tokenEnv],
    taskQueue: taskQueue ?? `erp.${system.id}`,
  }));
  const wms = parsed.data.wms.map(({ tokenEnv, webhookSecretEnv, webhookSecret, taskQueue, token, ...system }) => ({
    ...system,
    token: tokenEnv === undefined ? token : env[tokenEnv],
    webhookSecret: webhookSecretEnv === undefined ? webhookSecret : env[webhookSecretEnv],
    taskQueue: taskQueue ?? `wms.${system.id}`,
  }));
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
  if (problems.length > 0) throw new ConfigError(problems);
  return { erp, wms };
}

function refuseRepeated(names: string[], path: string, problem: (path: string[], reason: string) => void): void {
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    problem([path], `names ${name} twice`);
  }
}

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
        // The variable that a …Env key names is asked for here too, so that everything missing is reported together.
        if (key.endsWith('Env') && typeof item === 'string') read(item, place);
        return [key, interpolate(item, place, read)];
      }),
    );
  }
  return value;
}
