/** Data elements of release 005010 that 004010 does not have, or has otherwise. */
import type { ElementDefinition } from '../compile.ts';

export const elements: Readonly<Record<string, ElementDefinition>> = {
  '480': ['AN', 1, 12, 'Version'],
  '618': ['ID', 1, 3, 'Implementation transaction set error'],
  '620': ['ID', 1, 3, 'Implementation segment error'],
  '621': ['ID', 1, 3, 'Implementation element error'],
  '1686': ['N0', 1, 4, 'Repetition'],
  '1705': ['AN', 1, 35, 'Implementation convention'],
  '9998': ['AN', 1, 35, 'Context reference'],
  '9999': ['AN', 1, 35, 'Context name'],
};
