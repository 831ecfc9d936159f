-- DropIndex
DROP INDEX "Document_rejected_idx";

-- CreateIndex
CREATE INDEX "Document_faulty_idx" ON "Document"("interchangeId") WHERE (state = ANY (ARRAY['rejected'::text, 'unmatched'::text]));
