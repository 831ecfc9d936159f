/**
 * Transaction sets of release 005010: those that 004010 does not have, and the changes to those that it has. Where 005010 puts MTX in the
 * place of MSG, both are read, because partners who moved to 005010 go on sending MSG.
 */
import type { SetDefinition } from '../compile.ts';
import type { StructureChange } from '../structure-change.ts';

export const sets: readonly SetDefinition[] = [
  {
    set: '999',
    functionalId: 'FA',
    name: 'Implementation acknowledgment',
    structure: `AK1 M 1
[AK2 >1]
  AK2 O 1
  [IK3 >1]
    IK3 O 1
    CTX O 10
    [IK4 >1]
      IK4 O 1
      CTX O 10
  IK5 M 1
AK9 M 1`,
  },
];

const accounting = `[FA1 >1]
  FA1 O 1
  FA2 M >1`;

/** What orders, their changes and their acknowledgments have in common. */
const orders: readonly StructureChange[] = [
  { at: 'MSG', add: 'MTX O >1' },
  { at: 'N1/N2', add: 'IN2 O >1' },
  { at: 'SLN/PO3', add: 'MEA O >1' },
];

/** Purchase order and change: lead times are told with quantity and text, amounts of the whole order with their references. */
const orderHeader: readonly StructureChange[] = [
  { at: '/AMT', replace: '' },
  { at: '/CTT', replace: '[CTT 1]\n  CTT O 1\n  AMT O 1' },
  { at: '/LDT', replace: '' },
  {
    at: '/TXI',
    add: `[LDT >1]
  LDT O 1
  QTY O >1
  MTX O >1
  REF O >1
[AMT >1]
  AMT O 1
  REF O >1
  DTM O 1
  PCT O >1
  [FA1 >1]
    FA1 O 1
    FA2 M >1`,
  },
];

export const structures: Readonly<Record<string, readonly StructureChange[]>> = {
  '850': [
    ...orders,
    ...orderHeader,
    { at: '/TD5', maximum: '>1' },
    { at: 'PO1/LDT/LDT', add: 'QTY O >1\nMTX O >1' },
    { at: 'PO1/AMT/REF', maximum: '>1' },
  ],
  '855': [...orders, { at: '/N1/PKG', add: 'MTX O >1' }],
  '810': [
    { at: 'SAC', maximum: '>1' },
    { at: 'TXI', maximum: '>1' },
    { at: '/SAC/SAC', add: 'DTM O >1' },
  ],
  '820': [
    { at: '/ENT/ENT', add: accounting },
    { at: 'IT1/IT1', add: 'QTY O 1' },
    { at: 'IT1/SAC/TXI', add: 'DTM O 10' },
    { at: 'ADX/IT1', add: accounting },
    { at: 'RMR/ADX', add: accounting },
  ],
};
