import { useEffect, useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import { ApiProblem, type LeftOutContent, type PartnerDetail } from '../api.ts';
import { formatWords } from '../format.ts';
import { Loading, ProblemBanner, ProblemPanel } from '../notices.tsx';
import { Section, WideTable } from '../order/section.tsx';
import { CertificationSection, CrossReferencesSection, InFlightSection, ProfileSection } from '../partner/sections.tsx';
import { useApi } from '../session.tsx';
import { Ago } from '../time.tsx';
import { type Live, useLive } from '../use-live.ts';
import { ProfileNotices, partnerPath } from './partners-page.tsx';

/** One partner: its profile and certification, and what people decided to leave out of its orders. */
export function PartnerPage() {
  const { partnerId = '' } = useParams();
  const api = useApi();
  const partner = useLive(`partner ${partnerId}`, (signal) => api.partner(partnerId, signal));
  const leftOut = useLive(`left out ${partnerId}`, (signal) => api.leftOutContent(partnerId, signal));
  const { data } = partner;

  const name = data?.name ?? 'Partner';
  useEffect(() => {
    document.title = `${name} · Throughline`;
  }, [name]);

  if (data === undefined) {
    if (partner.problem) return <ProblemPanel problem={partner.problem} what="the partner" onRetry={partner.refresh} />;
    return <Loading what="the partner" />;
  }
  return (
    <>
      <p className="trail">
        <Link to="/partners">Partners</Link> <span aria-hidden="true">/</span> Partner
      </p>
      <div className="title-row">
        <h1>{data.name}</h1>
        <p className="quiet">
          {data.usage} · profile <code>{data.profileVersion}</code>
        </p>
      </div>
      <Facts partner={data} />
      {data.problems.length > 0 && (
        <Section title="Not taken" note="The profile named above stays in force until the file is right.">
          <ProfileNotices notices={data.problems} />
        </Section>
      )}
      {data.warnings.length > 0 && (
        <Section title="Worth a look" note="Likely mistakes in profiles that are used nevertheless.">
          <ProfileNotices notices={data.warnings} />
        </Section>
      )}
      <p className="actions">
        <Link to={`${partnerPath(partnerId)}/bench`}>Test bench: see what a file becomes</Link>
      </p>
      <InFlightSection partnerId={partnerId} />
      <LeftOut partnerId={partnerId} leftOut={leftOut} />
      <CertificationSection partner={data} />
      <ProfileSection partnerId={partnerId} />
      <CrossReferencesSection partnerId={partnerId} />
    </>
  );
}

function Facts({ partner }: { readonly partner: PartnerDetail }) {
  const { certification, documents, versions } = partner;
  const counts = `${certification.passed} passed, ${certification.failed} failed, ${certification.notRun} not run`;
  return (
    <dl className="facts">
      <div>
        <dt>Certification</dt>
        <dd>
          {formatWords(certification.state)}
          {certification.finishedAt !== null && (
            <>
              {' '}
              · {counts} · <Ago at={certification.finishedAt} />
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Sets that we take</dt>
        <dd>{documents.inbound.join(', ')}</dd>
      </div>
      <div>
        <dt>Sets that we send</dt>
        <dd>{documents.outbound.map(({ set }) => set).join(', ')}</dd>
      </div>
      <div>
        <dt>Versions with orders</dt>
        <dd>{versions.length}</dd>
      </div>
    </dl>
  );
}

function LeftOut(props: { readonly partnerId: string; readonly leftOut: Live<{ items: LeftOutContent[] }> }) {
  const { partnerId, leftOut } = props;
  const api = useApi();
  const [problem, setProblem] = useState<ApiProblem>();
  const { data } = leftOut;

  async function askAgain({ transactionSet, content }: LeftOutContent): Promise<void> {
    setProblem(undefined);
    try {
      await api.askAgain(partnerId, transactionSet, content);
    } catch (failure) {
      if (!(failure instanceof ApiProblem)) throw failure;
      setProblem(failure);
    }
    leftOut.refresh();
  }

  return (
    <Section
      title="Left out of orders"
      note="Content that somebody accepted to go without. Later orders are not asked."
    >
      {leftOut.problem && <ProblemBanner problem={leftOut.problem} what="what was left out" />}
      {problem && <ProblemBanner problem={problem} what="the decision" />}
      {data === undefined && !leftOut.problem && <Loading what="what was left out" />}
      {data?.items.length === 0 && <p className="quiet">Nothing was left out by a decision.</p>}
      {data && data.items.length > 0 && (
        <WideTable name="Content left out of orders">
          <thead>
            <tr>
              <th scope="col">Content</th>
              <th scope="col">Set</th>
              <th scope="col">Decided</th>
              <th scope="col">With</th>
              <th scope="col">Action</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((item) => (
              <tr key={`${item.transactionSet} ${item.content}`}>
                <th scope="row">
                  <code>{item.content}</code>
                </th>
                <td>{item.transactionSet}</td>
                <td>
                  <Ago at={item.decidedAt} />
                  {item.decidedBy !== null && <span className="quiet"> by {item.decidedBy}</span>}
                </td>
                <td>
                  <Link to={`/orders/${encodeURIComponent(item.orderId)}`}>its order</Link>
                </td>
                <td>
                  <button
                    type="button"
                    aria-label={`Ask again about ${item.content}`}
                    onClick={() => void askAgain(item)}
                  >
                    Ask again
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </WideTable>
      )}
    </Section>
  );
}
