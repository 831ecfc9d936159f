-- Nobody recorded which ERP a row came from. Each ERP is read whole again.
TRUNCATE "Item", "Customer", "ShipTo", "ContractPrice", "TaxRate";
DELETE FROM "Synchronization" WHERE "source" LIKE 'erp.%';

-- DropForeignKey
ALTER TABLE "ShipTo" DROP CONSTRAINT "ShipTo_customerNumber_fkey";

-- DropIndex
DROP INDEX "ShipTo_customerNumber_idx";

-- AlterTable
ALTER TABLE "ContractPrice" DROP CONSTRAINT "ContractPrice_pkey",
ADD COLUMN     "erpSystem" TEXT NOT NULL,
ADD CONSTRAINT "ContractPrice_pkey" PRIMARY KEY ("erpSystem", "customerNumber", "sku", "unit", "validFrom");

-- AlterTable
ALTER TABLE "Customer" DROP CONSTRAINT "Customer_pkey",
ADD COLUMN     "erpSystem" TEXT NOT NULL,
ADD CONSTRAINT "Customer_pkey" PRIMARY KEY ("erpSystem", "customerNumber");

-- AlterTable
ALTER TABLE "Item" DROP CONSTRAINT "Item_pkey",
ADD COLUMN     "erpSystem" TEXT NOT NULL,
ADD CONSTRAINT "Item_pkey" PRIMARY KEY ("erpSystem", "sku");

-- AlterTable
ALTER TABLE "ShipTo" DROP CONSTRAINT "ShipTo_pkey",
ADD COLUMN     "erpSystem" TEXT NOT NULL,
ADD CONSTRAINT "ShipTo_pkey" PRIMARY KEY ("erpSystem", "shipToNumber");

-- AlterTable
ALTER TABLE "TaxRate" DROP CONSTRAINT "TaxRate_pkey",
ADD COLUMN     "erpSystem" TEXT NOT NULL,
ADD CONSTRAINT "TaxRate_pkey" PRIMARY KEY ("erpSystem", "region");

-- CreateIndex
CREATE INDEX "Item_sku_idx" ON "Item"("sku");

-- CreateIndex
CREATE INDEX "ShipTo_erpSystem_customerNumber_idx" ON "ShipTo"("erpSystem", "customerNumber");

-- AddForeignKey
ALTER TABLE "ShipTo" ADD CONSTRAINT "ShipTo_erpSystem_customerNumber_fkey" FOREIGN KEY ("erpSystem", "customerNumber") REFERENCES "Customer"("erpSystem", "customerNumber") ON DELETE CASCADE ON UPDATE CASCADE;
