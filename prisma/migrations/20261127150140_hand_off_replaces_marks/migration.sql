-- DropIndex
DROP INDEX "Order_startedAt_receivedAt_idx";

-- DropIndex
DROP INDEX "PaymentAllocation_signalledAt_createdAt_idx";

-- DropIndex
DROP INDEX "WarehouseEvent_signalledAt_receivedAt_idx";

-- AlterTable
ALTER TABLE "Interchange" DROP COLUMN "startedAt";

-- AlterTable
ALTER TABLE "PaymentAllocation" DROP COLUMN "signalledAt";

-- AlterTable
ALTER TABLE "WarehouseEvent" DROP COLUMN "signalledAt";
