import { z } from 'zod';
import { httpConfiguration } from '../../../lib/http-configuration.ts';
import { defineErpConnector } from '../../connector.ts';
import { createRestErp } from './client.ts';

/**
 * Any ERP behind the generic REST contract (`rest-contract.ts`), typically by a thin adapter in
 * front of the system.
 */
export const connector = defineErpConnector({
  configuration: httpConfiguration.extend({
    /** Rows of master data per call. */
    pageSize: z.number().int().min(1).max(1000).default(500),
  }),
  capabilities: { repeats: 'keys', canAmend: true, canCancel: true },
  connect: createRestErp,
});
