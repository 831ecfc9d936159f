import type { z } from 'zod';
import { findConnectors } from '../lib/connectors.ts';
import type { HttpDeps } from '../lib/http.ts';
import type { WmsPort } from './port.ts';

/** A family of warehouse systems: one folder below `connectors/`, named by its kind. */
export interface WmsConnector {
  /** The connector's own keys in the systems file, in addition to the common ones. */
  readonly configuration: z.ZodObject;
  readonly capabilities: WmsCapabilities;
  connect(
    system: { readonly id: string; readonly settings: Readonly<Record<string, unknown>> },
    deps?: HttpDeps,
  ): WmsPort;
}

export interface WmsCapabilities {
  /** `webhooks`: the system sends signed events to `POST /v1/warehouse-events`, so an entry needs a `webhookSecret`. */
  readonly events: 'webhooks' | 'none';
  /** A release can be stopped; otherwise only the warehouse's events report what shipped. */
  readonly canCancel: boolean;
  /** Whether it wants to know of goods that will come back. */
  readonly expectsReturns: boolean;
  /** Calls per second over all workers; the systems file may override it. */
  readonly ratePerSecond?: number;
}

/** Types `connect` by the connector's configuration. */
export function defineWmsConnector<Configuration extends z.ZodObject>(connector: {
  readonly configuration: Configuration;
  readonly capabilities: WmsCapabilities;
  readonly connect: (system: { readonly id: string } & z.output<Configuration>, deps: HttpDeps) => WmsPort;
}): WmsConnector {
  return {
    ...connector,
    // runtime/systems.ts validated the systems file against this configuration.
    connect: ({ id, settings }, deps = {}) => connector.connect({ ...(settings as z.output<Configuration>), id }, deps),
  };
}

/** All kinds of warehouse systems that an installation can use. */
export function wmsConnectors(): Promise<ReadonlyMap<string, WmsConnector>> {
  return findConnectors(new URL('./connectors/', import.meta.url));
}
