import { useEffect } from 'react';
import { Link } from 'react-router-dom';
import type { ProfileNotice } from '../api.ts';
import { Freshness } from '../list/freshness.tsx';
import { Loading, ProblemBanner, ProblemPanel } from '../notices.tsx';
import { Section, WideTable } from '../order/section.tsx';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';

const REFRESH = 10_000;

export function partnerPath(id: string): string {
  return `/partners/${encodeURIComponent(id)}`;
}

/** Every trading partner, and what is wrong with the files that describe them. */
export function PartnersPage() {
  const api = useApi();
  const partners = useLive('partners', api.partners, { every: REFRESH, keepPrevious: true });
  const { data, problem } = partners;

  useEffect(() => {
    document.title = 'Partners · Throughline';
  }, []);

  if (data === undefined) {
    if (problem) return <ProblemPanel problem={problem} what="the partners" onRetry={partners.refresh} />;
    return <Loading what="the partners" />;
  }
  return (
    <>
      <div className="title-row">
        <h1>Partners</h1>
        <Freshness live={partners} />
      </div>
      {problem && <ProblemBanner problem={problem} what="the partners" shownSince={partners.receivedAt} />}
      {data.problems.length > 0 && (
        <Section title="Not taken" note="Each partner stays on its last good profile until its file is right.">
          <ProfileNotices notices={data.problems} />
        </Section>
      )}
      <WideTable name="Trading partners">
        <thead>
          <tr>
            <th scope="col">Partner</th>
            <th scope="col">Side</th>
            <th scope="col">Profile in force</th>
            <th scope="col">Its files</th>
          </tr>
        </thead>
        <tbody>
          {data.items.map(({ id, name, usage, profileVersion, problemCount }) => (
            <tr key={id}>
              <th scope="row">
                <Link to={partnerPath(id)}>{name}</Link>
              </th>
              <td>{usage}</td>
              <td>
                <code>{profileVersion}</code>
              </td>
              <td>
                {problemCount === 0 ? (
                  <span className="nothing">in order</span>
                ) : (
                  <span className="alert-text">{problemCount === 1 ? '1 fault' : `${problemCount} faults`}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </WideTable>
      {data.warnings.length > 0 && (
        <Section title="Worth a look" note="Likely mistakes in profiles that are used nevertheless.">
          <ProfileNotices notices={data.warnings} />
        </Section>
      )}
    </>
  );
}

/** Faults or warnings, each with its place in a file. */
export function ProfileNotices({ notices }: { readonly notices: readonly ProfileNotice[] }) {
  return (
    <ul className="fault-list">
      {notices.map((notice) => (
        <li key={JSON.stringify(notice)}>
          {notice.key !== '' && <code>{notice.key}</code>} {notice.reason}{' '}
          <span className="quiet">
            at {notice.file}, line {notice.line} ·{' '}
          </span>
          <code className="quiet">{notice.code}</code>
        </li>
      ))}
    </ul>
  );
}
