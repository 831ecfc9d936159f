import type { Logger as TemporalLogger } from '@temporalio/worker';
import { config, createLogger as createWinston, format, transports, type Logger as WinstonLogger } from 'winston';
import { variables } from './config.ts';
import { correlationId } from './correlation.ts';

/**
 * The logger of every process. Each line on standard output is one JSON object with time, level,
 * component, message, correlation id and the caller's fields. Fields with secret names are masked
 * at any depth, because a caller may log a whole request or profile by oversight.
 */
export type Logger = WinstonLogger;

const SECRET_NAME = /authorization|cookie|password|passwd|secret|token|api[-_]?key|private[-_]?key|signature/i;
const CREDENTIALS_IN_URL = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]+:[^\s/@]+@/gi;
const MASK = '[redacted]';
const MAX_DEPTH = 6;

/**
 * A copy of `value` without secret fields and without credentials in URLs. Errors become name,
 * message, code and stack.
 */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replace(CREDENTIALS_IN_URL, `$1${MASK}@`);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return value.toISOString();
  if (depth >= MAX_DEPTH) return '[deeper]';
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    const own = withoutSecrets({ ...value }, depth + 1) as object;
    return {
      ...own,
      name,
      message: withoutSecrets(message),
      stack: withoutSecrets(stack),
      ...(cause === undefined ? {} : { cause: withoutSecrets(cause, depth + 1) }),
    };
  }
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      SECRET_NAME.test(name) && item !== undefined && item !== null ? MASK : withoutSecrets(item, depth + 1),
    ]),
  );
}

/**
 * Drops lines below the level. winston formats a line before its transports check the level, and
 * Temporal's debug lines would cost about 5 % of a worker's CPU time.
 */
const atLeast = (least: string) => {
  const severity = (level: string) => config.npm.levels[level] ?? 0;
  return format((info) => (severity(info.level) <= severity(least) ? info : false))();
};

const described = format((info) => {
  const { level, message, ...fields } = info;
  const id = correlationId();
  return {
    level,
    message: withoutSecrets(message),
    ...(withoutSecrets(fields) as object),
    ...(id === undefined || fields.correlationId !== undefined ? {} : { correlationId: id }),
    // winston stores the level for filters and colours under symbol keys.
    ...Object.fromEntries(
      Object.getOwnPropertySymbols(info).map((key) => [key, (info as Record<symbol, unknown>)[key]]),
    ),
  } as typeof info;
});

const pretty = format.printf(({ timestamp, level, component, message, correlationId: id, ...fields }) => {
  const rest = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : '';
  const time = String(timestamp).slice(11, 23);
  return `${time} ${level.toUpperCase().padEnd(5)} ${String(component).padEnd(10)} ${String(message)}${id ? ` [${String(id)}]` : ''}${rest}`;
});

let root: Logger | undefined;

/**
 * The root logger reads LOG_LEVEL and LOG_FORMAT from the environment itself, so that configuration
 * problems can be logged. An invalid value falls back to the default; `loadConfig` reports it.
 */
function rootLogger(): Logger {
  if (root) return root;
  const level = variables.LOG_LEVEL.schema.safeParse(process.env.LOG_LEVEL || undefined).data ?? 'info';
  const style = variables.LOG_FORMAT.schema.safeParse(process.env.LOG_FORMAT || undefined).data ?? 'json';
  root = createWinston({
    level,
    format: format.combine(
      atLeast(level),
      described(),
      format.timestamp(),
      style === 'pretty' ? pretty : format.json(),
    ),
    transports: [new transports.Console()],
  });
  return root;
}

/** A logger that adds the component (`api`, `worker`, `erp`, …) to every line. */
export function createLogger(component: string): Logger {
  return rootLogger().child({ component });
}

/**
 * Routes Temporal's log lines through our logger: `Runtime.install({ logger: temporalLogger() })`.
 */
export function temporalLogger(component = 'temporal'): TemporalLogger {
  const logger = createLogger(component);
  // We have no TRACE level; it maps to DEBUG.
  const levels = { TRACE: 'debug', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  const log: TemporalLogger['log'] = (level, message, meta) => {
    // Drop the SDK's bigint `timestampNanos` and symbol-keyed marker: they carry no information
    // here.
    const { timestampNanos: _, ...fields } = meta ?? {};
    logger.log(levels[level], message, fields);
  };
  return {
    log,
    trace: (message, meta) => log('TRACE', message, meta),
    debug: (message, meta) => log('DEBUG', message, meta),
    info: (message, meta) => log('INFO', message, meta),
    warn: (message, meta) => log('WARN', message, meta),
    error: (message, meta) => log('ERROR', message, meta),
  };
}
