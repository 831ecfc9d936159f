import { createHttpClient, type HttpDeps, type HttpSystem } from '../../../lib/http.ts';
import type { ErpOrder, ErpPort } from '../../port.ts';
import { erpOperations } from './rest-contract.ts';

/** The contract's `Idempotency-Key` guards against a second effect. */
export function createRestErp(instance: HttpSystem & { pageSize?: number }, deps: HttpDeps = {}): ErpPort {
  const http = createHttpClient({ ...instance, id: `erp.${instance.id}` }, deps);
  /** A repeated call returns the first response. Credit may have been released since, which the order itself says. */
  async function asItStands(
    correlationId: string,
    { answer, replayed }: { answer: ErpOrder; replayed: boolean },
  ): Promise<ErpOrder> {
    if (!replayed || answer.status !== 'creditHold') return answer;
    const { erpOrderNumber, currency } = answer;
    const { answer: record } = await http.call(erpOperations.readOrder, { params: { erpOrderNumber }, correlationId });
    return record.state === 'creditHold' ? answer : { erpOrderNumber, status: 'accepted', currency };
  }
  return {
    async createOrder(key, order) {
      const { correlationId } = order;
      return asItStands(correlationId, await http.call(erpOperations.createOrder, { key, body: order, correlationId }));
    },
    async changeOrder(key, erpOrderNumber, order) {
      const { correlationId } = order;
      const call = { key, params: { erpOrderNumber }, body: order, correlationId };
      return asItStands(correlationId, await http.call(erpOperations.changeOrder, call));
    },
    async findOrder(orderId) {
      const { answer } = await http.call(erpOperations.listOrders, { query: { reference: orderId } });
      // A reference may be a PO number, and another PO number may look like our id.
      const found = answer.items.find((order) => order.orderId === orderId);
      if (!found) return undefined;
      const { erpOrderNumber, state, creditMessage, currency } = found;
      if (state !== 'creditHold') return { erpOrderNumber, status: 'accepted', currency };
      return { erpOrderNumber, status: 'creditHold', currency, ...(creditMessage !== undefined && { creditMessage }) };
    },
    async findShipment({ erpOrderNumber, shipmentNumber }) {
      const { answer } = await http.call(erpOperations.listShipments, { query: { erpOrderNumber } });
      return answer.items.find((shipment) => shipment.shipmentNumber === shipmentNumber);
    },
    async findInvoice({ erpOrderNumber, erpShipmentNumber }) {
      const { answer } = await http.call(erpOperations.listInvoices, { query: { erpOrderNumber } });
      return answer.items.find((record) => record.erpShipmentNumber === erpShipmentNumber)?.invoice;
    },
    async findReceipt({ invoiceNumber, reference }) {
      const { answer } = await http.call(erpOperations.listReceipts, { query: { invoiceNumber } });
      return answer.items.find((receipt) => receipt.reference === reference);
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
    async postReturn(key, request) {
      return (await http.call(erpOperations.postReturn, { key, body: request })).answer;
    },
    async createCreditMemo(key, request) {
      return (await http.call(erpOperations.createCreditMemo, { key, body: request })).answer;
    },
    async createRefund(key, request) {
      return (await http.call(erpOperations.createRefund, { key, body: request })).answer;
    },
    async findReturn({ erpOrderNumber, reference }) {
      const { answer } = await http.call(erpOperations.listReturns, { query: { erpOrderNumber } });
      return answer.items.find((posted) => posted.reference === reference);
    },
    async findCreditMemo({ invoiceNumber, reference }) {
      const { answer } = await http.call(erpOperations.listCreditMemos, { query: { invoiceNumber } });
      return answer.items.find((memo) => memo.reference === reference);
    },
    async findRefund({ creditMemoNumber }) {
      const { answer } = await http.call(erpOperations.listRefunds, { query: { creditMemoNumber } });
      return answer.items[0];
    },
    async readMasterData({ since, cursor }) {
      return (
        await http.call(erpOperations.readMasterData, {
          query: { since, cursor, limit: instance.pageSize?.toString() },
        })
      ).answer;
    },
  };
}
