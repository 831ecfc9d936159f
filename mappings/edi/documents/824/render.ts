import { firstCharacters } from '../../../x12/encoding.ts';
import type { Tree, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import type { AdviceDocument } from '../../document-content.ts';
import { dateElement, node, referenceNumber, segment, timeElement } from '../../writing.ts';

/** Element 647: a reason that has no code of its own. */
const ANOTHER_REASON = '024';
/** Element 3. */
const LONGEST_MESSAGE = 60;
/** Element 352. */
const LONGEST_NOTE = 80;

/**
 * Renders the 824 about one document. OTI01 is TA or TR; OTI08 to OTI10 are the numbers of the answered document, as its
 * own group and transaction set state them. A refusal says why: in TED02 if it is short, else in notes.
 */
export function render824({ number, advisedAt, about, refusal }: AdviceDocument, profile: Agreement): Tree {
  const [date, time] = [dateElement(advisedAt), timeElement(advisedAt)];
  const poNumber = referenceNumber(about.poNumber, profile);
  const named = poNumber === undefined ? ['TN', about.transactionControl] : ['PO', poNumber];
  return node({
    BGN: segment('00', number, date, time),
    OTI: [
      node({
        OTI: segment(
          refusal === undefined ? 'TA' : 'TR',
          ...named,
          undefined,
          undefined,
          date,
          time,
          // A number: leading zeros say nothing.
          about.groupControl.replace(/^0+(?=.)/, ''),
          about.transactionControl,
          about.set,
          about.version,
        ),
        TED: refusal === undefined ? [] : [errorLoop(refusal)],
      }),
    ],
  });
}

function errorLoop(refusal: string): TreeNode {
  const isShort = [...refusal].length <= LONGEST_MESSAGE;
  return node({
    TED: segment(ANOTHER_REASON, isShort ? refusal : undefined),
    NTE: isShort ? [] : notes(refusal).map((text) => segment(undefined, text)),
  });
}

/** The text in lines that end between words, where its words are shorter than a line. */
function notes(text: string): string[] {
  const lines: string[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const most = firstCharacters(rest, LONGEST_NOTE);
    const wordEnd = most.length < rest.length ? most.lastIndexOf(' ') : -1;
    const line = wordEnd > 0 ? most.slice(0, wordEnd) : most;
    lines.push(line);
    rest = rest.slice(line.length).trim();
  }
  return lines;
}
