import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { ensureApiClient } from '../api/auth/clients.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { createPrismaClient, type Database } from '../prisma/client.ts';
import { type Config, loadConfig } from '../runtime/config.ts';
import { localDatabaseUrl, localTemporalAddress, sandboxAddresses } from '../scripts/stack/installation.ts';
import { SYNC_SCHEDULE } from '../workflows/schedule-ids.ts';
import { acknowledgmentOf } from './order-forms.ts';
import { syntaxOf } from './purchase-order.ts';
import { REMITTANCE } from './sets.ts';
import { SettingsError, type TradeData } from './settings.ts';

/** A running sandbox and the database of the system that trades with it. */
export interface Sandbox {
  readonly erpUrl: string;
  readonly partnersUrl: string;
  readonly token: string;
  readonly prisma: Database;
}

export interface Business {
  readonly profile: PartnerProfile;
  readonly data: TradeData;
}

/** Sets up a partner for trading: an API key, a sandbox mailbox that acts for it, and its ERP customer with prices. */
export async function introduce(
  sandbox: Sandbox,
  { profile, data }: Business,
  client: { readonly name: string; readonly key: string },
): Promise<void> {
  const { id: partnerId, name, identifiers, documents } = profile;
  const scopes = ['orders:read', 'orders:write', 'edi:write', 'documents:read', 'payments:write'] as const;
  await ensureApiClient(sandbox.prisma, { ...client, scopes, partnerId });
  await tell(sandbox, `${sandbox.partnersUrl}/_control/trading-partners/${partnerId}`, {
    name,
    ...identifiers,
    syntax: syntaxOf(profile),
    acknowledges: acknowledgmentOf(profile),
    pays: documents.inbound.includes(REMITTANCE) ? 'edi' : 'api',
    apiKey: client.key,
  });
  if (data.added === undefined) return;
  await tell(sandbox, `${sandbox.erpUrl}/_control/customers/${data.customerNumber}/record`, data.added);
}

/** Calls the sandbox’s control API. @throws SettingsError if the sandbox does not answer or refuses */
export async function tell(
  { token }: Pick<Sandbox, 'token'>,
  url: string,
  body: object,
  method = 'PUT',
): Promise<void> {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) }).catch(() => undefined);
  if (response === undefined)
    throw new SettingsError(`${url} does not answer. Is the system running? npm start starts it`);
  if (!response.ok)
    throw new SettingsError(`${url} refused the request with status ${response.status}: ${await response.text()}`);
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Introduces partners to the sandbox of `npm start`, or to the one that the environment names, and triggers a master data sync.
 *
 * @returns whether the sync was triggered; if not, its schedule runs it later
 * @throws SettingsError if the sandbox or Temporal cannot be reached. An unreachable Temporal is detected before anything changes
 */
export async function introduceToRunning(businesses: readonly Business[], env: Environment): Promise<boolean> {
  const { databaseUrl, temporalAddress, ...addresses } = runningSandbox(env);
  const config = loadConfig({
    ...env,
    DATABASE_URL: databaseUrl,
    ...(temporalAddress && { TEMPORAL_ADDRESS: temporalAddress }),
  });
  await requireTemporal(config.temporal.address);
  const prisma = createPrismaClient(databaseUrl, { poolSize: 1 });
  try {
    for (const business of businesses) {
      const { id } = business.profile;
      // The key is derived, so repeated calls grant one key only.
      const key = `tl_sandbox_${createHmac('sha256', addresses.token).update(id).digest('base64url')}`;
      await introduce({ ...addresses, prisma }, business, { name: `sandbox ${id}`, key });
    }
  } finally {
    await prisma.$disconnect();
  }
  return readMasterData(config);
}

const CONNECT_MS = 3_000;

/** Fails fast, because the client would retry silently. @throws SettingsError that names the address */
async function requireTemporal(address: string): Promise<void> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const socket = connect({ host: hostname, port: Number(port), timeout: CONNECT_MS });
  try {
    await new Promise<void>((resolve, reject) => {
      socket
        .once('connect', resolve)
        .once('error', reject)
        .once('timeout', () => reject(new Error('timed out')));
    });
  } catch {
    throw new SettingsError(`Temporal does not answer at ${address}; set TEMPORAL_ADDRESS to the running server`);
  } finally {
    socket.destroy();
  }
}

function runningSandbox(
  env: Environment,
): Omit<Sandbox, 'prisma'> & { databaseUrl: string; temporalAddress: string | undefined } {
  const dir = env.THROUGHLINE_DATA_DIR || '.throughline';
  const [portsFile, tokenFile] = [join(dir, 'ports.json'), join(dir, 'sandbox.token')];
  const kept = existsSync(portsFile) ? sandboxAddresses(JSON.parse(readFileSync(portsFile, 'utf8'))) : {};
  const token = env.SANDBOX_TOKEN || (existsSync(tokenFile) ? readFileSync(tokenFile, 'utf8').trim() : undefined);
  const erpUrl = env.ERP_URL || kept.ERP_URL;
  const mailboxes = env.PARTNERS_URL || kept.PARTNERS_URL;
  const databaseUrl = env.DATABASE_URL || localDatabaseUrl(dir);
  const temporalAddress = env.TEMPORAL_ADDRESS || localTemporalAddress(dir);
  if (!token || !erpUrl || !mailboxes || !databaseUrl) {
    throw new SettingsError(`${dir} has no running sandbox; start the system with npm start`);
  }
  return { erpUrl, partnersUrl: mailboxes.replace(/\/partners$/, ''), token, databaseUrl, temporalAddress };
}

async function readMasterData(config: Config): Promise<boolean> {
  // Only here, because it loads the worker’s native library, which a certification does without.
  const { connectClient } = await import('../runtime/temporal.ts');
  const temporal = connectClient(config);
  try {
    const schedule = temporal.schedule.getHandle(SYNC_SCHEDULE);
    // A sync that is already running may have read the customers before the change, so queue another.
    await temporal.withDeadline(Date.now() + 10_000, () => schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE));
    return true;
  } catch {
    return false;
  } finally {
    await temporal.connection.close();
  }
}
