-- AlterTable
ALTER TABLE "CrossReference" DROP CONSTRAINT "CrossReference_pkey",
ADD COLUMN     "quantity" DECIMAL(27,9),
ADD COLUMN     "sku" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "source" TEXT NOT NULL DEFAULT 'api',
ADD COLUMN     "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD CONSTRAINT "CrossReference_pkey" PRIMARY KEY ("partnerId", "kind", "external", "sku");

-- A partner's item number was of the kind "sku" before items, ship-tos, units and packs were told apart.
UPDATE "CrossReference" SET "kind" = 'item' WHERE "kind" = 'sku';
