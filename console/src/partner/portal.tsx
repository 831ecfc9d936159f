import { createContext, useContext } from 'react';
import type { Me } from '../api.ts';

/** Whether the key is one of a partner that tests: it sees its own files and nothing else. */
export const PortalContext = createContext(false);

export function useIsPortal(): boolean {
  return useContext(PortalContext);
}

export function isPortal(me: Me | undefined): boolean {
  return me?.scopes.length === 1 && me.scopes[0] === 'partner:test';
}
