import type { ErpPort } from './port.ts';

/**
 * For an ERP that does not honor keys: queries the result of an earlier attempt before each create.
 * A retry therefore finds an order, shipment, invoice, receipt, return, credit memo or refund whose response was lost.
 */
export function askFirst(port: ErpPort): ErpPort {
  return {
    ...port,
    async createOrder(key, order) {
      return (await port.findOrder(order.orderId)) ?? port.createOrder(key, order);
    },
    async postShipment(key, shipment) {
      return (await port.findShipment(shipment)) ?? port.postShipment(key, shipment);
    },
    async createInvoice(key, request) {
      return (await port.findInvoice(request)) ?? port.createInvoice(key, request);
    },
    async applyCash(key, request) {
      return (await port.findReceipt(request)) ?? port.applyCash(key, request);
    },
    async postReturn(key, request) {
      return (await port.findReturn(request)) ?? port.postReturn(key, request);
    },
    async createCreditMemo(key, request) {
      return (await port.findCreditMemo(request)) ?? port.createCreditMemo(key, request);
    },
    async createRefund(key, request) {
      return (await port.findRefund(request)) ?? port.createRefund(key, request);
    },
  };
}
