import { useSearchParams } from 'react-router-dom';

/**
 * Filters of a list, stored in the address so that a view can be bookmarked and shared. `cursor` is
 * the page; other names belong to the list. An unset filter is empty.
 */
export function useFilters<N extends string>(names: readonly N[]) {
  const [parameters, setParameters] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, parameters.get(name) ?? ''])) as Record<N, string>;
  return {
    values,
    cursor: parameters.get('cursor') ?? '',
    /**
     * A changed filter resets to the first page. Typing replaces the history entry: "back" undoes
     * the search.
     */
    narrow(change: Readonly<Partial<Record<N, string>>>, replace = false): void {
      setParameters((before) => narrowed(before, change), { replace });
    },
    address: (change: Readonly<Partial<Record<N | 'cursor', string>>>) => `?${narrowed(parameters, change)}`,
  };
}

function narrowed(parameters: URLSearchParams, change: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const next = new URLSearchParams(parameters);
  if (!('cursor' in change)) next.delete('cursor');
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === '') next.delete(name);
    else next.set(name, value);
  }
  return next;
}
