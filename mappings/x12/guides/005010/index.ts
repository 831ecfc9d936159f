/** Release 005010 as differences from 004010: what is not stated here is as there. */
export { elements, lengths } from './elements.ts';
export { composites, segments } from './segments.ts';
export { sets, structures } from './sets.ts';

export const version = '005010';
