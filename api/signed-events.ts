/** Events of warehouse systems, signed by Standard Webhooks (https://www.standardwebhooks.com). */
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Systems } from '../runtime/systems.ts';
import { Problem } from './errors.ts';
import type { Caller } from './route.ts';

export const signatureHeaders = z.object({
  'webhook-id': z.string().max(200).optional(),
  'webhook-timestamp': z
    .string()
    .max(20)
    .optional()
    .meta({ description: 'Seconds since 1970, at most five minutes off' }),
  'webhook-signature': z.string().max(2000).optional(),
});

/** Who signed these bytes; a refusal is noted in the audit. */
export async function signedBy(
  body: Buffer,
  headers: z.output<typeof signatureHeaders>,
  caller: Pick<Caller, 'denied'>,
  path: string,
  systems: Systems,
): Promise<string> {
  try {
    return signerOf(body, headers, systems);
  } catch (error) {
    if (error instanceof Problem) await caller.denied(error.code, headers['webhook-id'] ?? path);
    throw error;
  }
}

/** The warehouse system whose secret produced the signature. */
function signerOf(body: Buffer, headers: Record<string, string | undefined>, { wms }: Systems): string {
  const given = {
    'webhook-id': headers['webhook-id'] ?? '',
    'webhook-timestamp': headers['webhook-timestamp'] ?? '',
    'webhook-signature': headers['webhook-signature'] ?? '',
  };
  let expired = false;
  for (const { id, webhookSecret } of wms) {
    if (webhookSecret === undefined) continue;
    try {
      new Webhook(webhookSecret).verify(body, given, { jsonParse: false });
      return id;
    } catch (error) {
      // The library's errors differ only by message.
      expired ||= error instanceof Error && /timestamp too (old|new)/.test(error.message);
    }
  }
  if (expired)
    throw new Problem('signature-expired', 'webhook-timestamp is more than five minutes away from our clock.');
  throw new Problem('signature-invalid', 'No warehouse system of this installation signed these bytes.');
}

export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    const message = error instanceof Error ? error.message : 'is not JSON';
    throw new Problem('malformed-json', message, { errors: [{ path: '', message }] });
  }
}
