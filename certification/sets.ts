import {
  functionalAcknowledgment,
  invoice,
  orderAcknowledgment,
  orderChange,
  remittance,
  returnAuthorization,
  shipNotice,
} from '../mappings/edi/documents/all.ts';

/** Transaction sets of the scenarios, by what they are for. */

export const ORDER_ACKNOWLEDGMENT = orderAcknowledgment.set;
export const SHIP_NOTICE = shipNotice.set;
export const INVOICE = invoice.set;
/** Also stands for the other form of acknowledgment that a profile may agree on. */
export const GROUP_ANSWER = functionalAcknowledgment.set;
export const ORDER_CHANGE = orderChange.set;
export const RETURN_AUTHORIZATION = returnAuthorization.set;
export const REMITTANCE = remittance.set;
