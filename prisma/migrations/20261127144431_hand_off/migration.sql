-- CreateTable
CREATE TABLE "HandOff" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "partnerId" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "payload" JSONB NOT NULL DEFAULT '{}',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" TIMESTAMPTZ(3) NOT NULL DEFAULT (now() + '00:00:01'::interval),

    CONSTRAINT "HandOff_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "HandOff_nextAttemptAt_idx" ON "HandOff"("nextAttemptAt");

-- CreateIndex
CREATE INDEX "HandOff_target_kind_idx" ON "HandOff"("target", "kind");
