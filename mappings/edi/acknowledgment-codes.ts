import { inBrief } from '../x12/excerpt.ts';
import { triggerOf } from '../x12/levels.ts';
import type {
  AcknowledgmentCode,
  ElementGuide,
  Guide,
  GuideNode,
  ReadSegment,
  ReadTransaction,
  SegmentGuide,
  X12Error,
} from '../x12/types.ts';

/**
 * The faults that a mapping found, each as a 997 or 999 names it: a mapping says which rule of trade is broken and where, and only the guide
 * and the file know by which codes that is told. A fault that has its code keeps it.
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

/** AK304 of faults of a segment as a whole; of any other it is 8, that something in it is wrong. */
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
  const known = segmentGuideOf(guide.children, segment.id)?.elements[element - 1];
  const text = segment.elements[element - 1]?.trim() ?? '';
  const ak: AcknowledgmentCode = {
    level: 'element',
    code: text === '' ? absent(known) : '7',
    ...(known && { reference: known.reference }),
  };
  return error.value === undefined && text !== '' ? inBrief({ ...error, value: text, ak }) : { ...error, ak };
}

/** AK403 of an element that is not there: mandatory, or only needed as things are. */
function absent(element: ElementGuide | undefined): string {
  return element?.requirement === 'M' ? '1' : '2';
}

/** A segment that did not come is told where the next one stands, as it is when the guide alone asks for it. */
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

/** The first segment of that id: those of one guide are alike but for what a partner narrows at one place. */
export function segmentGuideOf(children: readonly GuideNode[], id: string): SegmentGuide | undefined {
  for (const child of children) {
    const found =
      child.kind === 'loop' ? segmentGuideOf(child.children, id) : child.segment.id === id ? child.segment : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
