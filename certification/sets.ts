import {
  creditAdjustment,
  functionalAcknowledgment,
  invoice,
  orderAcknowledgment,
  orderChange,
  orderChangeAcknowledgment,
  purchaseOrder,
  remittance,
  returnAuthorization,
  shipNotice,
} from '../mappings/edi/documents/all.ts';

/** Transaction sets of the scenarios, named by purpose. */

export const PURCHASE_ORDER = purchaseOrder.set;
export const ORDER_ACKNOWLEDGMENT = orderAcknowledgment.set;
export const SHIP_NOTICE = shipNotice.set;
export const INVOICE = invoice.set;
/** The key for acknowledgments in a profile, also if the profile agrees on the 999. */
export const GROUP_ANSWER = functionalAcknowledgment.set;
export const ORDER_CHANGE = orderChange.set;
export const ORDER_CHANGE_ACKNOWLEDGMENT = orderChangeAcknowledgment.set;
export const RETURN_AUTHORIZATION = returnAuthorization.set;
export const CREDIT_ADJUSTMENT = creditAdjustment.set;
export const REMITTANCE = remittance.set;
