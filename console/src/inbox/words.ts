import { lookup } from '../../../domain/lookup.ts';
import { formatWords } from '../format.ts';

const DONE: Readonly<Record<string, string>> = {
  retry: 'retried',
  accept: 'accepted',
  cancel: 'cancelled',
  dismiss: 'dismissed',
  resend: 'sent again',
  'set-aside': 'set aside',
  'take-back': 'to be taken back',
  credit: 'credited',
  redeliver: 'to be delivered again',
};

/** What becomes of an exception by a resolution: "retried". */
export function doneBy(resolution: string): string {
  return lookup(DONE, resolution) ?? `resolved by “${formatWords(resolution).toLowerCase()}”`;
}

export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}
