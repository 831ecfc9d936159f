import { useId, useState } from 'react';
import type { OrderDetail, OrderLine } from '../api.ts';
import { ProblemBanner } from '../notices.tsx';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';

const MOST = 20;

interface Found {
  /** Lines to choose from now. */
  readonly lines: readonly OrderLine[];
  /** Every line that was offered so far. */
  readonly seen: readonly OrderLine[];
  /** The field that finds others; null where the order has no more lines than are offered. */
  readonly field: React.ReactNode;
}

/** For forms that pick lines: all lines of a small order, else those that a search finds. */
export function useFoundLines(order: OrderDetail, state: 'shipped' | '' = ''): Found {
  const api = useApi();
  const fieldId = useId();
  const [q, setQ] = useState('');
  const [seen, setSeen] = useState<ReadonlyMap<string, OrderLine>>(new Map());
  const isLarge = order.lineCount > order.lines.length;
  const { data, problem, refresh } = useLive(
    `lines to pick of ${order.id} ${state} ${isLarge} ${q}`,
    async (signal) => {
      if (!isLarge) return undefined;
      const page = await api.lines(order.id, { q: q.trim(), state, limit: MOST }, signal);
      setSeen((before) => new Map([...before, ...page.items.map((line) => [line.lineId, line] as const)]));
      return page;
    },
    { keepPrevious: true },
  );
  if (!isLarge) return { lines: order.lines, seen: order.lines, field: null };
  const items = data?.items ?? [];
  return {
    lines: items,
    seen: [...seen.values()],
    field: (
      <div className="find-lines">
        <label htmlFor={fieldId}>Find a line by its number, item or description</label>
        <input
          id={fieldId}
          type="search"
          value={q}
          onChange={({ target }) => setQ(target.value)}
          autoComplete="off"
          spellCheck={false}
        />
        {problem && <ProblemBanner problem={problem} what="the lines" onRetry={refresh} />}
        {data && (
          <p className="quiet" role="status">
            {data.count > items.length ? `The first ${items.length} of ${data.count} lines` : `${data.count} lines`}
          </p>
        )}
      </div>
    ),
  };
}
