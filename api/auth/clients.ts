import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Database } from '../../prisma/client.ts';
import { isScope, type Scope } from './scopes.ts';

/** A caller: a key with its scopes, optionally bound to one partner. */
export interface ApiClient {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly partnerId: string | undefined;
}

export interface NewApiClient {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The client may see and change only data of this partner. */
  readonly partnerId?: string;
}

/** A longer key cannot be ours; a shorter one could be guessed. */
const KEY = /^[\x21-\x7e]{24,200}$/;

export function isPlausibleKey(key: string): boolean {
  return KEY.test(key);
}

export function hashKey(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex');
}

/** `tl_<environment>_<256 random bits>`: the prefix lets secret scanners and people recognise it. */
export function generateKey(environment: string): string {
  return `tl_${environment}_${randomBytes(32).toString('base64url')}`;
}

/** Creates a client with a new key. Only the response contains the key. */
export async function createApiClient(
  prisma: Database,
  client: NewApiClient,
  environment = 'live',
): Promise<ApiClient & { key: string }> {
  const key = generateKey(environment);
  const row = await prisma.apiClient.create({
    data: {
      id: randomUUID(),
      name: client.name,
      keyHash: hashKey(key),
      scopes: [...client.scopes],
      partnerId: client.partnerId ?? null,
    },
  });
  return { ...fromRow(row), key };
}

/**
 * Grants a key that was created elsewhere (the demo's, a secret of the deployment). Calling it again
 * replaces name, scopes and partner; a revoked key stays revoked.
 *
 * @throws RangeError if the key is too short to be safe or contains blanks.
 */
export async function ensureApiClient(prisma: Database, client: NewApiClient & { key: string }): Promise<ApiClient> {
  if (!isPlausibleKey(client.key)) throw new RangeError('an API key is 24 to 200 printable characters without blanks');
  const granted = { name: client.name, scopes: [...client.scopes], partnerId: client.partnerId ?? null };
  const row = await prisma.apiClient.upsert({
    where: { keyHash: hashKey(client.key) },
    create: { id: randomUUID(), keyHash: hashKey(client.key), ...granted },
    update: granted,
  });
  return fromRow(row);
}

/** Returns false if there is no such active client. Every process rejects its key within {@link CACHE_MILLISECONDS}. */
export async function revokeApiClient(prisma: Database, id: string): Promise<boolean> {
  const { count } = await prisma.apiClient.updateMany({
    where: { id, revokedAt: null },
    data: { revokedAt: new Date() },
  });
  return count > 0;
}

/** A process may accept a revoked key for this long after its lookup. */
export const CACHE_MILLISECONDS = 5_000;
const CACHE_ENTRIES = 2_000;

/** Finds the client of a key; `undefined` when there is none or it has been revoked. */
export type FindClient = (key: string) => Promise<ApiClient | undefined>;

/**
 * Looks keys up by their hash and caches the result, also "no such key", for {@link CACHE_MILLISECONDS}.
 * Neither a busy client nor one that guesses keys then costs a query per request. Concurrent requests
 * share one query.
 */
export function createClientLookup(
  prisma: { readonly apiClient: Pick<Database['apiClient'], 'findUnique'> },
  now: () => number = Date.now,
): FindClient {
  const cached = new Map<string, { client: Promise<ApiClient | undefined>; until: number }>();
  return (key) => {
    if (!isPlausibleKey(key)) return Promise.resolve(undefined);
    const hash = hashKey(key);
    const known = cached.get(hash);
    if (known !== undefined && known.until > now()) return known.client;
    const client = findByHash(prisma, hash);
    cached.delete(hash);
    cached.set(hash, { client, until: now() + CACHE_MILLISECONDS });
    // A failed lookup says nothing about the key, so the next request looks it up again.
    client.catch(() => cached.delete(hash));
    for (const oldest of cached.keys()) {
      if (cached.size <= CACHE_ENTRIES) break;
      cached.delete(oldest);
    }
    return client;
  };
}

async function findByHash(
  prisma: Parameters<typeof createClientLookup>[0],
  hash: string,
): Promise<ApiClient | undefined> {
  const row = await prisma.apiClient.findUnique({ where: { keyHash: hash } });
  const valid = row !== null && row.revokedAt === null && timingSafeEqual(Buffer.from(row.keyHash), Buffer.from(hash));
  return valid ? fromRow(row) : undefined;
}

function fromRow(row: { id: string; name: string; scopes: string[]; partnerId: string | null }): ApiClient {
  return { id: row.id, name: row.name, scopes: row.scopes.filter(isScope), partnerId: row.partnerId ?? undefined };
}
