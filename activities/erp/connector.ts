import type { z } from 'zod';
import { findConnectors } from '../lib/connectors.ts';
import type { HttpDeps } from '../lib/http.ts';
import { askFirst } from './ask-first.ts';
import type { ErpPort } from './port.ts';

/** A family of ERPs: one folder below `connectors/`, named by its kind. */
export interface ErpConnector {
  /** Keys of a systems file entry, in addition to those of every ERP. */
  readonly configuration: z.ZodObject;
  readonly capabilities: ErpCapabilities;
  connect(system: ConfiguredSystem, deps?: HttpDeps): ErpPort;
}

/**
 * An entry of the systems file; `settings` are the connector's own keys, validated by its
 * configuration.
 */
export interface ConfiguredSystem {
  readonly id: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface ErpCapabilities {
  /**
   * - `keys`: the system returns its first response when a create is repeated under its key.
   * - `reference`: it does not, but finds its orders, shipments, invoices and receipts by our
   *   references. The connector is queried before each create. Two concurrent attempts can still
   *   both create.
   */
  readonly repeats: 'keys' | 'reference';
  /** Whether an accepted order can be changed (`changeOrder`). Otherwise a person has to change it in the ERP. */
  readonly canAmend: boolean;
  /** Whether an open order can be cancelled. Otherwise a person has to cancel it in the ERP. */
  readonly canCancel: boolean;
  /** Calls per second over all workers, unless the systems file sets another rate. */
  readonly ratePerSecond?: number;
}

/**
 * Types `connect` by the connector's configuration, and guards a system that does not honor keys.
 */
export function defineErpConnector<Configuration extends z.ZodObject>(connector: {
  readonly configuration: Configuration;
  readonly capabilities: ErpCapabilities;
  readonly connect: (system: { readonly id: string } & z.output<Configuration>, deps: HttpDeps) => ErpPort;
}): ErpConnector {
  const { configuration, capabilities } = connector;
  return {
    configuration,
    capabilities,
    connect({ id, settings }, deps = {}) {
      // The systems file was validated by this configuration when it was read (runtime/systems.ts).
      const port = connector.connect({ ...(settings as z.output<Configuration>), id }, deps);
      return capabilities.repeats === 'keys' ? port : askFirst(port);
    },
  };
}

/** All available kinds of ERP. */
export function erpConnectors(): Promise<ReadonlyMap<string, ErpConnector>> {
  return findConnectors(new URL('./connectors/', import.meta.url));
}
