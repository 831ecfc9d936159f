import { articleNumbers } from '../../checking/numbers.ts';
import { lineCount } from '../../checking/totals.ts';
import { defineDocument } from '../definition.ts';

export const inventoryAdvice = defineDocument({ set: '846', checks: [lineCount('LIN'), articleNumbers('LIN', 2)] });
