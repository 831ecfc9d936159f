import { z } from 'zod';

/** The keys of a systems file that every connector over HTTP has. */
export const httpConfiguration = z.object({
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .transform((text) => text.replace(/\/+$/, '')),
  /** Bearer token. */
  token: z.string().min(1).optional(),
  /** One call's timeout. */
  timeoutSeconds: z.number().positive().max(600).default(30),
});
