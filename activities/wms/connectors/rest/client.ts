import { createHash } from 'node:crypto';
import { createHttpClient, type HttpDeps, type HttpSystem } from '../../../lib/http.ts';
import { SystemRefusal } from '../../../lib/refusal.ts';
import type { WmsPort } from '../../port.ts';
import { wmsOperations } from './rest-contract.ts';

/** Any warehouse system behind the generic REST contract (`rest-contract.ts`). The release number is the idempotency key. */
export function createRestWms(instance: HttpSystem, deps: HttpDeps = {}): WmsPort {
  const http = createHttpClient({ ...instance, id: `wms.${instance.id}` }, deps);
  return {
    async release(release) {
      const { answer } = await http.call(wmsOperations.release, {
        key: release.releaseNumber,
        body: release,
        correlationId: release.correlationId,
      });
      return answer;
    },
    async cancelRelease(releaseNumber, reason) {
      // A later request with another reason is a new request: the release may have progressed by then.
      try {
        const { answer } = await http.call(wmsOperations.cancelRelease, {
          key: `${releaseNumber}/cancel/${digestOf(reason)}`,
          params: { releaseNumber },
          body: { reason },
        });
        return answer;
      } catch (error) {
        if (error instanceof SystemRefusal && error.code === 'unknown-release') return { cancelled: true };
        throw error;
      }
    },
    async expectReturn(expected) {
      const { rmaNumber: key, correlationId } = expected;
      return (await http.call(wmsOperations.expectReturn, { key, body: expected, correlationId })).answer;
    },
    async cancelExpectedReturn(rmaNumber, reason) {
      try {
        const { answer } = await http.call(wmsOperations.cancelExpectedReturn, {
          key: `${rmaNumber}/cancel/${digestOf(reason)}`,
          params: { rmaNumber },
          body: { reason },
        });
        return answer;
      } catch (error) {
        if (error instanceof SystemRefusal && error.code === 'unknown-return') return { cancelled: true };
        throw error;
      }
    },
    async readStock(nodes) {
      return (await http.call(wmsOperations.readStock, { query: { nodes: nodes.join(',') } })).answer;
    },
  };
}

function digestOf(reason: string): string {
  return createHash('sha256').update(reason).digest('hex').slice(0, 12);
}
