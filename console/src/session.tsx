import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import { type Api, createApi } from './api.ts';

/**
 * Who is signed in. The key lives in this tab's session storage and nowhere else: it ends with the tab, and other tabs and later
 * visits never see it.
 */

const STORED_AS = 'throughline.key';

/**
 * Takes a key out of `#key=…`, once, and strips it from the address bar and the history entry, so that neither a bookmark nor a
 * shared address carries it. A fragment is never sent to a server.
 */
export function takeKeyFromAddress(): string | undefined {
  const key = new URLSearchParams(window.location.hash.slice(1)).get('key')?.trim();
  if (key === undefined) return undefined;
  window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
  if (key === '') return undefined;
  window.sessionStorage.setItem(STORED_AS, key);
  return key;
}

interface Session {
  readonly key: string | undefined;
  /** Why the session ended, when nobody asked for it. */
  readonly ended: string | undefined;
  signIn(key: string): void;
  signOut(reason?: string): void;
}

const SessionContext = createContext<Session | undefined>(undefined);
const ApiContext = createContext<Api | undefined>(undefined);

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [key, setKey] = useState(() => window.sessionStorage.getItem(STORED_AS) ?? undefined);
  const [ended, setEnded] = useState<string>();

  const signIn = useCallback((entered: string) => {
    window.sessionStorage.setItem(STORED_AS, entered);
    setEnded(undefined);
    setKey(entered);
  }, []);
  const signOut = useCallback((reason?: string) => {
    window.sessionStorage.removeItem(STORED_AS);
    setEnded(reason);
    setKey(undefined);
  }, []);
  const session = useMemo(() => ({ key, ended, signIn, signOut }), [key, ended, signIn, signOut]);
  const api = useMemo(() => {
    if (key === undefined) return undefined;
    return createApi(key, () => signOut('The API no longer accepts the key. It may have been revoked or replaced.'));
  }, [key, signOut]);

  return (
    <SessionContext value={session}>
      <ApiContext value={api}>{children}</ApiContext>
    </SessionContext>
  );
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('useSession needs a SessionProvider around it');
  return session;
}

/** The API under the key of the session. Only for what is shown to somebody who is signed in. */
export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === undefined) throw new Error('useApi needs somebody to be signed in');
  return api;
}
