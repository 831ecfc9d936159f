import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Connection } from '@temporalio/client';
import { searchAttributeKeys } from '../../runtime/search-attributes.ts';
import { type Part, startProcess, waitFor } from './part.ts';

export interface TemporalOptions {
  /** The `temporal` program (`findTemporal`). */
  readonly executable: string;
  readonly port: number;
  /** Without it there is no UI. */
  readonly uiPort?: number;
  /** The database file; without it, data is in memory and lost at a restart. */
  readonly dbFile?: string;
  readonly namespace?: string;
  readonly logFile: string;
  readonly onUnexpectedEnd?: (how: string) => void;
}

// The command line's names for the types of search attributes.
const ATTRIBUTE_TYPES = { KEYWORD: 'Keyword', DATETIME: 'Datetime' } as const;

/** Temporal's development server. `url` is host:port, as TEMPORAL_ADDRESS takes it. */
export async function startTemporal(options: TemporalOptions): Promise<Part> {
  const { executable, port, uiPort, dbFile, namespace = 'default' } = options;
  if (dbFile !== undefined) mkdirSync(dirname(dbFile), { recursive: true });
  const address = `127.0.0.1:${port}`;
  return startProcess({
    name: 'temporal',
    command: executable,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--namespace', namespace],
      ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
      // About twice the throughput of the default journal; every commit is still on disk before its response.
      ...(dbFile === undefined
        ? []
        : ['--db-filename', dbFile, '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=2']),
      // Priority and fairness between partners need the newer task matcher.
      ...['--dynamic-config-value', 'matching.useNewMatcher=true'],
      ...['--dynamic-config-value', 'matching.enableFairness=true'],
      ...searchAttributeKeys.flatMap(({ name, type }) => ['--search-attribute', `${name}=${ATTRIBUTE_TYPES[type]}`]),
      ...['--log-level', 'warn', '--log-format', 'json'],
    ],
    env: { ...process.env },
    logFile: options.logFile,
    readySeconds: 60,
    graceSeconds: 10,
    ready: async ({ signal }) => {
      await waitFor(() => knowsNamespace(address, namespace), signal);
      return address;
    },
    ...(options.onUnexpectedEnd ? { onUnexpectedEnd: options.onUnexpectedEnd } : {}),
  });
}

async function knowsNamespace(address: string, namespace: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 1000 });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return true;
  } finally {
    await connection.close();
  }
}
