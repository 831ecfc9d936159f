import { createHttpClient, type HttpDeps, type HttpSystem, headerSafe } from '../lib/http.ts';
import { SystemRefusal } from '../lib/refusal.ts';
import { FILE_NAME_HEADER, INTERCHANGE_CONTROL_HEADER, mailboxFile } from './mailbox-contract.ts';
import type { TransportPort } from './port.ts';

/**
 * A partner's HTTPS mailbox (`mailbox-contract.ts`). `baseUrl` is the mailbox, such as
 * `https://edi.example.com/mailboxes/42`, or its inbox (the same URL with `/inbox` appended).
 */
export function createHttpsTransport(
  instance: HttpSystem,
  deps: HttpDeps = {},
): TransportPort & Required<Pick<TransportPort, 'find'>> {
  const http = createHttpClient(
    { ...instance, id: `edi.${instance.id}`, baseUrl: instance.baseUrl.replace(/\/inbox\/*$/, '') },
    deps,
  );
  return {
    async deliver(file) {
      const answer = await http.send({
        method: 'POST',
        path: '/inbox',
        headers: {
          Accept: 'application/json',
          'Content-Type': 'application/edi-x12',
          [FILE_NAME_HEADER]: headerSafe(file.fileName),
          [INTERCHANGE_CONTROL_HEADER]: file.interchangeControlNumber,
        },
        body: file.bytes,
        correlationId: file.correlationId,
      });
      const taken = http.read(answer, mailboxFile);
      return { deliveredAt: taken.receivedAt, evidence: `HTTP ${answer.status}, sha256 ${taken.sha256}` };
    },
    async find(fileName) {
      try {
        const answer = await http.send({
          method: 'GET',
          path: `/files/${encodeURIComponent(headerSafe(fileName))}`,
          headers: { Accept: 'application/json' },
        });
        const held = http.read(answer, mailboxFile);
        return { deliveredAt: held.receivedAt, evidence: `held as ${held.fileName}, sha256 ${held.sha256}` };
      } catch (error) {
        if (error instanceof SystemRefusal && ['unknown-file', 'http-404'].includes(error.code)) return undefined;
        throw error;
      }
    },
  };
}
