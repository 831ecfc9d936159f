import { type FormEvent, useEffect, useState } from 'react';
import { ApiProblem, createApi } from '../api.ts';
import { Mark } from '../mark.tsx';
import { useSession } from '../session.tsx';

export function SignInPage() {
  const { signIn, ended } = useSession();
  const [entered, setEntered] = useState('');
  const [refusal, setRefusal] = useState<string>();
  const [checking, setChecking] = useState(false);
  const message = refusal ?? ended;

  useEffect(() => {
    document.title = 'Sign in · Throughline';
  }, []);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const key = entered.trim();
    if (key === '') {
      setRefusal('Enter an API key.');
      return;
    }
    setChecking(true);
    setRefusal(undefined);
    try {
      await createApi(key).me(AbortSignal.timeout(15_000));
      signIn(key);
    } catch (failure) {
      setRefusal(explain(failure));
      setChecking(false);
    }
  }

  return (
    <main className="sign-in">
      <form onSubmit={(event) => void submit(event)} noValidate>
        <h1>
          <Mark />
          Throughline
        </h1>
        <p className="quiet">The state of every order, from purchase order to cash.</p>
        {message !== undefined && (
          <p id="refusal" className="refusal" role="alert">
            {message}
          </p>
        )}
        <label htmlFor="key">API key</label>
        <input
          id="key"
          type="password"
          value={entered}
          onChange={(event) => setEntered(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={refusal !== undefined}
          aria-describedby={message === undefined ? 'kept' : 'refusal kept'}
        />
        <button type="submit" className="primary" disabled={checking}>
          {checking ? 'Checking…' : 'Sign in'}
        </button>
        <p id="kept" className="quiet">
          The key stays in the open tabs of this browser and is deleted with the last one. <code>npm start</code> prints
          one for the demo.
        </p>
      </form>
    </main>
  );
}

function explain(failure: unknown): string {
  if (!(failure instanceof ApiProblem)) return 'The API took too long to answer. Try again.';
  if (failure.status === 401) return 'The API does not accept this key. Check that you copied all of it.';
  if (failure.status === 0) return 'The API does not answer. Check that it is running, then try again.';
  if (failure.status === 429)
    return `Too many attempts. Wait ${failure.retryAfter ?? 'a few'} seconds, then try again.`;
  return failure.detail ?? failure.title;
}
