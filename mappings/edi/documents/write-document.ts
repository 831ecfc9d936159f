import type { GroupResult } from '../../x12/acknowledgment.ts';
import type { Tree } from '../../x12/types.ts';
import { withAdditions } from '../additions.ts';
import type { Agreement } from '../agreement.ts';
import type { AdviceDocument, CreditDocument, DocumentDetails, ReturnAnswerDocument } from '../document-content.ts';
import type { Evaluate } from '../expression.ts';
import type { Writes, WritesInvoice } from './definition.ts';
import { documentOf } from './registry.ts';

/** A document as it is queued. */
export interface WrittenDocument {
  readonly set: string;
  readonly tree: Tree;
}

/**
 * A document from our records, with the segments that the partner's profile adds to it.
 *
 * @throws DocumentError if our records do not allow it, or an expression of the profile fails.
 */
export function writeDocument<Content extends DocumentDetails>(
  { set, outbound }: { readonly set: string; readonly outbound: Writes<string, Content> },
  content: Content,
  agreement: Agreement,
  evaluate: Evaluate,
): WrittenDocument {
  const tree = outbound.render(content, agreement);
  return { set, tree: withAdditions(set, tree, content, agreement, evaluate) };
}

/** What became of a document of the partner, as a document for it. */
export function writeAdvice(
  { set, outbound }: { readonly set: string; readonly outbound: Writes<'application-advice', AdviceDocument> },
  content: AdviceDocument,
  agreement: Agreement,
): WrittenDocument {
  return { set, tree: outbound.render(content, agreement) };
}

/** The answer to a request to return goods. */
export function writeReturnAnswer(
  { set, outbound }: { readonly set: string; readonly outbound: Writes<'return-answer', ReturnAnswerDocument> },
  content: ReturnAnswerDocument,
  agreement: Agreement,
): WrittenDocument {
  return { set, tree: outbound.render(content, agreement) };
}

/** A credit, in the form of an invoice of another type. */
export function writeCreditMemo(
  { set, outbound }: { readonly set: string; readonly outbound: WritesInvoice },
  content: CreditDocument,
  agreement: Agreement,
): WrittenDocument {
  return { set, tree: outbound.renderCredit(content, agreement) };
}

/** The acknowledgment of a functional group in the form that the partner wants. */
export function writeGroupAnswer(result: GroupResult, agreement: Agreement): WrittenDocument {
  const set = agreement.documents.functionalAcknowledgment;
  const outbound = documentOf(set)?.outbound;
  if (outbound?.writes !== 'functional-acknowledgment') throw new TypeError(`${set} acknowledges no group`);
  return { set, tree: outbound.render(result) };
}
