/** The records that a preview reads. It writes none. */
import type { Address, SalesOrder } from '../../mappings/canonical/v1/index.ts';
import { contentHash } from '../../mappings/edi/content-hash.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import { undecidedContent } from '../orders/prepare/left-out.ts';
import { type Known, type LeftOut, loadKnown, type OrderToCheck, type ToKnow } from '../orders/prepare/load.ts';

export interface ItemLoad {
  readonly sku: string;
  readonly weight: string | null;
  readonly packs: { unit: string; factor: string }[];
}

export interface EarlierOrder {
  readonly id: string;
  readonly part: string;
  readonly receivedAt: Date;
  readonly status: string;
  readonly sameContent: boolean;
}

export interface MasterData {
  /** For people. */
  readonly source: string;
  known(given: ToKnow): Promise<Known>;
  /** Content that neither the profile nor a person has decided about. */
  undecided(row: OrderToCheck, profile: PartnerProfile): Promise<LeftOut | undefined>;
  /** The order that has this number already. */
  earlier(order: SalesOrder): Promise<EarlierOrder | undefined>;
  shipTo(erpSystem: string, shipToNumber: string): Promise<(Address & { region: string; postalCode: string }) | null>;
  loads(erpSystem: string, skus: readonly string[]): Promise<ItemLoad[]>;
}

export function databaseMasterData(prisma: Database): MasterData {
  return {
    source: 'the master data as last read from the ERP',
    known: (given) => loadKnown(prisma, given),
    undecided: (row, profile) => undecidedContent(prisma, row, profile),
    earlier: async (order) => {
      const { partnerId, poNumber, release } = order;
      const orders = await prisma.order.findMany({
        where: { partnerId, poNumber, release },
        select: { id: true, part: true, receivedAt: true, status: true, contentHash: true },
      });
      const found = orders.find(({ part }) => part === order.part) ?? orders[0];
      if (found === undefined) return undefined;
      const { contentHash: hash, ...earlier } = found;
      return { ...earlier, sameContent: hash === contentHash(order) };
    },
    shipTo: (erpSystem, shipToNumber) =>
      prisma.shipTo.findUnique({
        where: { erpSystem_shipToNumber: { erpSystem, shipToNumber } },
        select: { name: true, lines: true, city: true, region: true, postalCode: true, country: true },
      }),
    loads: async (erpSystem, skus) => {
      const items = await prisma.item.findMany({
        where: { erpSystem, sku: { in: [...skus] } },
        select: { sku: true, weight: true, units: true },
      });
      return items.map(({ sku, weight, units }) => ({
        sku,
        weight: weight?.toString() ?? null,
        packs: units as unknown as ItemLoad['packs'],
      }));
    },
  };
}
