import { z } from 'zod';
import { httpConfiguration } from '../../../lib/http-configuration.ts';
import { defineErpConnector } from '../../connector.ts';
import { createRestErp } from './client.ts';

/** Any ERP behind the generic REST contract (`rest-contract.ts`): a thin shim in front of the system is enough. */
export const connector = defineErpConnector({
  configuration: httpConfiguration.extend({
    /** Rows of master data in one call. */
    pageSize: z.number().int().min(1).max(1000).default(500),
  }),
  capabilities: { repeats: 'keys', canAmend: false, canCancel: true },
  connect: createRestErp,
});
