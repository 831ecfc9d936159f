/** Data elements of release 005010 that 004010 does not have, or has with another length. */
import type { ElementDefinition } from '../compile.ts';

export const elements: Readonly<Record<string, ElementDefinition>> = {
  '618': ['ID', 1, 3, 'Implementation transaction set error'],
  '620': ['ID', 1, 3, 'Implementation segment error'],
  '621': ['ID', 1, 3, 'Implementation element error'],
  '1686': ['N0', 1, 4, 'Repetition'],
  '1705': ['AN', 1, 35, 'Implementation convention'],
  '1715': ['ID', 1, 3, 'Country subdivision'],
  '9998': ['AN', 1, 35, 'Context reference'],
  '9999': ['AN', 1, 35, 'Context name'],
};

/** Longest length in 005010 of elements that are otherwise as in 004010. */
export const lengths: Readonly<Record<string, number>> = {
  '127': 50,
  '207': 15,
  '358': 15,
  '364': 256,
  '447': 4,
  '719': 10,
  '267': 10,
  '598': 25,
  '767': 13,
  '1000': 3,
  '1035': 60,
  '1036': 35,
  '1321': 3,
};
