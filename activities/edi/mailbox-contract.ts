import { z } from 'zod';
import { identifier, instant } from '../../mappings/canonical/v1/index.ts';

/**
 * A partner's HTTPS mailbox. `POST {base}/inbox` accepts one interchange as `application/edi-x12`.
 * `GET {base}/files/{name}` reports whether a file with that name was accepted. The inbox is not
 * idempotent, so a sender queries the file before it retries.
 */
export const FILE_NAME_HEADER = 'X-File-Name';
export const INTERCHANGE_CONTROL_HEADER = 'X-Interchange-Control-Number';

export const mailboxFile = z
  .object({
    fileName: identifier,
    interchangeControlNumber: z.string(),
    receivedAt: instant.meta({ description: 'Of the first delivery' }),
    deliveries: z.int().min(1),
    bytes: z.int().min(0),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .meta({ id: 'MailboxFile' });
export type MailboxFile = z.infer<typeof mailboxFile>;
