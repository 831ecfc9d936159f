import { inBrief } from '../x12/excerpt.ts';
import { triggerOf } from '../x12/levels.ts';
import { segmentIn } from '../x12/placing.ts';
import type { AcknowledgmentCode, ElementGuide, Guide, ReadSegment, ReadTransaction, X12Error } from '../x12/types.ts';

/**
 * Adds 997 or 999 codes to the faults that a mapping found. A mapping knows the business rule and
 * the place; only the guide and the file determine the code. Faults that already have a code keep
 * it.
 */
export function withAcknowledgmentCodes(
  errors: readonly X12Error[],
  read: Pick<ReadTransaction, 'segments' | 'segmentCount'>,
  guide: Guide,
): X12Error[] {
  return errors.map((error) => {
    if (error.ak !== undefined) return error;
    // ST is position 1, and not among the segments.
    const segment = read.segments[error.place.position - 2];
    if (segment !== undefined) return atSegment(error, segment, guide);
    return error.place.position === 0 && error.code.endsWith('-missing') ? atGap(error, read, guide) : error;
  });
}

/**
 * AK304 codes of faults that concern a whole segment; other faults use 8 (segment has element
 * errors).
 */
const SEGMENT_CODES: Readonly<Record<string, string>> = {
  'order-lines-too-many': '4',
  'payment-invoices-too-many': '4',
  'store-distribution-not-supported': '2',
};

function atSegment(error: X12Error, segment: ReadSegment, guide: Guide): X12Error {
  const { element } = error.place;
  if (element === undefined) {
    return { ...error, ak: { level: 'segment', code: SEGMENT_CODES[error.code] ?? '8' } };
  }
  const known = segmentIn(guide.children, segment.id)?.elements[element - 1];
  const text = segment.elements[element - 1]?.trim() ?? '';
  const ak: AcknowledgmentCode = {
    level: 'element',
    code: text === '' ? absent(known) : '7',
    ...(known && { reference: known.reference }),
  };
  return error.value === undefined && text !== '' ? inBrief({ ...error, value: text, ak }) : { ...error, ak };
}

/** AK403 of a missing element: mandatory or conditional. */
function absent(element: ElementGuide | undefined): string {
  return element?.requirement === 'M' ? '1' : '2';
}

/** Reports a missing segment at the position of the next one, as the guide does. */
function atGap(
  error: X12Error,
  { segments, segmentCount }: Pick<ReadTransaction, 'segments' | 'segmentCount'>,
  guide: Guide,
) {
  const { segment, loop } = error.place;
  const index = guide.children.findIndex((child) => triggerOf(child).segment.id === segment);
  const later = guide.children.slice(index + 1).map((child) => triggerOf(child).segment.id);
  const next = index === -1 ? undefined : segments.find(({ id }) => later.includes(id));
  const place = {
    segment,
    position: next?.position ?? segmentCount,
    ...(loop !== undefined && { loop }),
    ...(next !== undefined && { byteOffset: next.byteOffset }),
  };
  return { ...error, place, ak: { level: 'segment' as const, code: '3' } };
}
