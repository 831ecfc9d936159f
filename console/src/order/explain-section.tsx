import { useState } from 'react';
import { formatWords } from '../format.ts';
import { Loading, ProblemBanner } from '../notices.tsx';
import { useApi } from '../session.tsx';
import { Ago } from '../time.tsx';
import { useLive } from '../use-live.ts';
import { PageButtons, usePages } from './pages.tsx';
import { Section } from './section.tsx';

/** Every rule applied to the order, with its version, inputs and outcome. */
export function ExplainSection({ orderId }: { readonly orderId: string }) {
  const [asked, setAsked] = useState(false);
  return (
    <Section title="Why?" id="why" note="every decision with its rule and inputs">
      {asked ? (
        <Decisions orderId={orderId} />
      ) : (
        <button type="button" onClick={() => setAsked(true)}>
          Explain this order
        </button>
      )}
    </Section>
  );
}

function Decisions({ orderId }: { readonly orderId: string }) {
  const api = useApi();
  const pages = usePages();
  const explained = useLive(
    `explain ${orderId} ${pages.cursor}`,
    (signal) => api.explain(orderId, pages.cursor, signal),
    {
      keepPrevious: true,
    },
  );
  if (explained.data === undefined) {
    if (explained.problem) {
      return <ProblemBanner problem={explained.problem} what="the decisions" onRetry={explained.refresh} />;
    }
    return <Loading what="the decisions" />;
  }
  if (explained.data.items.length === 0) return <p className="quiet">No decision has been recorded yet.</p>;
  const { items, nextCursor, count } = explained.data;
  return (
    <>
      {nextCursor !== null && <p className="quiet">{count.toLocaleString('en-US')} decisions, the oldest first</p>}
      <ol className="decisions" aria-busy={explained.changing}>
        {items.map((decision) => (
          <li key={decision.id}>
            <p>
              <strong>{formatWords(decision.rule)}</strong>{' '}
              <span className="quiet">version {decision.ruleVersion}</span>
            </p>
            <p>{decision.outcome}</p>
            <p className="quiet">
              <Ago at={decision.at} />
            </p>
            <details>
              <summary>Inputs</summary>
              <pre>{JSON.stringify(decision.inputs, null, 2)}</pre>
            </details>
          </li>
        ))}
      </ol>
      <PageButtons pages={pages} nextCursor={nextCursor} what="decisions" />
    </>
  );
}
