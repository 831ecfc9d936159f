import { useEffect, useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import { ApiProblem } from '../api.ts';
import { Loading, ProblemBanner, ProblemPanel } from '../notices.tsx';
import { Section } from '../order/section.tsx';
import type { CheckedProfile, Preview, ProfileText } from '../partner/api.ts';
import { FileInput } from '../partner/file-input.tsx';
import { PreviewView } from '../partner/preview-view.tsx';
import { TextEditor } from '../partner/text-editor.tsx';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';
import { ProfileNotices, partnerPath } from './partners-page.tsx';

const TYPING_PAUSE = 300;

/** The profile of a test side beside what a file becomes by it. Saving changes the test side alone. */
export function BenchPage() {
  const { partnerId = '' } = useParams();
  const api = useApi();
  const profile = useLive(`bench ${partnerId}`, (signal) => api.profileText(partnerId, signal));

  useEffect(() => {
    document.title = `Test bench of ${partnerId} · Throughline`;
  }, [partnerId]);

  if (profile.data === undefined) {
    if (profile.problem) return <ProblemPanel problem={profile.problem} what="profile" onRetry={profile.refresh} />;
    return <Loading what="the profile" />;
  }
  return (
    <>
      <p className="trail">
        <Link to="/partners">Partners</Link> <span aria-hidden="true">/</span>{' '}
        <Link to={partnerPath(partnerId)}>{partnerId}</Link> <span aria-hidden="true">/</span> Test bench
      </p>
      <h1>Test bench</h1>
      <Bench key={partnerId} partnerId={partnerId} profile={profile.data} onReload={profile.refresh} />
    </>
  );
}

function Bench(props: { readonly partnerId: string; readonly profile: ProfileText; readonly onReload: () => void }) {
  const { partnerId, profile, onReload } = props;
  const api = useApi();
  const [text, setText] = useState(profile.text ?? '');
  const [revision, setRevision] = useState(profile.revision);
  const [saved, setSaved] = useState(profile.text ?? '');
  const checked = useChecked(partnerId, text, profile.editable);
  const [file, setFile] = useState('');
  const [preview, setPreview] = useState<Preview>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [notice, setNotice] = useState('');

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
  const show = () =>
    run(async () => {
      setPreview(await api.previewFile(partnerId, file, profile.editable && text !== saved ? text : undefined));
    });
  const save = () =>
    run(async () => {
      const { version, revision: now } = await api.saveProfile(partnerId, text, revision);
      setRevision(now);
      setSaved(text);
      setNotice(`Saved as version ${version}. Running systems take it up within seconds.`);
    });
  const reload = () => {
    setProblem(undefined);
    onReload();
    void api.profileText(partnerId, new AbortController().signal).then((now) => {
      setText(now.text ?? '');
      setSaved(now.text ?? '');
      setRevision(now.revision);
    });
  };

  return (
    <div className="bench">
      <Section
        title="Profile"
        note={
          profile.editable ? profile.files.join(' ← ') : 'Only a test side is edited here, with a key for profiles.'
        }
      >
        <TextEditor
          label="Profile"
          text={text}
          readOnly={!profile.editable}
          problems={ownOf(partnerId, checked?.problems)}
          warnings={ownOf(partnerId, checked?.warnings)}
          onChange={setText}
        />
        <div className="actions">
          <button
            type="button"
            className="primary"
            disabled={!profile.editable || text === saved || checked?.valid !== true}
            onClick={() => void save()}
          >
            Save the test side
          </button>
          <button type="button" onClick={reload}>
            Read again
          </button>
          <p role="status" className="quiet">
            {notice}
          </p>
        </div>
        {checked && <Checked checked={checked} />}
      </Section>
      <Section title="File" note="A file as the partner sends it. Nothing is stored.">
        <FileInput file={file} onChange={setFile} />
        <div className="actions">
          <button type="button" className="primary" disabled={file === ''} onClick={() => void show()}>
            Preview
          </button>
        </div>
        {problem && <ProblemBanner problem={problem} what="the preview" />}
        {preview && <PreviewView preview={preview} />}
      </Section>
    </div>
  );
}

/** Errors and warnings of the text, a moment after the last key. */
function useChecked(partnerId: string, text: string, editable: boolean): CheckedProfile | undefined {
  const api = useApi();
  const [checked, setChecked] = useState<{ readonly text: string; readonly found: CheckedProfile }>();
  useEffect(() => {
    if (!editable || text === '') return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      api
        .checkProfile(partnerId, text, abort.signal)
        .then((found) => setChecked({ text, found }))
        // A later text is checked again; a save reports what is wrong.
        .catch(() => undefined);
    }, TYPING_PAUSE);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, partnerId, text, editable]);
  return checked?.text === text ? checked.found : undefined;
}

function Checked({ checked }: { readonly checked: CheckedProfile }) {
  const { valid, version, problems, warnings } = checked;
  return (
    <section aria-label="Findings about the profile">
      {valid ? (
        <p className="quiet">
          The profile is valid: version <code>{version}</code>.
        </p>
      ) : (
        <ProfileNotices notices={problems} />
      )}
      {warnings.length > 0 && <ProfileNotices notices={warnings} />}
    </section>
  );
}

/** Of the text itself; templates have lines of their own. */
function ownOf(partnerId: string, notices: CheckedProfile['problems'] = []) {
  return notices.filter(({ file }) => file === `${partnerId}.yaml`);
}
