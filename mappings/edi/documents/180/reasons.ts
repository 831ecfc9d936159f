import type { ReturnReason } from '../../../../domain/returns/policy.ts';

/** RDR02 (element 1293) → why goods come back. A code that is not listed is another reason. */
export const REASONS: Readonly<Record<string, ReturnReason>> = {
  DM: 'defective',
  DR: 'defective',
  EW: 'defective',
  PW: 'defective',
  DP: 'damaged',
  LP: 'damaged',
  CV: 'wrong-item',
  NA: 'wrong-item',
  ST: 'wrong-item',
  WG: 'wrong-item',
  SP: 'not-ordered',
  EI: 'overstock',
  EO: 'overstock',
  SR: 'overstock',
};
