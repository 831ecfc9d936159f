import type { DocumentError, DocumentSummary, NotUsed, ProfileNotice } from '../api.ts';

/** Calls and answers about one partner: its profile, its documents in flight, and previews. */

export interface ProfileValue {
  readonly key: string;
  readonly value: unknown;
  /** The file that states it; null for a default. */
  readonly from: string | null;
}

export interface ProfileText {
  readonly text: string | null;
  readonly revision: string | null;
  readonly files: readonly string[];
  readonly editable: boolean;
  readonly values: readonly ProfileValue[];
}

export interface ProfileVersion {
  readonly version: string;
  readonly inForceAt: string;
  readonly firstUsedAt: string | null;
  readonly differences: readonly { readonly key: string; readonly from?: unknown; readonly to?: unknown }[];
}

export interface CheckedProfile {
  readonly valid: boolean;
  readonly version: string | null;
  readonly problems: readonly PlacedNotice[];
  readonly warnings: readonly PlacedNotice[];
}

export interface PlacedNotice extends ProfileNotice {
  readonly column: number;
}

export interface DocumentInFlight extends DocumentSummary {
  readonly order: { readonly orderId: string; readonly poNumber: string; readonly part: string } | null;
  readonly acknowledgeBy: string | null;
  readonly late: boolean;
}

export interface CrossReference {
  readonly kind: string;
  readonly external: string;
  readonly internal: string;
  readonly sku: string | null;
  readonly quantity: string | null;
  readonly source: string;
}

export interface CrossReferenceQuery {
  readonly kind?: string;
  readonly external?: string;
  readonly cursor?: string;
}

export interface PreviewFinding extends DocumentError {
  readonly severity: 'error' | 'warning';
  readonly line: number | null;
}

export interface PreviewedDocument {
  readonly set: string;
  readonly name: string;
  readonly sent: boolean;
  readonly x12: string | null;
  readonly due: string | null;
  readonly problem: { readonly code: string; readonly message: string } | null;
}

export interface PreviewedOrder {
  readonly order: { readonly poNumber: string; readonly part: string };
  readonly check: {
    readonly state: 'passed' | 'exceptions' | 'repeated' | 'refused' | 'not-checked';
    readonly reason: string | null;
    readonly exceptions: readonly {
      readonly type: string;
      readonly summary: string;
      readonly owner: string;
      readonly resolutions: readonly string[];
    }[];
    readonly decisions: readonly { readonly rule: string; readonly outcome: string }[];
  };
  readonly examples: readonly { readonly what: string; readonly value: string }[];
  readonly documents: readonly PreviewedDocument[];
  readonly label: {
    readonly sscc: string | null;
    readonly zpl: string | null;
    readonly count: number;
    readonly problem: { readonly message: string } | null;
  } | null;
  /** Why neither documents nor a label are shown. */
  readonly omitted: string | null;
  readonly deadlines: readonly { readonly what: string; readonly at: string; readonly rule: string }[];
}

export interface PreviewedSet {
  readonly number: number;
  readonly set: string;
  readonly name: string | null;
  readonly control: string;
  readonly verdict: 'accepted' | 'rejected' | 'held';
  readonly findings: readonly PreviewFinding[];
  readonly notUsed: readonly NotUsed[];
  readonly orders: readonly PreviewedOrder[];
  readonly payment: unknown;
  /** What a change of an order asks, one sentence each. */
  readonly asks: { readonly points: readonly string[]; readonly isForPerson: boolean } | null;
}

export interface PreviewedInterchange {
  readonly control: string | null;
  readonly direction: 'inbound' | 'outbound' | 'unknown';
  readonly reaches: { readonly partnerId: string | null; readonly sender: string; readonly receiver: string } | null;
  readonly findings: readonly PreviewFinding[];
  readonly sets: readonly PreviewedSet[];
  readonly answers: readonly PreviewedDocument[];
}

export interface Preview {
  readonly receivedAt: string;
  readonly valid: boolean;
  readonly clean: boolean;
  readonly setsNotShown: number;
  readonly ordersNotShown: number;
  readonly masterData: { readonly looked: boolean; readonly source: string | null; readonly reason: string | null };
  readonly interchanges: readonly PreviewedInterchange[];
}

type Call = (path: string, init?: RequestInit) => Promise<Response>;

/** @param call rejects with an ApiProblem unless the answer is good */
export function partnerCalls(call: Call) {
  const path = (id: string) => `/v1/partners/${encodeURIComponent(id)}`;
  async function get<T>(address: string, signal: AbortSignal): Promise<T> {
    return (await (await call(address, { signal })).json()) as T;
  }
  async function send<T>(method: 'POST' | 'PUT', address: string, body: unknown, signal?: AbortSignal): Promise<T> {
    const headers = { 'Content-Type': 'application/json' };
    const response = await call(address, { method, headers, body: JSON.stringify(body), ...(signal && { signal }) });
    return (await response.json()) as T;
  }
  return {
    profileText: (id: string, signal: AbortSignal) => get<ProfileText>(`${path(id)}/profile`, signal),
    profileVersions: (id: string, signal: AbortSignal) =>
      get<{ items: ProfileVersion[] }>(`${path(id)}/profile/versions`, signal),
    checkProfile: (id: string, text: string, signal: AbortSignal) =>
      send<CheckedProfile>('POST', `${path(id)}/profile/check`, { text }, signal),
    /** Writes the file of a test side, if it is still the one of `revision`. */
    saveProfile: (id: string, text: string, revision: string | null) =>
      send<{ version: string; revision: string }>('PUT', `${path(id)}/profile`, { text, revision }),
    /** What a file would become, by the profile in force or by a text in its place. */
    previewFile: (id: string, file: string, profile: string | undefined) =>
      send<Preview>('POST', `${path(id)}/preview`, profile === undefined ? { file } : { file, profile }),
    documentsInFlight: (id: string, signal: AbortSignal) =>
      get<{ items: DocumentInFlight[]; more: boolean }>(`${path(id)}/documents-in-flight`, signal),
    crossReferences: (id: string, query: CrossReferenceQuery, signal: AbortSignal) => {
      const stated = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
      return get<{ items: CrossReference[]; nextCursor: string | null }>(
        `${path(id)}/cross-references?${new URLSearchParams(stated as [string, string][])}`,
        signal,
      );
    },
  };
}
