import { defineSearchAttributeKey } from '@temporalio/common';

/**
 * The search attributes of order workflows. They are visible to everyone who may list workflows and are never encrypted, so they hold
 * identifiers and states, no names or addresses.
 */
export const orderStatusKey = defineSearchAttributeKey('OrderStatus', 'KEYWORD');
export const tradingPartnerKey = defineSearchAttributeKey('TradingPartner', 'KEYWORD');
export const channelKey = defineSearchAttributeKey('Channel', 'KEYWORD');
export const poNumberKey = defineSearchAttributeKey('PoNumber', 'KEYWORD');
export const erpOrderNumberKey = defineSearchAttributeKey('ErpOrderNumber', 'KEYWORD');
/** Type of the exception that the order waits for, absent while it waits for none. */
export const exceptionTypeKey = defineSearchAttributeKey('ExceptionType', 'KEYWORD');
/** The nearest deadline that the order is held to. */
export const nextDeadlineKey = defineSearchAttributeKey('NextDeadline', 'DATETIME');

/** Everything that a namespace must know before a worker starts. */
export const searchAttributeKeys = [
  orderStatusKey,
  tradingPartnerKey,
  channelKey,
  poNumberKey,
  erpOrderNumberKey,
  exceptionTypeKey,
  nextDeadlineKey,
] as const;
