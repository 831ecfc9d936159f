import { parseArgs } from 'node:util';
import { profileNames } from '../../activities/partners/profile-files.ts';
import { ProfileError } from '../../mappings/profile/problem.ts';
import { createPrismaClient, isNoDatabase } from '../../prisma/client.ts';
import { runCommand, UsageError } from '../../runtime/command.ts';
import { ConfigError, loadConfig } from '../../runtime/config.ts';
import { CACHE_MILLISECONDS, createApiClient, ensureApiClient, revokeApiClient } from './clients.ts';
import { isScope, type Scope, scopes } from './scopes.ts';

const usage = `npm run api-key -- create --name NAME --scopes A,B [--partner ID] [--env live]
npm run api-key -- create --name NAME --scopes A,B [--partner ID] --from-env VARIABLE   grants the key in that variable
npm run api-key -- list
npm run api-key -- revoke ID

Scopes:
${Object.entries(scopes)
  .map(([name, meaning]) => `  ${name.padEnd(20)} ${meaning}`)
  .join('\n')}`;

function requestedScopes(text: string | undefined): Scope[] {
  const names = (text ?? '').split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !isScope(name));
  if (unknown.length > 0) throw new UsageError(`--scopes: ${unknown.join(', ') || 'nothing'} is not a scope`);
  return names.filter(isScope);
}

/** A key bound to an unknown partner would silently grant nothing. */
function requirePartner(partnerId: string, directory: string): void {
  const known = profileNames(directory);
  if (known.includes(partnerId)) return;
  throw new UsageError(
    `--partner: ${directory} has no profile of ${partnerId}, but of ${known.join(', ') || 'nobody'}`,
  );
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      scopes: { type: 'string' },
      partner: { type: 'string' },
      env: { type: 'string', default: 'live' },
      'from-env': { type: 'string' },
    },
  });
  const [command, id] = positionals;
  if (!['create', 'list', 'revoke'].includes(command ?? '')) throw new UsageError('say create, list or revoke');
  const { databaseUrl, partnersDir } = loadConfig();
  const prisma = createPrismaClient(databaseUrl, { poolSize: 1, applicationName: 'throughline-api-key' });
  try {
    if (command === 'create') {
      if (!values.name) throw new UsageError('--name is missing');
      if (!/^[a-z0-9]{1,12}$/.test(values.env)) throw new UsageError('--env is 1 to 12 lower-case letters and digits');
      if (values.partner !== undefined) requirePartner(values.partner, partnersDir);
      if (requestedScopes(values.scopes).includes('partner:test') && values.partner === undefined) {
        throw new UsageError('partner:test needs --partner, the test side that the key acts for');
      }
      const client = {
        name: values.name,
        scopes: requestedScopes(values.scopes),
        ...(values.partner === undefined ? {} : { partnerId: values.partner }),
      };
      const variable = values['from-env'];
      if (variable === undefined) {
        const created = await createApiClient(prisma, client, values.env);
        console.error(`client ${created.id}; its key is shown this once:`);
        console.log(created.key);
      } else {
        const key = process.env[variable];
        if (!key) throw new UsageError(`the variable ${variable} is not set`);
        console.log((await ensureApiClient(prisma, { ...client, key })).id);
      }
    } else if (command === 'list') {
      for (const client of await prisma.apiClient.findMany({ orderBy: { createdAt: 'asc' } })) {
        const state = client.revokedAt === null ? 'active' : `revoked ${client.revokedAt.toISOString()}`;
        console.log([client.id, client.name, client.partnerId ?? '-', client.scopes.join(','), state].join('\t'));
      }
    } else {
      if (id === undefined) throw new UsageError('say which client: revoke ID');
      if (!(await revokeApiClient(prisma, id))) throw new UsageError(`there is no active client ${id}`);
      console.log(`revoked ${id}; every process refuses its key within ${CACHE_MILLISECONDS / 1000} s`);
    }
    return 0;
  } finally {
    await prisma.$disconnect();
  }
}

await runCommand({
  usage,
  run,
  refusal: (error) => {
    if (error instanceof ConfigError || error instanceof ProfileError) return 2;
    return isNoDatabase(error) ? 1 : undefined;
  },
});
