import { useState } from 'react';
import type { InterchangeDetail } from '../api.ts';
import { Section } from '../order/section.tsx';
import { copied } from '../raw-view.tsx';

/** Most that is kept of a file that was refused as a whole. */
const KEPT_OF_REFUSED = 64 * 1024;

/** How an engineer makes a file of a partner part of every certification, so that what is mended stays mended. */
export function FixtureSection({ file }: { readonly file: InterchangeDetail }) {
  const [told, setTold] = useState('');
  const { partnerId, direction, state, size } = file;
  if (partnerId === null || direction !== 'inbound') return null;
  if (state === 'rejected' && size > KEPT_OF_REFUSED) return null;
  const commands = fixtureCommands(file, partnerId, window.location.origin);
  return (
    <Section title="Keep it as a certification fixture" note="for an engineer, in the project’s folder">
      <p className="quiet">
        Once the fault is mended, this file is run with every certification of {file.partnerName}. <code>KEY</code> is
        an API key that may read documents.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1). */}
      <section className="raw" aria-label="Commands" tabIndex={0}>
        <pre>{commands}</pre>
      </section>
      <div className="actions">
        <button type="button" onClick={() => void copied(commands).then(setTold)}>
          Copy the commands
        </button>
        <p role="status" className="quiet">
          {told}
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
  // The number is the partner's own text, and these lines are made to be run by a shell.
  const number = controlNumber.toLowerCase().replaceAll(/[^a-z0-9]/g, '') || 'unnumbered';
  const file = `${partnerId}-${number}.edi`;
  return [
    `curl -fsS -H "Authorization: Bearer $KEY" ${origin}/v1/edi/interchanges/${encodeURIComponent(interchangeId)}/raw -o ${file}`,
    `npm run certify -- ${partnerId} --keep ${file} --as interchange-${number}`,
  ].join('\n');
}
