/** Composites and segments of release 005010 that 004010 does not have, or has otherwise. */
import type { CompositeDefinition, SegmentDefinition } from '../compile.ts';

export const composites: Readonly<Record<string, CompositeDefinition>> = {
  C030: ['Position in segment', 'M722 O1528 O1686'],
  C998: ['Context', 'M9999 O9998'],
  C999: ['Reference in segment', 'M725 O725'],
};

export const segments: Readonly<Record<string, SegmentDefinition>> = {
  AK1: ['Group response header', 'M479 M28 O480'],
  AK2: ['Transaction set response header', 'M143 M329 O1705'],
  CTX: ['Context', 'MC998^10 O721 O719 O447 OC030 OC999'],
  IK3: ['Implementation segment note', 'M721 M719 O447 O620'],
  IK4: ['Implementation element note', 'MC030 O725 M621 O724'],
  IK5: ['Implementation transaction set response trailer', 'M717 (O618)*5'],
};
