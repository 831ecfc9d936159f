import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureApiClient } from '../../api/auth/clients.ts';
import type { Scope } from '../../api/auth/scopes.ts';
import { createPrismaClient } from '../../prisma/client.ts';
import { freePorts, isPortFree } from './ports.ts';
import { connectionUrl } from './postgres.ts';

/** Keys, secrets and ports of one local installation. They are generated once and stored in its folder, never in the repository. */

/** Sandbox partners that call our API, with the variable that holds the key of each. */
const PARTNER_KEYS = {
  'harbor-pine': 'SANDBOX_KEY_HARBOR_PINE',
  'tri-valley': 'SANDBOX_KEY_TRI_VALLEY',
  'cobalt-ridge': 'SANDBOX_KEY_COBALT_RIDGE',
} as const;

const PARTNER_SCOPES: readonly Scope[] = [
  'orders:read',
  'orders:write',
  'edi:write',
  'documents:read',
  'payments:write',
];

export interface Installation {
  /** Data folder, mode 700. */
  readonly dir: string;
  /** The file with the key for every scope. */
  readonly demoKeyFile: string;
  readonly demoKey: string;
  readonly postgresPassword: string;
  /** Secrets that the sandbox, the systems file and the partner profiles read from the environment. */
  readonly secrets: Readonly<Record<string, string>>;
}

export function openInstallation(dir: string): Installation {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const key = () => `tl_demo_${randomBytes(32).toString('base64url')}`;
  const demoKeyFile = join(dir, 'demo.key');
  const demoKey = keptSecret(demoKeyFile, key);
  const sandboxToken = keptSecret(join(dir, 'sandbox.token'), key);
  const webhookSecret = keptSecret(join(dir, 'webhook.secret'), () => `whsec_${randomBytes(32).toString('base64')}`);
  const partnerKeys = Object.entries(PARTNER_KEYS).map(([partner, variable]) => [
    variable,
    keptSecret(join(dir, `partner-${partner}.key`), key),
  ]);
  return {
    dir,
    demoKeyFile,
    demoKey,
    postgresPassword: keptSecret(join(dir, 'postgres.password'), () => randomBytes(24).toString('hex')),
    secrets: {
      SANDBOX_TOKEN: sandboxToken,
      ERP_TOKEN: sandboxToken,
      WMS_TOKEN: sandboxToken,
      WAREHOUSE_WEBHOOK_SECRET: webhookSecret,
      WMS_WEBHOOK_SECRET: webhookSecret,
      ...Object.fromEntries(partnerKeys),
    },
  };
}

/** URL of the database that `npm start` created in this folder; undefined if there is none. */
export function localDatabaseUrl(dir: string): string | undefined {
  const [ports, password] = [join(dir, 'ports.json'), join(dir, 'postgres.password')];
  if (!existsSync(ports) || !existsSync(password)) return undefined;
  const { postgres } = JSON.parse(readFileSync(ports, 'utf8')) as Record<string, number>;
  if (!postgres) return undefined;
  return connectionUrl({ port: postgres, password: readFileSync(password, 'utf8').trim() });
}

/** host:port of the Temporal server of a running `npm start` in this folder; undefined if none is running. */
export function localTemporalAddress(dir: string): string | undefined {
  const file = join(dir, 'supervisor.json');
  if (!existsSync(file)) return undefined;
  const { temporalAddress } = JSON.parse(readFileSync(file, 'utf8')) as { temporalAddress?: string };
  return temporalAddress;
}

/** Grants each sandbox partner an API key that is bound to it. */
export async function grantPartnerKeys(installation: Installation, databaseUrl: string): Promise<void> {
  const prisma = createPrismaClient(databaseUrl, { poolSize: 1 });
  try {
    for (const [partnerId, variable] of Object.entries(PARTNER_KEYS)) {
      const key = installation.secrets[variable] ?? '';
      await ensureApiClient(prisma, { name: `sandbox ${partnerId}`, key, scopes: PARTNER_SCOPES, partnerId });
    }
  } finally {
    await prisma.$disconnect();
  }
}

/** Environment variables with the addresses of the sandbox's systems. */
export function sandboxAddresses(ports: { erp: number; wms: number; partners: number }): Record<string, string> {
  return {
    ERP_URL: `http://127.0.0.1:${ports.erp}`,
    WMS_URL: `http://127.0.0.1:${ports.wms}`,
    PARTNERS_URL: `http://127.0.0.1:${ports.partners}/partners`,
    SANDBOX_ERP_PORT: String(ports.erp),
    SANDBOX_WMS_PORT: String(ports.wms),
    SANDBOX_PARTNERS_PORT: String(ports.partners),
  };
}

/** Reuses the ports of the last run if they are free, so that links and logs stay valid; picks new ports otherwise. */
export async function keptPorts<Name extends string>(
  file: string,
  names: readonly Name[],
): Promise<Record<Name, number>> {
  const kept: Partial<Record<Name, number>> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const fresh = await freePorts(names.length);
  const ports = {} as Record<Name, number>;
  for (const [index, name] of names.entries()) {
    const before = kept[name];
    ports[name] = before !== undefined && (await isPortFree(before)) ? before : (fresh[index] ?? 0);
  }
  writeFileSync(file, `${JSON.stringify(ports, undefined, 2)}\n`);
  return ports;
}

function keptSecret(file: string, make: () => string): string {
  if (!existsSync(file)) writeFileSync(file, `${make()}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}
