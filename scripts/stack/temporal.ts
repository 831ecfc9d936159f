import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Connection } from '@temporalio/client';
import { searchAttributeKeys } from '../../runtime/search-attributes.ts';
import { type Part, startProcess, waitFor } from './part.ts';

export interface TemporalOptions {
  /** The `temporal` program (`findTemporal`). */
  readonly executable: string;
  readonly port: number;
  /** Port of the UI; without it, no UI is served. */
  readonly uiPort?: number;
  /** File that stores all data. Without it the data are in memory, and a restart loses them. */
  readonly dbFile?: string;
  readonly namespace?: string;
  readonly logFile: string;
  readonly onUnexpectedEnd?: (how: string) => void;
}

// Names of search attribute types on the command line.
const ATTRIBUTE_TYPES = { KEYWORD: 'Keyword', DATETIME: 'Datetime' } as const;

/** Starts Temporal's development server. `url` is host:port, the format of TEMPORAL_ADDRESS. */
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
      // About twice the throughput of the default journal; every commit still reaches the disk before it is acknowledged.
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
