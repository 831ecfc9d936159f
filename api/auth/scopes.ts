/** The permissions of an API key. */
export const scopes = {
  'orders:read': 'Orders, their timeline, documents list, lineage and decisions; payments; availability',
  'orders:write': 'Submit and cancel orders',
  'edi:write': 'Hand in X12 interchanges and read what became of them',
  'documents:read': 'Documents and interchanges with their content',
  'payments:write': 'Report payments',
  'partners:read': 'Partners with their profiles, certification and cross-references',
  'partners:write': 'Change the cross-references of partners, and read what partners:read reads',
  'profiles:write': 'Check and save profiles of test sides, and read what partners:read reads',
  'partner:test': 'For a partner: send test files to its test side and see what became of them',
  'exceptions:resolve': 'Decide what an order waits for',
  admin: 'Everything',
} as const;

export type Scope = keyof typeof scopes;

export const scopeNames = Object.keys(scopes) as [Scope, ...Scope[]];

export function isScope(text: string): text is Scope {
  return Object.hasOwn(scopes, text);
}
