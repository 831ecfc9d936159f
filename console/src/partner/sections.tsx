import { useState } from 'react';
import { Link } from 'react-router-dom';
import type { PartnerDetail } from '../api.ts';
import { formatWords } from '../format.ts';
import { Loading, ProblemBanner } from '../notices.tsx';
import { Section, WideTable } from '../order/section.tsx';
import { useApi } from '../session.tsx';
import { Ago, Deadline } from '../time.tsx';
import { useLive } from '../use-live.ts';

const REFRESH = 10_000;

/** Documents that wait for somebody: for us to send them, or for the partner to acknowledge them. */
export function InFlightSection({ partnerId }: { readonly partnerId: string }) {
  const api = useApi();
  const inFlight = useLive(`in flight ${partnerId}`, (signal) => api.documentsInFlight(partnerId, signal), {
    every: REFRESH,
  });
  const { data, problem } = inFlight;
  return (
    <Section title="Documents in flight" note="Waiting to be sent or read, or for an acknowledgment.">
      {problem && <ProblemBanner problem={problem} what="the documents in flight" />}
      {data === undefined && !problem && <Loading what="the documents in flight" />}
      {data?.items.length === 0 && <p className="quiet">Nothing waits.</p>}
      {data && data.items.length > 0 && (
        <WideTable name="Documents in flight">
          <thead>
            <tr>
              <th scope="col">Document</th>
              <th scope="col">Order</th>
              <th scope="col">Direction</th>
              <th scope="col">Waits</th>
              <th scope="col">Since</th>
              <th scope="col">Due</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map(
              ({
                id,
                transactionSet,
                name,
                order,
                direction,
                state,
                createdAt,
                deadline,
                acknowledgeBy,
                interchangeId,
              }) => (
                <tr key={id}>
                  <th scope="row">
                    {interchangeId === null ? (
                      `${transactionSet} ${name}`
                    ) : (
                      <Link to={`/files/${encodeURIComponent(interchangeId)}`}>
                        {transactionSet} {name}
                      </Link>
                    )}
                  </th>
                  <td>
                    {order && (
                      <Link to={`/orders/${encodeURIComponent(order.orderId)}`}>
                        {order.poNumber}
                        {order.part !== '' && ` ${order.part}`}
                      </Link>
                    )}
                  </td>
                  <td>{direction}</td>
                  <td>{state === 'transmitted' ? 'for their acknowledgment' : formatWords(state)}</td>
                  <td>
                    <Ago at={createdAt} />
                  </td>
                  <td>
                    <Due at={state === 'transmitted' ? acknowledgeBy : deadline} />
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </WideTable>
      )}
      {data?.more && <p className="quiet">Only the oldest are shown.</p>}
    </Section>
  );
}

function Due({ at }: { readonly at: string | null }) {
  return at === null ? <span className="quiet">no deadline</span> : <Deadline at={at} />;
}

/** The latest result of certification, scenario by scenario. */
export function CertificationSection({ partner }: { readonly partner: PartnerDetail }) {
  const { report, scenarios, state } = partner.certification;
  const failed = scenarios.filter((scenario) => scenario.state === 'failed');
  return (
    <Section title="Certification" note={report === null ? 'There is no report.' : <>report: {report}</>}>
      {scenarios.length === 0 && (
        <p className="quiet">
          {formatWords(state)}. <code>npm run certify -- {partner.id}</code> runs every scenario.
        </p>
      )}
      {failed.length > 0 && <Scenarios scenarios={failed} />}
      {scenarios.length > failed.length && (
        <details>
          <summary>{scenarios.length - failed.length} scenarios passed or not run</summary>
          <Scenarios scenarios={scenarios.filter((scenario) => scenario.state !== 'failed')} />
        </details>
      )}
    </Section>
  );
}

function Scenarios({ scenarios }: Pick<PartnerDetail['certification'], 'scenarios'>) {
  return (
    <ul className="fault-list">
      {scenarios.map(({ name, state, reason }) => (
        <li key={name}>
          <code>{name}</code> {formatWords(state)}
          {reason !== null && <span className="quiet">: {reason}</span>}
        </li>
      ))}
    </ul>
  );
}

/** Every value of the profile in force, and the file that states it. */
export function ProfileSection({ partnerId }: { readonly partnerId: string }) {
  const api = useApi();
  const profile = useLive(`profile ${partnerId}`, (signal) => api.profileText(partnerId, signal));
  const [onlyOwn, setOnlyOwn] = useState(true);
  const { data, problem } = profile;
  const own = data?.files[0];
  const values = data?.values.filter(({ from }) => !onlyOwn || from !== null) ?? [];
  return (
    <Section title="Profile" note={data?.files.join(' ← ')}>
      {problem && <ProblemBanner problem={problem} what="the profile" onRetry={profile.refresh} />}
      {data === undefined && !problem && <Loading what="the profile" />}
      {data && (
        <details>
          <summary>Values, and where each comes from</summary>
          <p>
            <label>
              <input type="checkbox" checked={onlyOwn} onChange={(event) => setOnlyOwn(event.target.checked)} /> without
              defaults
            </label>
          </p>
          <WideTable name="Values of the profile">
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col">Value</th>
                <th scope="col">From</th>
              </tr>
            </thead>
            <tbody>
              {values.map(({ key, value, from }) => (
                <tr key={key}>
                  <th scope="row">
                    <code>{key}</code>
                  </th>
                  <td>
                    <code>{said(value)}</code>
                  </td>
                  <td>
                    {from === null ? <span className="quiet">default</span> : from === own ? 'its own file' : from}
                  </td>
                </tr>
              ))}
            </tbody>
          </WideTable>
        </details>
      )}
      <Versions partnerId={partnerId} />
    </Section>
  );
}

function Versions({ partnerId }: { readonly partnerId: string }) {
  const api = useApi();
  const versions = useLive(`versions ${partnerId}`, (signal) => api.profileVersions(partnerId, signal));
  const { data, problem } = versions;
  if (problem) return <ProblemBanner problem={problem} what="the versions" onRetry={versions.refresh} />;
  if (data === undefined) return <Loading what="the versions" />;
  return (
    <details>
      <summary>{data.items.length === 1 ? '1 version' : `${data.items.length} versions`}</summary>
      <ol className="decisions">
        {data.items.map(({ version, inForceAt, firstUsedAt, differences }) => (
          <li key={version}>
            <p>
              <code>{version}</code> <span className="quiet">in force</span> <Ago at={inForceAt} />
              {firstUsedAt === null && <span className="quiet"> · no orders</span>}
            </p>
            <ul>
              {differences.map(({ key, from, to }) => (
                <li key={key}>
                  <code>{key}</code>: {from === undefined ? 'new' : <code>{said(from)}</code>} →{' '}
                  {to === undefined ? 'removed' : <code>{said(to)}</code>}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </details>
  );
}

function said(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What the partner calls our items, stores and units. */
export function CrossReferencesSection({ partnerId }: { readonly partnerId: string }) {
  const api = useApi();
  const [kind, setKind] = useState('');
  const [external, setExternal] = useState('');
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const query = { kind, external: external.trim(), ...(cursor !== undefined && { cursor }) };
  const found = useLive(
    `cross-references ${partnerId} ${JSON.stringify(query)}`,
    (signal) => api.crossReferences(partnerId, query, signal),
    { keepPrevious: true },
  );
  const { data, problem } = found;
  return (
    <Section title="Cross-references" note="What the partner calls our items, ship-tos and units.">
      <p className="actions">
        <label>
          Kind{' '}
          <select
            value={kind}
            onChange={(event) => {
              setCursors([]);
              setKind(event.target.value);
            }}
          >
            <option value="">all</option>
            {['item', 'ship-to', 'unit', 'pack'].map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label>
          Their number{' '}
          <input
            type="search"
            value={external}
            onChange={(event) => {
              setCursors([]);
              setExternal(event.target.value);
            }}
          />
        </label>
      </p>
      {problem && <ProblemBanner problem={problem} what="the cross-references" onRetry={found.refresh} />}
      {data === undefined && !problem && <Loading what="the cross-references" />}
      {data?.items.length === 0 && <p className="quiet">There are none.</p>}
      {data && data.items.length > 0 && (
        <WideTable name="Cross-references">
          <thead>
            <tr>
              <th scope="col">Theirs</th>
              <th scope="col">Kind</th>
              <th scope="col">Ours</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((row) => (
              <tr key={`${row.kind} ${row.external} ${row.sku}`}>
                <th scope="row">
                  <code>{row.external}</code>
                </th>
                <td>{row.kind}</td>
                <td>
                  {row.quantity !== null && `${row.quantity} `}
                  <code>{row.internal}</code>
                  {row.sku !== null && (
                    <>
                      {' '}
                      of <code>{row.sku}</code>
                    </>
                  )}
                </td>
                <td>{row.source}</td>
              </tr>
            ))}
          </tbody>
        </WideTable>
      )}
      <p className="actions">
        {cursors.length > 0 && (
          <button type="button" onClick={() => setCursors(cursors.slice(0, -1))}>
            Previous
          </button>
        )}
        {data?.nextCursor && (
          <button type="button" onClick={() => setCursors([...cursors, data.nextCursor ?? ''])}>
            More
          </button>
        )}
      </p>
    </Section>
  );
}
