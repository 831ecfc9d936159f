import { defineSearchAttributeKey } from '@temporalio/common';

/**
 * The search attributes of order workflows. They are never encrypted, and everyone who may list
 * workflows can read them. They hold identifiers and states, no names or addresses.
 */
export const orderStatusKey = defineSearchAttributeKey('OrderStatus', 'KEYWORD');
export const tradingPartnerKey = defineSearchAttributeKey('TradingPartner', 'KEYWORD');
export const channelKey = defineSearchAttributeKey('Channel', 'KEYWORD');
export const poNumberKey = defineSearchAttributeKey('PoNumber', 'KEYWORD');
export const erpOrderNumberKey = defineSearchAttributeKey('ErpOrderNumber', 'KEYWORD');
/** Type of the open exception; absent while the order has none. */
export const exceptionTypeKey = defineSearchAttributeKey('ExceptionType', 'KEYWORD');
/** The order's next deadline. */
export const nextDeadlineKey = defineSearchAttributeKey('NextDeadline', 'DATETIME');

/** All search attributes; the namespace must have them before a worker starts. */
export const searchAttributeKeys = [
  orderStatusKey,
  tradingPartnerKey,
  channelKey,
  poNumberKey,
  erpOrderNumberKey,
  exceptionTypeKey,
  nextDeadlineKey,
] as const;
