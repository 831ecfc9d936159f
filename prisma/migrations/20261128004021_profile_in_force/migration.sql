-- AlterTable
ALTER TABLE "ProfileVersion" ADD COLUMN     "inForceAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ALTER COLUMN "firstUsedAt" DROP NOT NULL;

-- The order of the versions that exist already.
UPDATE "ProfileVersion" SET "inForceAt" = "firstUsedAt";
