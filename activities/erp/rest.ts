import { createHttpClient, type HttpDeps, type HttpSystem } from '../lib/http.ts';
import type { ErpPort } from './port.ts';
import { erpOperations } from './rest-contract.ts';

/** Any ERP behind the generic REST contract (`rest-contract.ts`). Its `Idempotency-Key` is the guard against a second effect. */
export function createRestErp(instance: HttpSystem, deps: HttpDeps = {}): ErpPort {
  const http = createHttpClient({ ...instance, id: `erp.${instance.id}` }, deps);
  return {
    async createOrder(key, order) {
      const { answer, replayed } = await http.call(erpOperations.createOrder, {
        key,
        body: order,
        correlationId: order.correlationId,
      });
      if (!replayed || answer.status !== 'creditHold') return answer;
      // A repeated call gets the first answer back; whether credit was released since is read from the order itself.
      const { answer: record } = await http.call(erpOperations.readOrder, {
        params: { erpOrderNumber: answer.erpOrderNumber },
        correlationId: order.correlationId,
      });
      return record.state === 'creditHold' ? answer : { erpOrderNumber: answer.erpOrderNumber, status: 'accepted' };
    },
    async findOrder(orderId) {
      const { answer } = await http.call(erpOperations.listOrders, { query: { reference: orderId } });
      // A reference may be a PO number too, and someone else’s PO number may look like our id.
      const found = answer.items.find((order) => order.orderId === orderId);
      if (!found) return undefined;
      const { erpOrderNumber, state, creditMessage } = found;
      if (state !== 'creditHold') return { erpOrderNumber, status: 'accepted' };
      return { erpOrderNumber, status: 'creditHold', ...(creditMessage === undefined ? {} : { creditMessage }) };
    },
    async cancelOrder(key, erpOrderNumber, reason) {
      await http.call(erpOperations.cancelOrder, { key, params: { erpOrderNumber }, body: { reason } });
    },
    async postShipment(key, shipment) {
      return (await http.call(erpOperations.postShipment, { key, body: shipment })).answer;
    },
    async createInvoice(key, request) {
      return (await http.call(erpOperations.createInvoice, { key, body: request })).answer;
    },
    async applyCash(key, request) {
      return (await http.call(erpOperations.applyCash, { key, body: request })).answer;
    },
    async readMasterData(since) {
      return (await http.call(erpOperations.readMasterData, { query: { since } })).answer;
    },
  };
}
