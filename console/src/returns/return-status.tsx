import { lookup } from '../../../domain/lookup.ts';
import { type Appearance, Badge } from '../badge.tsx';

export const RETURN_STATUS: Readonly<Record<string, Appearance>> = {
  asked: { label: 'Asked for', tone: 'quiet', progress: 0 },
  authorized: { label: 'Authorized', tone: 'active', progress: 1 },
  receiving: { label: 'Receiving', tone: 'active', progress: 2 },
  received: { label: 'Received', tone: 'active', progress: 3 },
  exception: { label: 'Exception', tone: 'alert' },
  closed: { label: 'Closed', tone: 'done', progress: 4 },
  refused: { label: 'Refused', tone: 'stopped' },
  cancelled: { label: 'Cancelled', tone: 'stopped' },
  expired: { label: 'Expired', tone: 'stopped' },
};

export function ReturnBadge({ status, large = false }: { readonly status: string; readonly large?: boolean }) {
  // A newer API may return a state that this build does not know: show its name.
  return <Badge appearance={lookup(RETURN_STATUS, status) ?? { label: status, tone: 'quiet' }} large={large} />;
}

export function returnPath(returnId: string): string {
  return `/returns/${encodeURIComponent(returnId)}`;
}
