import { httpConfiguration } from '../../../lib/http-configuration.ts';
import { defineErpConnector } from '../../connector.ts';
import { createRestErp } from './client.ts';

/** Any ERP behind the generic REST contract (`rest-contract.ts`): a thin shim in front of the system is enough. */
export const connector = defineErpConnector({
  configuration: httpConfiguration,
  capabilities: { repeats: 'keys', canAmend: false, canCancel: true },
  connect: createRestErp,
});
