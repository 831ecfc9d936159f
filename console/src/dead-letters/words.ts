import type { LetterKind } from './api.ts';

export const KIND_WORDS: Readonly<Record<LetterKind, string>> = {
  document: 'Documents',
  acknowledgment: 'Acknowledgments',
  interchange: 'Files',
  'warehouse-event': 'Warehouse events',
  'carrier-event': 'Carrier events',
  payment: 'Payments',
};

export const STATE_WORDS = { open: 'No effect yet', replayed: 'Taken again', dismissed: 'Dismissed' } as const;

export function letterPath(id: string): string {
  return `/dead-letters/${encodeURIComponent(id)}`;
}

/** What a person writes to correct it. */
export function correctionHint(kind: LetterKind): string {
  switch (kind) {
    case 'document':
    case 'acknowledgment':
      return 'The segments as they should be. The control numbers stay; the segments are counted anew.';
    case 'interchange':
      return 'The whole file as it should be, from ISA to IEA.';
    case 'warehouse-event':
      return 'The event as it should be, for instance with the right release number.';
    case 'carrier-event':
      return 'The event as it should be, for instance with the right tracking number.';
    case 'payment':
      return 'The invoice that it pays, as {"invoiceNumber": "…"}.';
  }
}
