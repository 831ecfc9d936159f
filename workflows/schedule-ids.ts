/** Reads master data and stock from their owners. */
export const SYNC_SCHEDULE = 'inventory-sync';
