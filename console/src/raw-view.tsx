import { useState } from 'react';
import { download } from './download.ts';
import { Loading, ProblemBanner } from './notices.tsx';
import { useLive } from './use-live.ts';

/** Original bytes of a document or file, with copy and download. */
export function RawView(props: {
  /** The kind of content, such as "document". */
  readonly name: string;
  readonly id: string;
  readonly load: (signal: AbortSignal) => Promise<Blob>;
  readonly fileName: string;
}) {
  const { name, id, load, fileName } = props;
  const raw = useLive(`raw ${name} ${id}`, async (signal) => {
    const blob = await load(signal);
    // The API declares the encoding: without one, one byte is one character.
    const charset = /charset=([\w-]+)/.exec(blob.type)?.[1] ?? 'iso-8859-1';
    return { blob, charset, text: new TextDecoder(charset).decode(await blob.arrayBuffer()) };
  });
  const [notice, setNotice] = useState('');

  if (raw.data === undefined) {
    if (raw.problem) return <ProblemBanner problem={raw.problem} what={`the raw ${name}`} onRetry={raw.refresh} />;
    return <Loading what={`the raw ${name}`} />;
  }
  const { blob, charset, text } = raw.data;

  async function copy(): Promise<void> {
    setNotice(await copied(text));
  }

  return (
    <>
      <div className="actions">
        <button type="button" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" onClick={() => download(blob, fileName)}>
          Download
        </button>
        <p role="status" className="quiet">
          {notice}
        </p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1). */}
      <section className="raw" aria-label={`Raw ${name}`} tabIndex={0}>
        <pre>{onePerLine(text)}</pre>
      </section>
      <p className="quiet">
        {blob.size.toLocaleString('en-US')} bytes, read as {charset}. Shown with one segment per line. Download keeps
        the original bytes.
      </p>
    </>
  );
}

/** Copies the text and returns a status message. */
export async function copied(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return 'Copied.';
  } catch {
    // The clipboard needs HTTPS or localhost, and the user's permission.
    return 'This browser does not allow copying here. Select the text instead.';
  }
}

/**
 * Adds a line break per segment if the file has none. ISA has a fixed width; its terminator is
 * character 106.
 */
function onePerLine(text: string): string {
  const terminator = text.startsWith('ISA') ? text.charAt(105) : '~';
  if (terminator === '' || /[\r\n]/.test(text.trimEnd())) return text;
  return text.split(terminator).join(`${terminator}\n`).trimEnd();
}
