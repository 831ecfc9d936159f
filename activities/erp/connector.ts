import type { z } from 'zod';
import { findConnectors } from '../lib/connectors.ts';
import type { HttpDeps } from '../lib/http.ts';
import { askFirst } from './ask-first.ts';
import type { ErpPort } from './port.ts';

/** A family of ERPs: one folder below `connectors/`, named by its kind. */
export interface ErpConnector {
  /** Its keys of an entry in the systems file, beside those that every ERP has. */
  readonly configuration: z.ZodObject;
  readonly capabilities: ErpCapabilities;
  connect(system: ConfiguredSystem, deps?: HttpDeps): ErpPort;
}

/** An entry of the systems file; `settings` are the connector’s own keys, checked by its configuration. */
export interface ConfiguredSystem {
  readonly id: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface ErpCapabilities {
  /**
   * - `keys`: the system itself gives the first answer back when a create is repeated under its key.
   * - `reference`: it does not, but finds its own orders, shipments, invoices and receipts by our references. The connector is then
   *   asked before each create. Two attempts that run at the same moment can still both create.
   */
  readonly repeats: 'keys' | 'reference';
  /** Whether an accepted order can be changed in place; without it, a change is a cancellation and a new order. */
  readonly canAmend: boolean;
  /** Whether an open order can be cancelled; without it, a person has to cancel in the ERP. */
  readonly canCancel: boolean;
  /** Calls a second over all workers, unless the systems file says otherwise. */
  readonly ratePerSecond?: number;
}

/** Types `connect` by the connector’s own configuration, and guards a system that honours no keys. */
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
      // The systems file was checked by this configuration when it was read (runtime/systems.ts).
      const port = connector.connect({ ...(settings as z.output<Configuration>), id }, deps);
      return capabilities.repeats === 'keys' ? port : askFirst(port);
    },
  };
}

/** Every kind of ERP that an installation can name. */
export function erpConnectors(): Promise<ReadonlyMap<string, ErpConnector>> {
  return findConnectors(new URL('./connectors/', import.meta.url));
}
