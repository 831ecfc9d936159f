import { useEffect, useState } from 'react';
import { Link } from 'react-router-dom';
import { ApiProblem } from '../api.ts';
import { filePath } from '../file/file-path.ts';
import { formatWords } from '../format.ts';
import { Loading, ProblemBanner } from '../notices.tsx';
import { Section, WideTable } from '../order/section.tsx';
import type { Preview } from '../partner/api.ts';
import { FileInput } from '../partner/file-input.tsx';
import { PreviewView } from '../partner/preview-view.tsx';
import { useApi } from '../session.tsx';
import { Ago } from '../time.tsx';
import { useLive } from '../use-live.ts';

const REFRESH = 4_000;
const SHOWN = 50;

/** For a partner: its test files, what a file would become, and what became of those that it sent. */
export function PortalPage({ partnerId }: { readonly partnerId: string }) {
  const api = useApi();
  const [file, setFile] = useState('');
  const [preview, setPreview] = useState<Preview>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [notice, setNotice] = useState('');
  const files = useLive('own files', (signal) => api.interchanges({ limit: SHOWN }, signal), { every: REFRESH });

  useEffect(() => {
    document.title = 'Test files · Throughline';
  }, []);

  async function run(work: () => Promise<void>): Promise<void> {
    setProblem(undefined);
    setNotice('');
    try {
      await work();
    } catch (failure) {
      if (!(failure instanceof ApiProblem)) throw failure;
      setProblem(failure);
    }
  }
  const show = () => run(async () => setPreview(await api.previewFile(partnerId, file, undefined)));
  const send = () =>
    run(async () => {
      const { duplicate } = await api.submitFile(file);
      setNotice(duplicate ? 'The file was received before.' : 'Received. Its result is below in a moment.');
      files.refresh();
    });

  return (
    <>
      <h1>Test files</h1>
      <Section title="Try a file" note="A preview stores nothing. A file that is sent starts a test order.">
        <FileInput file={file} onChange={setFile} />
        <div className="actions">
          <button type="button" className="primary" disabled={file === ''} onClick={() => void show()}>
            Preview
          </button>
          <button type="button" disabled={file === ''} onClick={() => void send()}>
            Send as a test
          </button>
          <p role="status" className="quiet">
            {notice}
          </p>
        </div>
        {problem && <ProblemBanner problem={problem} what="the file" />}
        {preview && <PreviewView preview={preview} />}
      </Section>
      <Section title="Your files" note="In and out, newest first.">
        {files.problem && <ProblemBanner problem={files.problem} what="your files" onRetry={files.refresh} />}
        {files.data === undefined && !files.problem && <Loading what="your files" />}
        {files.data?.items.length === 0 && <p className="quiet">There are none yet.</p>}
        {files.data && files.data.items.length > 0 && (
          <WideTable name="Your files">
            <thead>
              <tr>
                <th scope="col">File</th>
                <th scope="col">Direction</th>
                <th scope="col">State</th>
                <th scope="col">When</th>
                <th scope="col">First error</th>
              </tr>
            </thead>
            <tbody>
              {files.data.items.map(({ interchangeId, controlNumber, direction, state, receivedAt, firstError }) => (
                <tr key={interchangeId}>
                  <th scope="row">
                    <Link to={filePath(interchangeId)}>{controlNumber || 'without a number'}</Link>
                  </th>
                  <td>{direction === 'inbound' ? 'from you' : 'to you'}</td>
                  <td>{formatWords(state)}</td>
                  <td>
                    <Ago at={receivedAt} />
                  </td>
                  <td>{firstError}</td>
                </tr>
              ))}
            </tbody>
          </WideTable>
        )}
      </Section>
    </>
  );
}
