import { iterationsOf, segmentOf, textOf } from '../tree.ts';
import { type Check, everySegment } from './check.ts';

/** BAK02 and BCA02: no change; rejected. */
const UNCHANGED: ReadonlySet<string> = new Set(['AD', 'AK', 'AT']);
const REJECTED: ReadonlySet<string> = new Set(['RD', 'RF', 'RJ']);
/** ACK01: accepted as ordered; any kind of refusal. */
export const AS_ORDERED: ReadonlySet<string> = new Set(['IA', 'AC', 'AR']);
export const REFUSED: ReadonlySet<string> = new Set(['ID', 'IR', 'R1', 'R2', 'R3', 'R4', 'R5', 'R6']);

const DELETED = 'ID';

/**
 * The header verdict of an acknowledgment must match its lines. Of a change, `change` is the segment of its lines: one
 * that the buyer wants deleted is as wanted when it is.
 */
export function acknowledgmentType(beginning: string, change?: string): Check {
  return (tree, { report }) => {
    const segment = segmentOf(tree, beginning);
    const type = textOf(segment, '02') ?? '';
    const deleted = new Set(
      change === undefined
        ? []
        : iterationsOf(tree, change)
            .filter((line) => textOf(segmentOf(line, change), '02') === 'DI')
            .flatMap((line) => everySegment(line, 'ACK')),
    );
    const acks = everySegment(tree, 'ACK');
    const contradicting = acks.find((ack) => {
      const status = textOf(ack, '01') ?? '';
      const isDone = AS_ORDERED.has(status) || (deleted.has(ack) && status === DELETED);
      return (UNCHANGED.has(type) && !isDone) || (REJECTED.has(type) && !REFUSED.has(status));
    });
    if (contradicting === undefined) return;
    report('error', {
      code: 'acknowledgment-type-differs',
      message: `${beginning}02 is ${type} (${REJECTED.has(type) ? 'rejected' : 'accepted without change'}), but a line says ${textOf(contradicting, '01')}`,
      segment: beginning,
      at: segment,
      element: 2,
      value: type,
    });
  };
}

/**
 * A 997 or 999 that lists transaction sets must count them correctly. It may accept a group only if
 * it accepts every set.
 */
export function groupVerdict(verdict: string): Check {
  return (tree, { report }) => {
    const ak9 = segmentOf(tree, 'AK9');
    const verdicts = everySegment(tree, verdict).map((segment) => textOf(segment, '01') ?? '');
    if (verdicts.length === 0) return;
    const accepted = verdicts.filter((one) => one === 'A' || one === 'E').length;
    const expectations = [
      { element: 3, expected: verdicts.length, what: 'received' },
      { element: 4, expected: accepted, what: 'accepted' },
    ];
    for (const { element, expected, what } of expectations) {
      const stated = textOf(ak9, `0${element}`);
      if (stated === undefined || Number(stated) === expected) continue;
      report('error', {
        code: 'total-differs',
        message: `AK90${element} states ${stated} transaction sets ${what}, but ${expected} are listed as ${what}`,
        segment: 'AK9',
        at: ak9,
        element,
        value: stated,
      });
    }
    const group = textOf(ak9, '01');
    const contradicted = group === 'A' || group === 'E' ? accepted < verdicts.length : group !== 'P' && accepted > 0;
    if (!contradicted) return;
    report('error', {
      code: 'group-verdict-differs',
      message: `AK901 is ${group}, but ${accepted} of ${verdicts.length} transaction sets are accepted`,
      segment: 'AK9',
      at: ak9,
      element: 1,
      value: group,
    });
  };
}
