import {
  functionalAcknowledgment,
  invoice,
  orderAcknowledgment,
  orderChange,
  remittance,
  returnAuthorization,
  shipNotice,
} from '../mappings/edi/documents/all.ts';

/** The transaction sets of the scenarios, by purpose. */

export const ORDER_ACKNOWLEDGMENT = orderAcknowledgment.set;
export const SHIP_NOTICE = shipNotice.set;
export const INVOICE = invoice.set;
/** Also used for the other acknowledgment set that a profile may agree on. */
export const GROUP_ANSWER = functionalAcknowledgment.set;
export const ORDER_CHANGE = orderChange.set;
export const RETURN_AUTHORIZATION = returnAuthorization.set;
export const REMITTANCE = remittance.set;
