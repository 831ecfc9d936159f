import { httpConfiguration } from '../../../lib/http-configuration.ts';
import { defineWmsConnector } from '../../connector.ts';
import { createRestWms } from './client.ts';

/** Any warehouse system behind the generic REST contract (`rest-contract.ts`). */
export const connector = defineWmsConnector({
  configuration: httpConfiguration,
  capabilities: { events: 'webhooks', canCancel: true, expectsReturns: true },
  connect: createRestWms,
});
