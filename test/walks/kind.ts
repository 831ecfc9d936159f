import type { Walk } from './walk.ts';

/**
 * Something that can happen to an order on its walk. `choice` is random and picks among what there is; an event that nothing fits does
 * nothing.
 */
export interface Kind {
  /** How often it is drawn, against the others. */
  readonly weight: number;
  readonly act: (walk: Walk, choice: number) => Promise<unknown>;
}

export const pick = <T>(list: readonly T[], choice: number): T | undefined => list[choice % Math.max(1, list.length)];
