import type { SalesOrder } from '../../canonical/v1/index.ts';
import { isWithin, named, type Repertoire, rewritten } from '../../x12/repertoire.ts';

/** A text of an order that our documents cannot repeat as it is. */
export interface RewrittenText {
  given: string;
  /** Absent if it has no equal in the repertoire, so that a document with it is an exception. */
  written?: string;
  /** The character without equal, for people. */
  character?: string;
}

/** Names and addresses of the orders outside the partner's repertoire, each once. */
export function rewrittenTexts(orders: readonly SalesOrder[], repertoire: Repertoire): RewrittenText[] {
  const texts = orders.flatMap(({ shipTo, buyer, billTo, markFor }) =>
    [shipTo, buyer, billTo, markFor].flatMap((party) => {
      const { name, lines = [], city } = party?.address ?? {};
      return [name, ...lines, city].filter((text) => text !== undefined);
    }),
  );
  return [...new Set(texts)].flatMap((given): RewrittenText[] => {
    if (isWithin(given, repertoire)) return [];
    const result = rewritten(given, repertoire);
    return 'text' in result ? [{ given, written: result.text }] : [{ given, character: named(result.character) }];
  });
}
