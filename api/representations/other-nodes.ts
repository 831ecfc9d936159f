import { z } from 'zod';
import { type OtherNode, otherNodesFor } from '../../activities/orders/move-release.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { quantity } from './values.ts';

export const otherNode = z
  .object({
    node: z.string(),
    enough: z.boolean().meta({ description: 'It has all of it now' }),
    lines: z.array(
      z.object({
        lineId: z.string().meta({ description: 'The buyer’s line number' }),
        sku: z.string(),
        wanted: quantity.meta({ description: 'What the release has not shipped, in base units' }),
        free: quantity.meta({ description: 'What the node has and nobody else was promised, in base units' }),
      }),
    ),
  })
  .meta({ id: 'OtherNode', description: 'A node that could ship what a release has not shipped' });

const about = z.object({ fulfillmentId: z.string() });

interface Asked {
  readonly orderId: string | null;
  readonly state: string;
  readonly resolutions: readonly string[];
  readonly detail: unknown;
}

/** For the resolution `other-node`; none for other exceptions. */
export async function otherNodesOf(
  { prisma, systems, partners }: Pick<ApiDependencies, 'prisma' | 'systems' | 'partners'>,
  { orderId, state, resolutions, detail }: Asked,
): Promise<OtherNode[]> {
  const release = about.safeParse(detail);
  if (orderId === null || state !== 'open' || !resolutions.includes('other-node') || !release.success) return [];
  const order = await prisma.order.findUniqueOrThrow({
    where: { id: orderId },
    select: { partnerId: true, profileVersion: true },
  });
  const profile = await partners.forOrder(order);
  if (profile === undefined) return [];
  return otherNodesFor({ prisma, wms: systems.wms }, release.data.fulfillmentId, profile.usage);
}
