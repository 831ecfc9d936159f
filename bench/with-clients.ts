import type { Client } from '@temporalio/client';
import { createPrismaClient } from '../prisma/client.ts';
import { loadConfig } from '../runtime/config.ts';
import { connectClient } from '../runtime/temporal.ts';
import type { Network } from '../scripts/stack/network.ts';

export type Prisma = ReturnType<typeof createPrismaClient>;

/** Runs the body with clients of the network's Temporal and Postgres, and closes both. */
export async function withClients<T>(
  network: Network,
  body: (temporal: Client, prisma: Prisma) => Promise<T>,
): Promise<T> {
  const config = loadConfig({ ...network.env });
  const temporal = connectClient(config);
  const prisma = createPrismaClient(config.databaseUrl, { poolSize: 2 });
  try {
    return await body(temporal, prisma);
  } finally {
    await prisma.$disconnect();
    await temporal.connection.close();
  }
}
