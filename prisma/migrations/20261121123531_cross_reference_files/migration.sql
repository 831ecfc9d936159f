-- CreateTable
CREATE TABLE "CrossReferenceFile" (
    "partnerId" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "readAt" TIMESTAMPTZ(3) NOT NULL,
    "fault" JSONB,
    "loaded" INTEGER NOT NULL,
    "unchanged" INTEGER NOT NULL,
    "removed" INTEGER NOT NULL,
    "refusedCount" INTEGER NOT NULL,
    "refused" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "CrossReferenceFile_pkey" PRIMARY KEY ("partnerId")
);
