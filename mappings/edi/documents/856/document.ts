import { levelsHaveParents } from '../../checking/levels.ts';
import { articleNumbers, labels } from '../../checking/numbers.ts';
import { hashTotal, lineCount } from '../../checking/totals.ts';
import { defineDocument } from '../definition.ts';
import { render856 } from './render.ts';

export const shipNotice = defineDocument({
  set: '856',
  // CTT01 of a ship notice counts all levels, as in VICS, or only the items.
  checks: [lineCount('HL', 'LIN'), hashTotal('SN1', '02'), levelsHaveParents, labels, articleNumbers('LIN', 2)],
  outbound: {
    writes: 'ship-notice',
    render: render856,
    rule: {
      description: 'Ship notice',
      events: ['shipped'],
      additions: { description: 'Added to the ship notice' },
    },
    echoes: { poNumber: { segment: 'PRF', element: 1 }, line: 'LIN' },
  },
});
