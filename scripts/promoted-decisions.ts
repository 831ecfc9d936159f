/** What people accepted on the test side and production will ask about again, as lines to add to `ignores`. */
import { stringify } from 'yaml';
import type { AcceptedContent } from '../activities/partners/accepted-content.ts';
import { covers } from '../mappings/edi/not-used.ts';

type Ignores = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** YAML of what `ignores` does not say yet, with the person as the reason; undefined if it says everything. */
export function suggestedIgnores(accepted: readonly AcceptedContent[], ignores: Ignores): string | undefined {
  const open = accepted.filter(
    ({ transactionSet, content }) => !patternsOf(ignores, transactionSet).some((pattern) => covers(pattern, content)),
  );
  if (open.length === 0) return undefined;
  const suggested: Record<string, Record<string, string>> = {};
  for (const { transactionSet, content, decidedAt, decidedBy, poNumber, orderId } of open) {
    const by = `accepted by ${decidedBy ?? 'a person'} on ${decidedAt.toISOString().slice(0, 10)}`;
    suggested[transactionSet] ??= {};
    suggested[transactionSet][content] = `${by} with order ${poNumber ?? orderId}`;
  }
  return stringify({ ignores: suggested }, { lineWidth: 0 }).trimEnd();
}

function patternsOf(ignores: Ignores, set: string): string[] {
  return Object.hasOwn(ignores, set) ? Object.keys(ignores[set] ?? {}) : [];
}
