import type { z } from 'zod';
import { findConnectors } from '../lib/connectors.ts';
import type { HttpDeps } from '../lib/http.ts';
import type { WmsPort } from './port.ts';

/** A family of warehouse systems: one folder below `connectors/`, named by its kind. */
export interface WmsConnector {
  /** Its keys of an entry in the systems file, beside those that every warehouse system has. */
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
  /** Whether a release can be stopped; without it, the warehouse’s events alone tell what shipped. */
  readonly canCancel: boolean;
  /** Calls a second over all workers, unless the systems file says otherwise. */
  readonly ratePerSecond?: number;
}

/** Types `connect` by the connector’s own configuration. */
export function defineWmsConnector<Configuration extends z.ZodObject>(connector: {
  readonly configuration: Configuration;
  readonly capabilities: WmsCapabilities;
  readonly connect: (system: { readonly id: string } & z.output<Configuration>, deps: HttpDeps) => WmsPort;
}): WmsConnector {
  return {
    ...connector,
    // The systems file was checked by this configuration when it was read (runtime/systems.ts).
    connect: ({ id, settings }, deps = {}) => connector.connect({ ...(settings as z.output<Configuration>), id }, deps),
  };
}

/** Every kind of warehouse system that an installation can name. */
export function wmsConnectors(): Promise<ReadonlyMap<string, WmsConnector>> {
  return findConnectors(new URL('./connectors/', import.meta.url));
}
