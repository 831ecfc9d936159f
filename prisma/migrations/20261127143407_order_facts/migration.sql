-- AlterTable
ALTER TABLE "Fulfillment" ADD COLUMN     "refusedNumbers" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "revision" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "shipBy" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Order" ADD COLUMN     "awaitsAnswers" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "reservedRound" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "shipBy" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "Fulfillment_refusedNumbers_idx" ON "Fulfillment" USING GIN ("refusedNumbers");
