export * from './common.ts';
export * from './invoice.ts';
export * from './order-change.ts';
export * from './party.ts';
export * from './payment.ts';
export * from './sales-order.ts';
export * from './shipment.ts';
export * from './warehouse-event.ts';
