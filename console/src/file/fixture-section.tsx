import { useState } from 'react';
import type { InterchangeDetail } from '../api.ts';
import { Section } from '../order/section.tsx';
import { useIsPortal } from '../partner/portal.tsx';
import { copied } from '../raw-view.tsx';

/** The API stores at most this much of a file that it refused as a whole. */
const KEPT_OF_REFUSED = 64 * 1024;

/** Commands that add a partner's file to every certification, to prevent regressions. */
export function FixtureSection({ file }: { readonly file: InterchangeDetail }) {
  const [notice, setNotice] = useState('');
  const { partnerId, direction, state, size } = file;
  if (useIsPortal()) return null;
  if (partnerId === null || direction !== 'inbound') return null;
  if (state === 'rejected' && size > KEPT_OF_REFUSED) return null;
  const commands = fixtureCommands(file, partnerId, window.location.origin);
  return (
    <Section title="Add to the certification fixtures" note="for an engineer, in the project folder">
      <p className="quiet">
        After the fix, every certification of {file.partnerName} runs this file. <code>KEY</code> is an API key that may
        read documents.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1). */}
      <section className="raw" aria-label="Commands" tabIndex={0}>
        <pre>{commands}</pre>
      </section>
      <div className="actions">
        <button type="button" onClick={() => void copied(commands).then(setNotice)}>
          Copy the commands
        </button>
        <p role="status" className="quiet">
          {notice}
        </p>
      </div>
    </Section>
  );
}

function fixtureCommands(
  { interchangeId, controlNumber }: InterchangeDetail,
  partnerId: string,
  origin: string,
): string {
  // The number comes from the partner and the commands run in a shell: strip unsafe characters.
  const number = controlNumber.toLowerCase().replaceAll(/[^a-z0-9]/g, '') || 'unnumbered';
  const file = `${partnerId}-${number}.edi`;
  return [
    `curl -fsS -H "Authorization: Bearer $KEY" ${origin}/v1/edi/interchanges/${encodeURIComponent(interchangeId)}/raw -o ${file}`,
    `npm run certify -- ${partnerId} --keep ${file} --as interchange-${number}`,
  ].join('\n');
}
