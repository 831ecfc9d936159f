-- AlterTable
ALTER TABLE "Fulfillment" ADD COLUMN     "carrierScac" TEXT,
ADD COLUMN     "routingRule" TEXT,
ADD COLUMN     "shipmentPayment" TEXT,
ADD COLUMN     "transportMethod" TEXT;
