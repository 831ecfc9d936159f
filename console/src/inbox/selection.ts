import { useState } from 'react';
import type { InboxItem } from './api.ts';

export interface Selection {
  /** The selected rows of the page. */
  readonly items: readonly InboxItem[];
  /** All that the filter finds, also on other pages. */
  readonly everything: boolean;
  readonly has: (id: string) => boolean;
  readonly set: (ids: readonly string[], selected: boolean) => void;
  readonly selectEverything: () => void;
  readonly clear: () => void;
}

/** Rows that are no longer listed are not selected any more; another view starts with none. */
export function useSelection(view: string, listed: readonly InboxItem[]): Selection {
  const [held, setHeld] = useState<{ view: string; ids: ReadonlySet<string>; everything: boolean }>();
  const ids = held?.view === view ? held.ids : new Set<string>();
  const everything = held?.view === view && held.everything;
  const items = listed.filter(({ id }) => everything || ids.has(id));
  return {
    items,
    everything,
    has: (id) => everything || ids.has(id),
    set: (changed, selected) => {
      const kept = items.map(({ id }) => id).filter((id) => !changed.includes(id));
      setHeld({ view, ids: new Set(selected ? [...kept, ...changed] : kept), everything: false });
    },
    selectEverything: () => setHeld({ view, ids: new Set(), everything: true }),
    clear: () => setHeld(undefined),
  };
}
