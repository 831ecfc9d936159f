-- AlterTable
ALTER TABLE "Order" ADD COLUMN     "paymentTerms" JSONB;

-- AlterTable
ALTER TABLE "OrderLine" ADD COLUMN     "unit" TEXT;

-- Orders under way go on with what they were ordered with. Of a closed one nothing is written any more.
UPDATE "Order" SET "paymentTerms" = "canonical" -> 'terms' WHERE "canonical" -> 'terms' IS NOT NULL AND "closedAt" IS NULL;
