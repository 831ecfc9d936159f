-- AlterTable
ALTER TABLE "InventoryBalance" ADD COLUMN     "offered" DECIMAL(27,9) NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "OrderLine_backordered_idx" ON "OrderLine"("sku") WHERE (backordered > (0)::numeric);
