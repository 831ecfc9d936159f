import type { ChangeAction, ChangedPart, LineAction } from '../../../canonical/v1/index.ts';

/** BCH01. */
export const PURPOSES: Readonly<Record<string, ChangeAction>> = {
  '01': 'cancel',
  '04': 'change',
  '05': 'replace',
};

/** In which direction a quantity must go. */
export type Direction = 'up' | 'down' | 'any';

export interface LineCode {
  readonly action: LineAction;
  /** `stated`: whatever the line states. */
  readonly changes: readonly ChangedPart[] | 'stated';
  readonly direction?: Direction;
}

const change = (changes: LineCode['changes'], direction?: Direction): LineCode => ({
  action: 'change',
  changes,
  ...(direction !== undefined && { direction }),
});

/** POC02, of which lines can be told what they become; any other code is asked about. */
export const LINE_CODES: Readonly<Record<string, LineCode>> = {
  AI: { action: 'add', changes: [] },
  DI: { action: 'delete', changes: [] },
  NC: { action: 'none', changes: [] },
  QI: change(['quantity'], 'up'),
  QD: change(['quantity'], 'down'),
  PC: change(['price']),
  PQ: change(['price', 'quantity']),
  PR: change(['price', 'dates']),
  RS: change(['dates']),
  CD: change(['dates']),
  CT: change(['dates']),
  RB: change(['dates']),
  RQ: change(['dates', 'quantity']),
  CA: change('stated'),
  MU: change('stated'),
  RZ: change('stated'),
  RE: { action: 'replace', changes: 'stated' },
  RM: { action: 'replace', changes: 'stated' },
};
