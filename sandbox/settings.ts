import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535).default(0);

/** Environment of the sandbox servers. */
const settings = z.object({
  API_URL: z
    .url({ protocol: /^https?$/ })
    .transform((text) => text.replace(/\/+$/, ''))
    .default('http://127.0.0.1:3000')
    .describe('base URL of our API, the target of events, 997s and payments'),
  SANDBOX_DATA_DIR: z.string().min(1).default('.throughline/sandbox').describe('folder of the journals'),
  SANDBOX_TOKEN: z.string().min(1).describe('bearer token that ERP, WMS and mailboxes require'),
  WAREHOUSE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/=_-]{24,}$/, 'must be whsec_ and base64')
    .describe('secret that signs warehouse events (Standard Webhooks)'),
  SANDBOX_ERP_PORT: port.describe('0 selects a free port, also for the other two'),
  SANDBOX_WMS_PORT: port,
  SANDBOX_PARTNERS_PORT: port,
  SANDBOX_KEY_HARBOR_PINE: z.string().min(1).optional().describe('API key of Harbor & Pine for our API'),
  SANDBOX_KEY_TRI_VALLEY: z.string().min(1).optional(),
  SANDBOX_KEY_COBALT_RIDGE: z.string().min(1).optional(),
  SANDBOX_SPEED_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(700)
    .describe('typical delay between two steps of a release, and before a partner answers'),
  SANDBOX_EXIT_WITH_PARENT: z
    .literal(['0', '1'])
    .default('0')
    .describe('1: the sandbox exits when standard input closes'),
});
export type SandboxSettings = z.output<typeof settings>;

/** Reads the environment; throws an Error that lists every missing or invalid variable. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): SandboxSettings {
  const parsed = settings.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new Error(`The sandbox cannot start:\n${lines.join('\n')}`);
}
