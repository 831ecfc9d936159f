import { useState } from 'react';
import { download } from './download.ts';
import { Loading, ProblemBanner } from './notices.tsx';
import { useLive } from './use-live.ts';

/** What crossed the wire, to be read, copied and kept. */
export function RawView(props: {
  /** What it is, as in "document". */
  readonly name: string;
  readonly id: string;
  readonly load: (signal: AbortSignal) => Promise<Blob>;
  readonly fileName: string;
}) {
  const { name, id, load, fileName } = props;
  const raw = useLive(`raw ${name} ${id}`, async (signal) => {
    const blob = await load(signal);
    // One byte is one character, as the API says of it.
    return { blob, text: new TextDecoder('iso-8859-1').decode(await blob.arrayBuffer()) };
  });
  const [told, setTold] = useState('');

  if (raw.data === undefined) {
    if (raw.problem) return <ProblemBanner problem={raw.problem} what={`the raw ${name}`} onRetry={raw.refresh} />;
    return <Loading what={`the raw ${name}`} />;
  }
  const { blob, text } = raw.data;

  async function copy(): Promise<void> {
    setTold(await copied(text));
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
          {told}
        </p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1). */}
      <section className="raw" aria-label={`Raw ${name}`} tabIndex={0}>
        <pre>{onePerLine(text)}</pre>
      </section>
      <p className="quiet">
        {blob.size.toLocaleString('en-US')} bytes. Shown with one segment on a line; copied and downloaded as it crossed
        the wire.
      </p>
    </>
  );
}

/** Copies, and says what came of it. */
export async function copied(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return 'Copied.';
  } catch {
    // Outside HTTPS and localhost, or when the person refuses, there is no clipboard.
    return 'This browser does not allow copying here. Select the text instead.';
  }
}

/** Breaks after each segment where the file itself has no line ends. ISA is of fixed width: its terminator is character 106. */
function onePerLine(text: string): string {
  const terminator = text.startsWith('ISA') ? text.charAt(105) : '~';
  if (terminator === '' || /[\r\n]/.test(text.trimEnd())) return text;
  return text.split(terminator).join(`${terminator}\n`).trimEnd();
}
