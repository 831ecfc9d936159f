import { z } from 'zod';

/**
 * The configuration of every process, read from the environment once, at start.
 *
 * 1. `variables` below lists every supported variable with its meaning, its unit and an example.
 * 2. All problems are reported together, so that an operator can fix them in one round.
 * 3. A message never repeats a value, because it may be a secret.
 * 4. An empty value means "not set": compose files and CI systems pass empty strings by default.
 */

interface Variable<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  readonly about: string;
  readonly example: string;
  readonly secret: boolean;
}

function variable<S extends z.ZodType>(
  schema: S,
  about: string,
  example: string,
  options: { secret?: boolean } = {},
): Variable<S> {
  return { schema, about, example, secret: options.secret ?? false };
}

function wholeNumber(bounds: { min: number; max: number }) {
  const expected = `must be a whole number from ${bounds.min} to ${bounds.max}`;
  return z
    .string()
    .regex(/^\d+$/, expected)
    .transform(Number)
    .refine((value) => value >= bounds.min && value <= bounds.max, expected);
}

function url(...protocols: string[]) {
  const expected = `must be a URL that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`;
  return z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)), expected)
    .transform((text) => text.replace(/\/+$/, ''));
}

const flag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

const hostAndPort = z.string().regex(/^[^\s/:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/, 'must be host:port');

/** The worker roles of a process; a small installation runs `all`. */
export const WORKER_ROLES = ['all', 'orders', 'erp', 'wms', 'edi'] as const;
export type WorkerRole = (typeof WORKER_ROLES)[number];

const workerRoles = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((role) => role.trim())
      .filter((role) => role !== ''),
  )
  .pipe(z.array(z.enum(WORKER_ROLES, `must be a comma-separated list of ${WORKER_ROLES.join(', ')}`)).min(1));

const MIB = 1024 * 1024;

/**
 * Every environment variable of the product. Names are part of its interface: deployments depend on
 * them.
 */
export const variables = {
  PORT: variable(
    wholeNumber({ min: 0, max: 65_535 }).default(3000),
    'TCP port of the API, the console and the webhooks; 0 selects a free port',
    '3000',
  ),
  HOST: variable(z.string().default('127.0.0.1'), 'address that the API listens on', '0.0.0.0'),
  PUBLIC_URL: variable(
    url('http', 'https').optional(),
    'public address of the API, used in links and webhooks',
    'https://throughline.example.com',
  ),
  DATABASE_URL: variable(
    url('postgres', 'postgresql'),
    'Postgres database of the order records',
    'postgresql://throughline:secret@localhost:5432/throughline',
    { secret: true },
  ),
  DATABASE_POOL_SIZE: variable(
    wholeNumber({ min: 1, max: 1000 }).default(10),
    'maximum number of Postgres connections per process',
    '10',
  ),
  TEMPORAL_ADDRESS: variable(hostAndPort.default('localhost:7233'), 'Temporal frontend', 'localhost:7233'),
  TEMPORAL_NAMESPACE: variable(z.string().default('default'), 'Temporal namespace', 'orders.a1b2c'),
  TEMPORAL_API_KEY: variable(z.string().optional(), 'API key of Temporal Cloud; implies TLS', 'eyJhbGciOi…', {
    secret: true,
  }),
  TEMPORAL_TLS: variable(
    flag.optional(),
    'whether to use TLS for Temporal; default true when an API key or a certificate is set',
    'true',
  ),
  TEMPORAL_TLS_CERT: variable(
    z.string().optional(),
    'path of the client certificate (PEM) for mTLS',
    '/run/tls/client.pem',
  ),
  TEMPORAL_TLS_KEY: variable(z.string().optional(), 'path of the key (PEM) of that certificate', '/run/tls/client.key'),
  TEMPORAL_TLS_CA: variable(
    z.string().optional(),
    "path of the authority (PEM) that signed the server's certificate",
    '/run/tls/ca.pem',
  ),
  TEMPORAL_TLS_SERVER_NAME: variable(
    z.string().optional(),
    "name expected in the server's certificate if it differs from the address",
    'temporal.internal',
  ),
  TEMPORAL_UI_URL: variable(
    url('http', 'https').default('http://localhost:8233'),
    'address of the Temporal UI for links in the console',
    'https://cloud.temporal.io',
  ),
  LOG_LEVEL: variable(
    z.enum(['error', 'warn', 'info', 'debug'], 'must be error, warn, info or debug').default('info'),
    'minimum severity of log lines',
    'info',
  ),
  LOG_FORMAT: variable(
    z.enum(['json', 'pretty'], 'must be json or pretty').default('json'),
    'log format: one JSON object per line, or readable text',
    'json',
  ),
  SYSTEMS_FILE: variable(
    z.string().default('mappings/systems.yaml'),
    'YAML file that names the ERP and WMS instances',
    '/etc/throughline/systems.yaml',
  ),
  PARTNERS_DIR: variable(
    z.string().default('mappings/partners'),
    'folder of partner profiles (YAML)',
    '/etc/throughline/partners',
  ),
  MAX_INTERCHANGE_BYTES: variable(
    wholeNumber({ min: 1024, max: 1024 * MIB }).default(25 * MIB),
    'largest X12 file accepted, in bytes',
    String(25 * MIB),
  ),
  MAX_JSON_BYTES: variable(
    // Large enough for the longest order and the largest shipment that the schemas allow.
    wholeNumber({ min: 1024, max: 64 * MIB }).default(8 * MIB),
    'largest JSON body accepted, in bytes',
    String(8 * MIB),
  ),
  RATE_LIMIT_PER_MINUTE: variable(
    wholeNumber({ min: 1, max: 10_000_000 }).default(6000),
    'requests per minute allowed for one API client in each API process',
    '6000',
  ),
  BOOTSTRAP_API_KEY_FILE: variable(
    z.string().optional(),
    'file with an API key that gets every scope at start; for a first installation and the demo',
    '/run/secrets/bootstrap-api-key',
  ),
  CONSOLE_DIR: variable(z.string().default('dist/console'), 'folder of the built console', 'dist/console'),
  CERTIFICATION_DIR: variable(
    z.string().default('.throughline/certification'),
    'folder for the results of `npm run certify`',
    '/var/lib/throughline/certification',
  ),
  WORKER_ROLES: variable(
    workerRoles.default(['all']),
    `comma-separated task queue roles of this worker process (${WORKER_ROLES.join(', ')})`,
    'orders,edi',
  ),
  WORKER_BUILD_ID: variable(
    z.string().optional(),
    'build id of the worker deployment version; without it, derived from the workflow code',
    '2026.11.21-1',
  ),
  WORKER_HEALTH_PORT: variable(
    wholeNumber({ min: 0, max: 65_535 }).optional(),
    "TCP port of the worker's /healthz and /metrics; unset disables both",
    '9465',
  ),
  WORKFLOW_BUNDLE: variable(
    z.string().optional(),
    'prebuilt workflow bundle; without it the worker bundles workflows/ at start',
    'dist/workflow-bundle.js',
  ),
  MAX_CACHED_WORKFLOWS: variable(
    wholeNumber({ min: 10, max: 100_000 }).default(600),
    'workflows that a worker keeps in memory between their tasks, each about 0.5 MB; others are replayed when they go on',
    '600',
  ),
  METRICS_PORT: variable(
    wholeNumber({ min: 0, max: 65_535 }).optional(),
    "TCP port of the Temporal SDK's Prometheus metrics; unset disables them",
    '9464',
  ),
  SHUTDOWN_GRACE_SECONDS: variable(
    wholeNumber({ min: 1, max: 3600 }).default(20),
    'time to finish running work after SIGTERM, in seconds',
    '20',
  ),
} as const satisfies Record<string, Variable>;

type VariableName = keyof typeof variables;
type Values = { [Name in VariableName]: z.output<(typeof variables)[Name]['schema']> };

/** The parsed configuration. Bytes, seconds and ports are whole numbers. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Default without PUBLIC_URL: `http://HOST:PORT`. No trailing slash. */
  readonly publicUrl: string;
  readonly databaseUrl: string;
  readonly databasePoolSize: number;
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly apiKey: string | undefined;
    readonly tls: false | TemporalTlsFiles;
    /** No trailing slash. */
    readonly uiUrl: string;
  };
  readonly logLevel: Values['LOG_LEVEL'];
  readonly logFormat: Values['LOG_FORMAT'];
  readonly systemsFile: string;
  readonly partnersDir: string;
  readonly maxInterchangeBytes: number;
  readonly maxJsonBytes: number;
  readonly rateLimitPerMinute: number;
  readonly bootstrapApiKeyFile: string | undefined;
  readonly consoleDir: string;
  readonly certificationDir: string;
  readonly workerRoles: readonly WorkerRole[];
  readonly workerBuildId: string | undefined;
  readonly workerHealthPort: number | undefined;
  readonly workflowBundle: string | undefined;
  readonly maxCachedWorkflows: number;
  readonly metricsPort: number | undefined;
  readonly shutdownGraceSeconds: number;
}

/** Paths of PEM files; read when a connection is made. */
export interface TemporalTlsFiles {
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly ca: string | undefined;
  readonly serverName: string | undefined;
}

export interface ConfigProblem {
  /** Environment variable, or file and path inside it. */
  readonly where: string;
  readonly reason: string;
  readonly example: string | undefined;
}

/** Lists all problems together; `message` is formatted for a terminal. */
export class ConfigError extends Error {
  readonly code = 'invalid-configuration';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ where, reason, example }) => `  ${where} ${reason}${example === undefined ? '' : ` (for example ${example})`}`,
    );
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${lines.join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads the configuration.
 *
 * @throws ConfigError listing every missing or invalid variable.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const problems: ConfigProblem[] = [];
  const values: Partial<Record<VariableName, unknown>> = {};
  for (const [name, { schema, about, example }] of Object.entries(variables) as [VariableName, Variable][]) {
    const text = env[name]?.trim();
    const parsed = schema.safeParse(text === '' ? undefined : text);
    if (parsed.success) {
      values[name] = parsed.data;
    } else {
      const reason = text
        ? [...new Set(parsed.error.issues.map(({ message }) => message))].join('; ')
        : `is missing: ${about}`;
      problems.push({ where: name, reason, example });
    }
  }
  if ((values.TEMPORAL_TLS_CERT === undefined) !== (values.TEMPORAL_TLS_KEY === undefined)) {
    const missing = values.TEMPORAL_TLS_CERT === undefined ? 'TEMPORAL_TLS_CERT' : 'TEMPORAL_TLS_KEY';
    problems.push({
      where: missing,
      reason: 'is missing: set the client certificate and its key together',
      example: variables[missing].example,
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return toConfig(values as Values);
}

function toConfig(values: Values): Config {
  const tls: TemporalTlsFiles = {
    cert: values.TEMPORAL_TLS_CERT,
    key: values.TEMPORAL_TLS_KEY,
    ca: values.TEMPORAL_TLS_CA,
    serverName: values.TEMPORAL_TLS_SERVER_NAME,
  };
  const tlsByDefault = values.TEMPORAL_API_KEY !== undefined || Object.values(tls).some((part) => part !== undefined);
  const host = ['0.0.0.0', '::'].includes(values.HOST) ? 'localhost' : values.HOST;
  return {
    port: values.PORT,
    host: values.HOST,
    publicUrl: values.PUBLIC_URL ?? `http://${host.includes(':') ? `[${host}]` : host}:${values.PORT}`,
    databaseUrl: values.DATABASE_URL,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    temporal: {
      address: values.TEMPORAL_ADDRESS,
      namespace: values.TEMPORAL_NAMESPACE,
      apiKey: values.TEMPORAL_API_KEY,
      tls: (values.TEMPORAL_TLS ?? tlsByDefault) ? tls : false,
      uiUrl: values.TEMPORAL_UI_URL,
    },
    logLevel: values.LOG_LEVEL,
    logFormat: values.LOG_FORMAT,
    systemsFile: values.SYSTEMS_FILE,
    partnersDir: values.PARTNERS_DIR,
    maxInterchangeBytes: values.MAX_INTERCHANGE_BYTES,
    maxJsonBytes: values.MAX_JSON_BYTES,
    rateLimitPerMinute: values.RATE_LIMIT_PER_MINUTE,
    bootstrapApiKeyFile: values.BOOTSTRAP_API_KEY_FILE,
    consoleDir: values.CONSOLE_DIR,
    certificationDir: values.CERTIFICATION_DIR,
    workerRoles: values.WORKER_ROLES,
    workerBuildId: values.WORKER_BUILD_ID,
    workerHealthPort: values.WORKER_HEALTH_PORT,
    workflowBundle: values.WORKFLOW_BUNDLE,
    maxCachedWorkflows: values.MAX_CACHED_WORKFLOWS,
    metricsPort: values.METRICS_PORT,
    shutdownGraceSeconds: values.SHUTDOWN_GRACE_SECONDS,
  };
}
