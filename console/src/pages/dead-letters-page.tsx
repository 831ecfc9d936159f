import { useEffect } from 'react';
import { Link } from 'react-router-dom';
import { type DeadLetter, type DeadLetterPage, LETTER_KINDS } from '../dead-letters/api.ts';
import { KIND_WORDS, letterPath, STATE_WORDS } from '../dead-letters/words.ts';
import { useFilters } from '../list/filters.ts';
import { Freshness } from '../list/freshness.tsx';
import { Nothing } from '../list/nothing.tsx';
import { Paging } from '../list/paging.tsx';
import { PartnerFilter } from '../list/partner-filter.tsx';
import { CountedTab } from '../list/tab.tsx';
import { Empty, Loading, ProblemBanner, ProblemPanel } from '../notices.tsx';
import { useApi } from '../session.tsx';
import { Ago } from '../time.tsx';
import { useLive } from '../use-live.ts';

const PAGE_SIZE = 50;
const REFRESH = 5_000;
const COUNT_REFRESH = 15_000;

const FILTERS = ['kind', 'state', 'partner'] as const;

/** What came in and had no effect. */
export function DeadLettersPage() {
  const api = useApi();
  const filters = useFilters(FILTERS);
  const { kind, state, partner } = filters.values;
  const { cursor } = filters;
  const query = { kind, state, partnerId: partner, cursor, limit: PAGE_SIZE };
  const letters = useLive(`dead letters ${JSON.stringify(query)}`, (signal) => api.deadLetters(query, signal), {
    every: REFRESH,
    keepPrevious: true,
  });
  const counts = useLive('dead letter counts', api.deadLetterCounts, { every: COUNT_REFRESH, keepPrevious: true });

  useEffect(() => {
    document.title = 'Dead letters · Throughline';
  }, []);

  const open = state === '' || state === 'open';
  const countOf = (one: string): string | undefined => {
    if (!open || partner !== '' || counts.data === undefined) return undefined;
    const found = counts.data.counts.filter((row) => one === '' || row.kind === one);
    const total = found.reduce((sum, { count }) => sum + count, 0);
    return total === 0 ? undefined : String(total);
  };
  return (
    <>
      <div className="title-row">
        <h1>Dead letters</h1>
        <Freshness live={letters} />
      </div>
      <p className="quiet">
        What came in and had no effect, until it is taken again or somebody says that it needs nothing.
      </p>
      <div className="filters">
        <select aria-label="State" value={state} onChange={(event) => filters.narrow({ state: event.target.value })}>
          <option value="">{STATE_WORDS.open}</option>
          <option value="replayed">{STATE_WORDS.replayed}</option>
          <option value="dismissed">{STATE_WORDS.dismissed}</option>
        </select>
        <PartnerFilter partner={partner} onChange={(id) => filters.narrow({ partner: id })} />
      </div>
      <nav className="tabs" aria-label="Dead letters by kind">
        {(['', ...LETTER_KINDS] as const).map((one) => (
          <CountedTab key={one} to={filters.address({ kind: one })} current={kind === one} count={countOf(one)}>
            {one === '' ? 'All' : KIND_WORDS[one]}
          </CountedTab>
        ))}
      </nav>
      {letters.problem && letters.data && (
        <ProblemBanner
          problem={letters.problem}
          what="the dead letters"
          shownSince={letters.receivedAt}
          onRetry={letters.refresh}
        />
      )}
      {letters.data === undefined ? (
        letters.problem ? (
          <ProblemPanel problem={letters.problem} what="the dead letters" onRetry={letters.refresh} />
        ) : (
          <Loading what="dead letters" />
        )
      ) : letters.data.items.length === 0 ? (
        <Empty title={open && kind === '' && partner === '' ? 'No dead letters' : 'Nothing matches these filters'}>
          <p>Everything that came in had its effect, or somebody dealt with it.</p>
        </Empty>
      ) : (
        <LettersTable page={letters.data} dimmed={letters.changing} />
      )}
      {letters.data && <Paging nextCursor={letters.data.nextCursor} cursor={cursor} address={filters.address} />}
    </>
  );
}

function LettersTable({ page, dimmed }: { readonly page: DeadLetterPage; readonly dimmed: boolean }) {
  return (
    <table className={dimmed ? 'list dimmed' : 'list'} aria-busy={dimmed}>
      <caption className="visually-hidden">Dead letters</caption>
      <thead>
        <tr>
          <th scope="col">What came</th>
          <th scope="col">From</th>
          <th scope="col">Why it had no effect</th>
          <th scope="col">Since</th>
        </tr>
      </thead>
      <tbody>
        {page.items.map((letter) => (
          <LetterRow key={letter.id} letter={letter} />
        ))}
      </tbody>
    </table>
  );
}

function LetterRow({ letter }: { readonly letter: DeadLetter }) {
  const { id, what, partnerId, reason, since } = letter;
  return (
    <tr>
      <th scope="row" className="cell-name">
        <Link to={letterPath(id)}>{what}</Link>
      </th>
      <td className="cell-partner">{partnerId ?? <span className="quiet">Unknown</span>}</td>
      <td className="cell-reason">{reason || <Nothing />}</td>
      <td className="cell-time">
        <Ago at={since} />
      </td>
    </tr>
  );
}
