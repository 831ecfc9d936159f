import { useEffect } from 'react';
import { Link, useParams } from 'react-router-dom';
import type { DeadLetterDetail } from '../dead-letters/api.ts';
import { DismissForm } from '../dead-letters/dismiss-form.tsx';
import { ReplayForm } from '../dead-letters/replay-form.tsx';
import { KIND_WORDS, STATE_WORDS } from '../dead-letters/words.ts';
import { filePath } from '../file/file-path.ts';
import { formatExact } from '../format.ts';
import { Loading, ProblemPanel } from '../notices.tsx';
import { Section } from '../order/section.tsx';
import { useApi } from '../session.tsx';
import { Ago } from '../time.tsx';
import { useLive } from '../use-live.ts';

const REFRESH = 5_000;

/** One thing that came in and had no effect: why, its content, and what can be done. */
export function DeadLetterPage() {
  const api = useApi();
  const { deadLetterId = '' } = useParams();
  const letter = useLive(`dead letter ${deadLetterId}`, (signal) => api.deadLetter(deadLetterId, signal), {
    every: REFRESH,
  });
  const { data } = letter;

  useEffect(() => {
    document.title = `${data?.what ?? 'Dead letter'} · Throughline`;
  }, [data?.what]);

  if (data === undefined) {
    if (letter.problem) return <ProblemPanel problem={letter.problem} what="dead letter" onRetry={letter.refresh} />;
    return <Loading what="the dead letter" />;
  }
  return (
    <>
      <p className="crumb">
        <Link to="/dead-letters">Dead letters</Link>
      </p>
      <h1>{data.what}</h1>
      <Facts letter={data} />
      {data.options.includes('replay') && <ReplayForm key={data.id} letter={data} onDone={letter.refresh} />}
      {data.options.includes('dismiss') && <DismissForm id={data.id} onDone={letter.refresh} />}
      <Actions letter={data} />
      <Section title="As it came" note={data.content.whole ? undefined : 'only the beginning was kept'}>
        <pre className="raw">{readable(data.content)}</pre>
      </Section>
    </>
  );
}

function Facts({ letter }: { readonly letter: DeadLetterDetail }) {
  const { kind, state, partnerId, since, reason, links } = letter;
  return (
    <dl className="facts">
      <div>
        <dt>Kind</dt>
        <dd>{KIND_WORDS[kind]}</dd>
      </div>
      <div>
        <dt>From</dt>
        <dd>{partnerId ?? 'Unknown'}</dd>
      </div>
      <div>
        <dt>Since</dt>
        <dd>
          <Ago at={since} />
        </dd>
      </div>
      <div>
        <dt>State</dt>
        <dd>{STATE_WORDS[state]}</dd>
      </div>
      <div>
        <dt>Why it had no effect</dt>
        <dd>{reason || 'It has had its effect'}</dd>
      </div>
      {links.interchange !== null && (
        <div>
          <dt>File</dt>
          <dd>
            <Link to={filePath(decodeURIComponent(links.interchange.split('/').at(-1) ?? ''))}>Open the file</Link>
          </dd>
        </div>
      )}
    </dl>
  );
}

function Actions({ letter: { actions } }: { readonly letter: DeadLetterDetail }) {
  if (actions.length === 0) return null;
  return (
    <Section title="What was done about it">
      <ul>
        {actions.map(({ action, by, why, at, effect, corrected, profileVersion }) => (
          <li key={`${at} ${action}`}>
            {action === 'replayed' ? 'Taken again' : 'Dismissed'} by {by}, {formatExact(at)}: {why}
            {effect !== null && <span className="quiet"> · {effect}</span>}
            {profileVersion !== null && <span className="quiet"> · profile {profileVersion}</span>}
            {corrected !== null && (
              <details>
                <summary>Corrected content</summary>
                <pre className="raw">{corrected}</pre>
              </details>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function readable({ format, text }: DeadLetterDetail['content']): string {
  if (format === 'x12') return text.replaceAll(/~(?!\n)/g, '~\n');
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
