import type { Check } from '../../checking/check.ts';
import { remittanceTotalFault } from './payment.ts';

export const remittanceTotal: Check = (tree, { report }) => {
  const fault = remittanceTotalFault(tree);
  if (fault !== undefined) report('error', fault);
};
