-- DropTable
DROP TABLE "PartnerOutbox";
