import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import type { Config, TemporalTlsFiles } from './config.ts';

/**
 * Connections to Temporal: a local server, a cluster with mTLS, or Temporal Cloud with an API key.
 */

function connectionOptions({ temporal }: Pick<Config, 'temporal'>) {
  return {
    address: temporal.address,
    ...(temporal.apiKey === undefined ? {} : { apiKey: temporal.apiKey }),
    ...(temporal.tls === false ? {} : { tls: tlsOptions(temporal.tls) }),
  };
}

function tlsOptions(files: TemporalTlsFiles) {
  return {
    ...(files.serverName === undefined ? {} : { serverNameOverride: files.serverName }),
    ...(files.ca === undefined ? {} : { serverRootCACertificate: readFileSync(files.ca) }),
    ...(files.cert === undefined || files.key === undefined
      ? {}
      : { clientCertPair: { crt: readFileSync(files.cert), key: readFileSync(files.key) } }),
  };
}

/**
 * A client for starting, signalling and querying. It connects at the first call, so that the API
 * can start and report "not ready" while Temporal is down. Close it with
 * `client.connection.close()`.
 */
export function connectClient(config: Pick<Config, 'temporal'>): Client {
  return new Client({
    connection: Connection.lazy({
      ...connectionOptions(config),
      // The defaults wait up to two minutes between attempts to connect; what was committed meanwhile would wait as long.
      channelArgs: { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 1_000 },
    }),
    namespace: config.temporal.namespace,
  });
}

/** A connection for workers; fails when the server cannot be reached. */
export function connectNative(config: Pick<Config, 'temporal'>): Promise<NativeConnection> {
  return NativeConnection.connect(connectionOptions(config));
}

// temporal.api.enums.v1.IndexedValueType; the client package does not export the enum.
const INDEXED_VALUE_TYPE = { TEXT: 1, KEYWORD: 2, INT: 3, DOUBLE: 4, BOOL: 5, DATETIME: 6, KEYWORD_LIST: 7 } as const;
const GRPC_ALREADY_EXISTS = 6;

/**
 * A search attribute exists under this name with another type; only an operator can resolve that.
 */
export class SearchAttributeConflict extends Error {
  readonly code = 'search-attribute-conflict';

  constructor(namespace: string, names: readonly string[]) {
    super(
      `Namespace ${namespace} has search attributes of another type under our names: ${names.join(', ')}. ` +
        'Remove them (temporal operator search-attribute remove) or use another namespace.',
    );
    this.name = 'SearchAttributeConflict';
  }
}

/**
 * Registers the missing `keys` in the namespace and waits until the server lists all of them. The
 * server rejects workflow starts with an unknown attribute, and a registration takes a moment to
 * reach every host. Several processes may call this concurrently.
 *
 * Temporal Cloud does not allow adding attributes through the data plane. If they exist already,
 * this adds none.
 *
 * @throws SearchAttributeConflict, or the service's own error; `Error` when the server does not
 *   list them within `timeoutSeconds`.
 */
export async function ensureSearchAttributes(
  connection: Connection | NativeConnection,
  namespace: string,
  keys: readonly { readonly name: string; readonly type: SearchAttributeType }[],
  { timeoutSeconds = 30 } = {},
): Promise<void> {
  const wanted = keys.map((key) => ({ name: key.name, type: INDEXED_VALUE_TYPE[key.type] }));
  const missing = async () => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const conflicts = wanted.filter(({ name, type }) => {
      const found = customAttributes?.[name];
      return found !== undefined && found !== type;
    });
    if (conflicts.length > 0)
      throw new SearchAttributeConflict(
        namespace,
        conflicts.map(({ name }) => name),
      );
    return wanted.filter(({ name }) => customAttributes?.[name] === undefined);
  };

  const absent = await missing();
  if (absent.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(absent.map(({ name, type }) => [name, type])),
    });
  } catch (error) {
    // Another process registered them first.

    if (!isGrpcServiceError(error) || error.code !== GRPC_ALREADY_EXISTS) throw error;
  }
  for (const until = Date.now() + timeoutSeconds * 1000; ; await delay(200)) {
    const left = await missing();
    if (left.length === 0) return;
    if (Date.now() > until) {
      throw new Error(
        `Temporal did not list the search attributes ${left.map(({ name }) => name).join(', ')} within ${timeoutSeconds} s`,
      );
    }
  }
}
