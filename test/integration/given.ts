import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProfiles } from '../../activities/partners/profile-files.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { createPrismaClient, type Database } from '../../prisma/client.ts';
import { type Network, type NetworkPart, startNetwork } from '../../scripts/stack/network.ts';
import { type Answer, type Calls, createCalls, eventually } from './calls.ts';

/** A running network and what the scenarios ask of it. */
export interface Given {
  readonly network: Network;
  readonly calls: Calls;
  readonly prisma: Database;
  /** Folder of the profiles that the processes follow. */
  readonly partnersDir: string;
  readonly profiles: ReadonlyMap<string, PartnerProfile>;
  /** Everything that our processes and the sandbox have written so far. */
  readonly lines: readonly { part: NetworkPart; line: string }[];
  stop(): Promise<void>;
}

export async function givenNetwork(): Promise<Given> {
  const lines: { part: NetworkPart; line: string }[] = [];
  // A copy, so that a scenario may change it.
  const partnersDir = mkdtempSync(join(tmpdir(), 'throughline-partners-'));
  cpSync('mappings/partners', partnersDir, { recursive: true });
  const network = await startNetwork({
    env: { PARTNERS_DIR: partnersDir },
    onLine: (part, line) => void lines.push({ part, line }),
  });
  const prisma = createPrismaClient(network.databaseUrl, { poolSize: 4 });
  return {
    network,
    calls: createCalls(network),
    prisma,
    partnersDir,
    profiles: loadProfiles('mappings/partners', network.env),
    lines,
    stop: async () => {
      await prisma.$disconnect();
      await network.stop();
      rmSync(partnersDir, { recursive: true });
    },
  };
}

/** Waits until the orders under these PO numbers are closed and the partner has acknowledged every document. */
export async function closed({ prisma }: Given, poNumbers: readonly string[], seconds = 45): Promise<void> {
  let seen: unknown;
  await eventually(
    `${poNumbers.join(', ')} closed`,
    seconds,
    async () => {
      const orders = await prisma.order.findMany({
        where: { poNumber: { in: [...poNumbers] } },
        select: {
          poNumber: true,
          status: true,
          waitingFor: true,
          documents: { where: { direction: 'outbound' }, select: { transactionSet: true, state: true } },
        },
      });
      seen = orders;
      return (
        poNumbers.every((poNumber) => orders.some((order) => order.poNumber === poNumber)) &&
        orders.every(
          ({ status, documents }) => status === 'closed' && documents.every(({ state }) => state === 'acknowledged'),
        )
      );
    },
    () => seen,
  );
}

/** Waits until every interchange of ours and theirs has arrived and been read: 997s come last. */
export async function quiet({ calls, prisma }: Given): Promise<void> {
  let seen: unknown;
  await eventually(
    'nothing left to send or read',
    45,
    async () => {
      const [documents, interchanges] = await Promise.all([
        prisma.document.findMany({
          where: { direction: 'outbound', transmittedAt: null },
          select: { partnerId: true, transactionSet: true, state: true, createdAt: true, businessKey: true },
        }),
        prisma.interchange.count({ where: { direction: 'inbound', state: 'received' } }),
      ]);
      const outbox = await calls.system('partners', '/_control/outbox');
      seen = { documents, interchanges, waiting: outbox.body.waiting };
      return documents.length === 0 && interchanges === 0 && outbox.body.waiting === 0;
    },
    () => seen,
  );
}

/** The outcome of an accepted interchange, once it has been read. */
export function read({ calls }: Given, taken: Answer, index = 0): Promise<Answer['body']> {
  const { interchangeId } = taken.body.interchanges[index];
  return eventually(`interchange ${interchangeId} read`, 30, async () => {
    const { body } = await calls.api(`/v1/edi/interchanges/${interchangeId}`);
    return body.state === 'processed' && body;
  });
}
