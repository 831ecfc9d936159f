/** Transaction sets of release 005010 that 004010 does not have, or has otherwise. */
import type { SetDefinition } from '../compile.ts';

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
