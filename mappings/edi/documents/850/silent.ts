import type { Silent } from '../../not-used.ts';

/** Elements of an order, or of its change, that say nothing by themselves. */
export const SILENT: Silent = {
  'CUR.01': ['BY', 'SE'],
  'FOB.02': 'any',
  'FOB.04': ['01'],
  // Terms that do not change the days in ITD05 and ITD07, counted from the invoice.
  'ITD.01': ['01', '05', '08', '14'],
  'ITD.02': ['3'],
  'LIN.01': 'any',
  'MSG.02': 'any',
  'MSG.03': 'any',
  'PID.01': ['F'],
  'SCH.02': 'any',
  'SLN.01': 'any',
  'SLN.02': 'any',
  'TD5.01': 'any',
};
