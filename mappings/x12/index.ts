/** The X12 engine: scan, read, parse, write, acknowledge. See `types.ts` for the shapes. */
export * from './acknowledgment.ts';
export { buildFunctionalAcknowledgment } from './build-acknowledgment.ts';
export { defaultScanLimits } from './envelope.ts';
export { allGuides, guideFor } from './guides/index.ts';
export * from './narrow.ts';
export { type ParsableTransaction, type ParseOptions, parseTransaction } from './parse.ts';
export { positionOf } from './position.ts';
export { readInterchange, type StreamEvent, streamInterchanges } from './read.ts';
export { readFunctionalAcknowledgment } from './read-acknowledgment.ts';
export { scanInterchanges } from './scan.ts';
export * from './tree.ts';
export * from './types.ts';
export { type WriteOptions, writeTransaction, X12WriteError } from './write.ts';
export {
  type OutgoingGroup,
  type OutgoingInterchange,
  type OutgoingTransaction,
  writeInterchange,
} from './write-interchange.ts';
