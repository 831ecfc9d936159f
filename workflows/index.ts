/** Every workflow of the product; the entry point of the sandbox bundle. */
export { interchange } from './interchange.ts';
export { inventorySync } from './inventory-sync.ts';
export { orderToCash } from './order.ts';
export { partnerOutbox } from './partner-outbox.ts';
export { returnOfGoods } from './returns.ts';
