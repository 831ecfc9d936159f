import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { type Api, createApi } from './api.ts';
import { ANSWERED_WITHIN_MS, joinTabs, type Tabs } from './shared-session.ts';

/**
 * The signed-in session. The key lives only in the session storage of open tabs and ends with the last one;
 * later visits cannot read it.
 */

const STORED_AS = 'throughline.key';

/**
 * Reads the key from `#key=…` once and removes it from the address bar and the history entry, so
 * that bookmarks and shared addresses do not contain it. Browsers never send a fragment to a
 * server.
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
  /** Another tab may yet give its key. */
  readonly asking: boolean;
  /** Reason for a forced sign-out. */
  readonly ended: string | undefined;
  signIn(key: string): void;
  signOut(reason?: string): void;
}

const SessionContext = createContext<Session | undefined>(undefined);
const ApiContext = createContext<Api | undefined>(undefined);

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [key, setKey] = useState(() => window.sessionStorage.getItem(STORED_AS) ?? undefined);
  const [asking, setAsking] = useState(key === undefined);
  const [ended, setEnded] = useState<string>();
  const tabs = useRef<Tabs>(undefined);
  /** Only a tab that was opened without a key takes one: who signs out here does not want that of another tab. */
  const wantsKey = useRef(key === undefined);

  const signIn = useCallback((entered: string) => {
    wantsKey.current = false;
    window.sessionStorage.setItem(STORED_AS, entered);
    setEnded(undefined);
    setKey(entered);
  }, []);
  const forget = useCallback((reason?: string) => {
    window.sessionStorage.removeItem(STORED_AS);
    setEnded(reason);
    setKey(undefined);
  }, []);
  const signOut = useCallback(
    (reason?: string) => {
      const held = window.sessionStorage.getItem(STORED_AS);
      if (held !== null) tabs.current?.end(held);
      forget(reason);
    },
    [forget],
  );
  useEffect(() => {
    // With tabs of several people nobody can say whose link was opened.
    const given = new Set<string>();
    const joined = joinTabs(() => window.sessionStorage.getItem(STORED_AS) ?? undefined, {
      key: (key) => void given.add(key),
      ended: () => forget('Somebody signed out in another tab.'),
    });
    tabs.current = joined;
    const patience = window.setTimeout(() => {
      const [only] = given;
      if (only !== undefined && given.size === 1 && wantsKey.current) signIn(only);
      wantsKey.current = false;
      setAsking(false);
    }, ANSWERED_WITHIN_MS);
    return () => {
      window.clearTimeout(patience);
      joined.close();
    };
  }, [signIn, forget]);
  const session = useMemo(() => ({ key, asking, ended, signIn, signOut }), [key, asking, ended, signIn, signOut]);
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

/** The API client with the session's key. Requires a signed-in user. */
export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === undefined) throw new Error('useApi needs a signed-in user');
  return api;
}
