import type { Request, RequestHandler } from 'express';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import type { Caller, Route } from '../route.ts';
import type { FindClient } from './clients.ts';

/** The caller and the access decision: set by `identify`, read by rate limit and `authorize`. */
export interface Identity {
  readonly caller: Caller;
  readonly refusal: Problem | undefined;
}

const identities = new WeakMap<Request, Identity>();

export function identityOf(request: Request): Identity {
  const identity = identities.get(request);
  if (identity === undefined) throw new Error('the request has not been identified');
  return identity;
}

/**
 * Finds the client of the key but rejects nobody yet, so that the rate limit also counts requests without
 * a valid key.
 */
export function identify(route: Route, findClient: FindClient, deps: ApiDependencies): RequestHandler {
  return async (request, response, next) => {
    const correlationId = String(response.locals.correlationId);
    const { client, refusal } = await check(route, request, findClient, deps.partners);
    const denied: Caller['denied'] = (reason, subject) =>
      writeAudit(deps, {
        clientId: client?.id ?? 'anonymous',
        action: `denied:${route.operation}`,
        subject,
        detail: { reason, method: request.method, address: request.ip ?? null },
        correlationId,
      });
    identities.set(request, { caller: { client, denied }, refusal });
    next();
  };
}

/** Rejects a caller whom `identify` found to have no permission. */
export const authorize: RequestHandler = async (request, _response, next) => {
  const { caller, refusal } = identityOf(request);
  if (refusal === undefined) return next();
  await caller.denied(refusal.code, request.path);
  next(refusal);
};

async function check(
  route: Route,
  request: Request,
  findClient: FindClient,
  partners: ApiDependencies['partners'],
): Promise<{ client?: NonNullable<Caller['client']>; refusal?: Problem }> {
  if (route.access.kind !== 'key') return {};
  const header = request.get('authorization');
  // RFC 6750 section 3: without credentials, the challenge carries no error.
  if (header === undefined) {
    return {
      refusal: new Problem('missing-key', 'Send Authorization: Bearer and an API key.', {
        headers: { 'WWW-Authenticate': 'Bearer realm="throughline"' },
      }),
    };
  }
  const key = /^Bearer +(\S+)$/i.exec(header)?.[1];
  const client = key === undefined ? undefined : await findClient(key);
  if (client === undefined) {
    return {
      refusal: new Problem('invalid-key', 'The key is unknown or has been revoked.', {
        headers: { 'WWW-Authenticate': 'Bearer realm="throughline", error="invalid_token"' },
      }),
    };
  }
  const wanted = route.access.scopes;
  const held = wanted.filter((scope) => client.scopes.includes(scope));
  const isGranted = held.some((scope) => scope !== PARTNER_TEST) || client.scopes.includes('admin');
  if (wanted.length === 0 || isGranted) return { client };
  if (held.length > 0) return isTestSide(client, partners) ? { client } : { client, refusal: notATestSide() };
  return {
    client,
    refusal: new Problem('missing-scope', `This needs the scope ${wanted.join(' or ')}.`, {
      headers: {
        'WWW-Authenticate': `Bearer realm="throughline", error="insufficient_scope", scope="${wanted.join(' ')}"`,
      },
      members: { scopes: wanted },
    }),
  };
}

const PARTNER_TEST = 'partner:test';

/** Whether the key acts for one partner that is a test side now: nothing of production may be seen with it. */
function isTestSide({ partnerId }: NonNullable<Caller['client']>, partners: ApiDependencies['partners']): boolean {
  return partnerId !== undefined && partners.find(partnerId)?.usage === 'test';
}

function notATestSide(): Problem {
  return new Problem('missing-scope', `${PARTNER_TEST} is only for a key that acts for the test side of one partner.`);
}

/** Whether the caller is a partner that tests, who sees nothing of how we decide. */
export function isTestingPartner(route: Route['access'], { client }: Caller): boolean {
  if (route.kind !== 'key' || client === undefined || client.scopes.includes('admin')) return false;
  const held = route.scopes.filter((scope) => client.scopes.includes(scope));
  return held.length > 0 && held.every((scope) => scope === PARTNER_TEST);
}

export interface AuditRecord {
  readonly clientId: string;
  /** The operation, prefixed with `denied:` if it was denied. */
  readonly action: string;
  readonly subject: string;
  readonly detail?: Record<string, string | number | boolean | null>;
  readonly correlationId: string;
}

/** A failed audit write does not undo the action; the entry is then logged as an error. */
export async function writeAudit(deps: ApiDependencies, entry: AuditRecord): Promise<void> {
  try {
    await deps.prisma.auditEntry.create({ data: { ...entry, subject: entry.subject.slice(0, 500) } });
  } catch (error) {
    deps.log.error('an audit entry could not be stored', { entry, error });
  }
}
