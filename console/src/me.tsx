import { createContext, useContext } from 'react';
import type { Me } from './api.ts';

/** Whose key it is; undefined until the API has said so. */
export const MeContext = createContext<Me | undefined>(undefined);

export function useMe(): Me | undefined {
  return useContext(MeContext);
}

/** Whether the key has the scope. The API refuses what it has not; a button for that only disappoints. */
export function useMay(scope: string): boolean {
  const me = useMe();
  return me !== undefined && (me.scopes.includes(scope) || me.scopes.includes('admin'));
}
