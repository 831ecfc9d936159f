-- DropIndex
DROP INDEX "Interchange_partnerId_receivedAt_idx";

-- CreateIndex
CREATE INDEX "Document_rejected_idx" ON "Document"("interchangeId") WHERE ("state" = 'rejected');

-- CreateIndex
CREATE INDEX "Interchange_partnerId_receivedAt_id_idx" ON "Interchange"("partnerId", "receivedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Interchange_receivedAt_id_idx" ON "Interchange"("receivedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Interchange_errors_idx" ON "Interchange"("receivedAt" DESC, "id") WHERE ("errors" IS NOT NULL);
