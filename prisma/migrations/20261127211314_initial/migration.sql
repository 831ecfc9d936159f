-- CreateTable
CREATE TABLE "Order" (
    "id" TEXT NOT NULL,
    "partnerId" TEXT NOT NULL,
    "poNumber" TEXT NOT NULL,
    "release" TEXT NOT NULL DEFAULT '',
    "repeat" TEXT NOT NULL DEFAULT '',
    "part" TEXT NOT NULL DEFAULT '',
    "partNumber" INTEGER,
    "channel" TEXT NOT NULL,
    "contentHash" TEXT NOT NULL,
    "profileVersion" TEXT NOT NULL,
    "workflowId" TEXT NOT NULL,
    "correlationId" TEXT NOT NULL,
    "canonical" JSONB NOT NULL,
    "asOrdered" JSONB,
    "corrections" JSONB NOT NULL DEFAULT '[]',
    "currency" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'received',
    "cancelling" JSONB,
    "waitingFor" TEXT,
    "customerNumber" TEXT,
    "shipToNumber" TEXT,
    "goodsTotal" BIGINT,
    "taxTotal" BIGINT,
    "paymentTerms" JSONB,
    "erpSystem" TEXT,
    "erpOrderNumber" TEXT,
    "orderedOn" DATE NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "shipBy" TIMESTAMPTZ(3),
    "reservedRound" INTEGER NOT NULL DEFAULT 0,
    "awaitsAnswers" BOOLEAN NOT NULL DEFAULT false,
    "changesAsked" INTEGER NOT NULL DEFAULT 0,
    "nextDeadline" TIMESTAMPTZ(3),
    "jeopardyFrom" TIMESTAMPTZ(3),
    "closedAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PurchaseOrder" (
    "partnerId" TEXT NOT NULL,
    "poNumber" TEXT NOT NULL,
    "release" TEXT NOT NULL,
    "repeat" TEXT NOT NULL,
    "inParts" BOOLEAN NOT NULL,
    "decision" JSONB,

    CONSTRAINT "PurchaseOrder_pkey" PRIMARY KEY ("partnerId","poNumber","release","repeat")
);

-- CreateTable
CREATE TABLE "OrderLine" (
    "orderId" TEXT NOT NULL,
    "lineNumber" INTEGER NOT NULL,
    "lineId" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "customerSku" TEXT,
    "gtin" TEXT,
    "description" TEXT NOT NULL,
    "orderedValue" DECIMAL(27,9) NOT NULL,
    "orderedUnit" TEXT NOT NULL,
    "unit" TEXT,
    "baseUnit" TEXT NOT NULL,
    "unitFactor" DECIMAL(27,9) NOT NULL,
    "unitPrice" DECIMAL(27,9) NOT NULL,
    "contractPrice" DECIMAL(27,9) NOT NULL,
    "ordered" DECIMAL(27,9) NOT NULL,
    "cancelled" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "rejected" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "rejection" TEXT,
    "backordered" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "open" DECIMAL(27,9) NOT NULL,
    "shipped" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "surplus" DECIMAL(27,9) NOT NULL DEFAULT 0,

    CONSTRAINT "OrderLine_pkey" PRIMARY KEY ("orderId","lineNumber")
);

-- CreateTable
CREATE TABLE "Fulfillment" (
    "id" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "round" INTEGER NOT NULL,
    "sequence" INTEGER NOT NULL,
    "node" TEXT NOT NULL,
    "wmsSystem" TEXT NOT NULL,
    "releaseNumber" TEXT NOT NULL,
    "refusedNumbers" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "wmsReference" TEXT,
    "releasedAt" TIMESTAMPTZ(3),
    "shipBy" TIMESTAMPTZ(3),
    "revision" INTEGER NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL DEFAULT 'planned',
    "lines" JSONB NOT NULL,
    "storesShort" JSONB NOT NULL DEFAULT '[]',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "routing" JSONB,

    CONSTRAINT "Fulfillment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Shipment" (
    "id" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "fulfillmentId" TEXT NOT NULL,
    "shipmentNumber" TEXT NOT NULL,
    "shippedAt" TIMESTAMPTZ(3) NOT NULL,
    "carrierScac" TEXT NOT NULL,
    "billOfLading" TEXT,
    "tracking" TEXT,
    "weight" DECIMAL(27,9),
    "lines" JSONB NOT NULL,
    "erpShipmentNumber" TEXT,
    "invoicedByHand" TEXT,
    "deliveryState" TEXT,
    "deliveryAt" TIMESTAMPTZ(3),
    "scanBy" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Shipment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Package" (
    "id" TEXT NOT NULL,
    "sscc" TEXT,
    "shipmentId" TEXT NOT NULL,
    "palletSscc" TEXT,
    "kind" TEXT NOT NULL,
    "tracking" TEXT,
    "weight" DECIMAL(27,9),
    "markFor" TEXT,
    "lines" JSONB NOT NULL,

    CONSTRAINT "Package_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Invoice" (
    "id" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "shipmentId" TEXT NOT NULL,
    "partnerId" TEXT NOT NULL,
    "invoiceNumber" TEXT NOT NULL,
    "invoicedOn" DATE NOT NULL,
    "dueOn" DATE NOT NULL,
    "currency" TEXT NOT NULL,
    "total" BIGINT NOT NULL,
    "paid" BIGINT NOT NULL DEFAULT 0,
    "content" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Invoice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Payment" (
    "id" TEXT NOT NULL,
    "partnerId" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "paidOn" DATE NOT NULL,
    "source" TEXT NOT NULL,
    "contentHash" TEXT NOT NULL,
    "correlationId" TEXT NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Payment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PaymentAllocation" (
    "id" TEXT NOT NULL,
    "paymentId" TEXT NOT NULL,
    "invoiceNumber" TEXT NOT NULL,
    "invoiceId" TEXT,
    "orderId" TEXT,
    "amount" BIGINT NOT NULL,
    "adjustment" BIGINT NOT NULL DEFAULT 0,
    "adjustmentReason" TEXT,
    "receiptNumber" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "noEffect" TEXT,
    "settledAt" TIMESTAMPTZ(3),
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "replacedById" TEXT,

    CONSTRAINT "PaymentAllocation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Interchange" (
    "id" TEXT NOT NULL,
    "direction" TEXT NOT NULL,
    "partnerId" TEXT,
    "senderId" TEXT NOT NULL,
    "receiverId" TEXT NOT NULL,
    "controlNumber" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "transport" TEXT NOT NULL,
    "bytes" BYTEA NOT NULL,
    "size" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "correlationId" TEXT NOT NULL,
    "fileName" TEXT,
    "errors" JSONB,
    "workflowId" TEXT,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "processedAt" TIMESTAMPTZ(3),
    "attemptedAt" TIMESTAMPTZ(3),
    "deliveredAt" TIMESTAMPTZ(3),
    "evidence" TEXT,
    "deadline" TIMESTAMPTZ(3),
    "settledAt" TIMESTAMPTZ(3),

    CONSTRAINT "Interchange_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Document" (
    "id" TEXT NOT NULL,
    "businessKey" TEXT,
    "direction" TEXT NOT NULL,
    "partnerId" TEXT NOT NULL,
    "transactionSet" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "orderId" TEXT,
    "shipmentId" TEXT,
    "invoiceId" TEXT,
    "returnId" TEXT,
    "interchangeId" TEXT,
    "position" INTEGER,
    "groupControl" TEXT,
    "transactionControl" TEXT,
    "body" TEXT NOT NULL,
    "delimiters" TEXT NOT NULL,
    "encoding" TEXT,
    "rewritings" JSONB,
    "hash" TEXT NOT NULL,
    "errors" JSONB,
    "notUsed" JSONB,
    "correlationId" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deadline" TIMESTAMPTZ(3),
    "transmittedAt" TIMESTAMPTZ(3),
    "acknowledgeBy" TIMESTAMPTZ(3),
    "acknowledgedAt" TIMESTAMPTZ(3),
    "acknowledgment" TEXT,
    "acknowledgedById" TEXT,
    "poNumber" TEXT,
    "change" JSONB,
    "handledAt" TIMESTAMPTZ(3),
    "handledBy" TEXT,
    "handledNote" TEXT,
    "handledOutcome" TEXT,

    CONSTRAINT "Document_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DocumentOrder" (
    "documentId" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,

    CONSTRAINT "DocumentOrder_pkey" PRIMARY KEY ("documentId","orderId")
);

-- CreateTable
CREATE TABLE "LeftOutContent" (
    "partnerId" TEXT NOT NULL,
    "transactionSet" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "decidedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "LeftOutContent_pkey" PRIMARY KEY ("partnerId","transactionSet","content")
);

-- CreateTable
CREATE TABLE "OrderReference" (
    "orderId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "search" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "OrderReference_pkey" PRIMARY KEY ("orderId","kind","value")
);

-- CreateTable
CREATE TABLE "ControlNumber" (
    "partnerId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "next" BIGINT NOT NULL DEFAULT 1,

    CONSTRAINT "ControlNumber_pkey" PRIMARY KEY ("partnerId","kind")
);

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

-- CreateTable
CREATE TABLE "TimelineEvent" (
    "id" BIGSERIAL NOT NULL,
    "orderId" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "detail" JSONB,
    "correlationId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TimelineEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OrderException" (
    "id" TEXT NOT NULL,
    "orderId" TEXT,
    "returnId" TEXT,
    "type" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "step" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "detail" JSONB,
    "resolutions" TEXT[],
    "owner" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "openedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "dueAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "escalatedAt" TIMESTAMPTZ(3),
    "assignee" TEXT,
    "waits" JSONB,
    "snoozedUntil" TIMESTAMPTZ(3),
    "resolvedAt" TIMESTAMPTZ(3),
    "resolution" JSONB,
    "resolvedBy" TEXT,

    CONSTRAINT "OrderException_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OrderChange" (
    "id" TEXT NOT NULL,
    "partnerId" TEXT NOT NULL,
    "poNumber" TEXT NOT NULL,
    "release" TEXT NOT NULL DEFAULT '',
    "orderId" TEXT,
    "position" BIGSERIAL NOT NULL,
    "source" TEXT NOT NULL,
    "sequence" TEXT,
    "contentHash" TEXT NOT NULL,
    "canonical" JSONB NOT NULL,
    "askedBy" TEXT NOT NULL,
    "documentId" TEXT,
    "correlationId" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "outcome" JSONB,
    "plan" JSONB,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "answeredAt" TIMESTAMPTZ(3),

    CONSTRAINT "OrderChange_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ExceptionComment" (
    "id" TEXT NOT NULL,
    "exceptionId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "author" TEXT NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "ExceptionComment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BulkResolution" (
    "id" TEXT NOT NULL,
    "clientId" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "decision" JSONB NOT NULL,
    "outcome" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "BulkResolution_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BulkResolutionItem" (
    "bulkResolutionId" TEXT NOT NULL,
    "exceptionId" TEXT NOT NULL,
    "handOffId" TEXT NOT NULL,

    CONSTRAINT "BulkResolutionItem_pkey" PRIMARY KEY ("bulkResolutionId","exceptionId")
);

-- CreateTable
CREATE TABLE "HeldUpStep" (
    "workflowId" TEXT NOT NULL,
    "activityId" TEXT NOT NULL,
    "system" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL,
    "lastAttemptAt" TIMESTAMPTZ(3) NOT NULL,
    "nextAttemptAt" TIMESTAMPTZ(3) NOT NULL,
    "triedUntil" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "HeldUpStep_pkey" PRIMARY KEY ("workflowId","activityId")
);

-- CreateTable
CREATE TABLE "Decision" (
    "id" BIGSERIAL NOT NULL,
    "orderId" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "ruleVersion" TEXT NOT NULL,
    "inputs" JSONB NOT NULL,
    "outcome" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Decision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WarehouseEvent" (
    "system" TEXT NOT NULL,
    "eventId" TEXT NOT NULL,
    "releaseNumber" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "correlationId" TEXT NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "noEffect" TEXT,
    "settledAt" TIMESTAMPTZ(3),

    CONSTRAINT "WarehouseEvent_pkey" PRIMARY KEY ("system","eventId")
);

-- CreateTable
CREATE TABLE "CarrierEvent" (
    "system" TEXT NOT NULL,
    "eventId" TEXT NOT NULL,
    "shipmentId" TEXT,
    "packages" TEXT[],
    "type" TEXT NOT NULL,
    "occurredAt" TIMESTAMPTZ(3) NOT NULL,
    "payload" JSONB NOT NULL,
    "correlationId" TEXT NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "noEffect" TEXT,
    "settledAt" TIMESTAMPTZ(3),

    CONSTRAINT "CarrierEvent_pkey" PRIMARY KEY ("system","eventId")
);

-- CreateTable
CREATE TABLE "DeadLetterAction" (
    "id" BIGSERIAL NOT NULL,
    "letterId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "partnerId" TEXT,
    "action" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "why" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "cause" TEXT NOT NULL,
    "profileVersion" TEXT,
    "corrected" TEXT,
    "outcome" JSONB,
    "settles" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "DeadLetterAction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Return" (
    "id" TEXT NOT NULL,
    "partnerId" TEXT NOT NULL,
    "rmaNumber" TEXT NOT NULL,
    "orderId" TEXT,
    "source" TEXT NOT NULL,
    "requestNumber" TEXT,
    "contentHash" TEXT NOT NULL,
    "poNumber" TEXT,
    "reason" TEXT NOT NULL,
    "note" TEXT,
    "profileVersion" TEXT NOT NULL,
    "workflowId" TEXT NOT NULL,
    "correlationId" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'asked',
    "waitingFor" TEXT,
    "nextDeadline" TIMESTAMPTZ(3),
    "endReason" TEXT,
    "shipmentId" TEXT,
    "delivery" JSONB,
    "node" TEXT,
    "wmsSystem" TEXT,
    "wmsReference" TEXT,
    "restockingFee" DECIMAL(9,6) NOT NULL DEFAULT 0,
    "awaitsAnswers" BOOLEAN NOT NULL DEFAULT false,
    "askedBy" TEXT NOT NULL,
    "askedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "authorizedAt" TIMESTAMPTZ(3),
    "arriveBy" TIMESTAMPTZ(3),
    "closedAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Return_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ReturnLine" (
    "returnId" TEXT NOT NULL,
    "lineNumber" INTEGER NOT NULL,
    "orderLineNumber" INTEGER,
    "lineId" TEXT,
    "sku" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "baseUnit" TEXT NOT NULL,
    "requested" DECIMAL(27,9) NOT NULL,
    "authorized" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "received" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "over" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "overSentBack" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "restocked" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "refurbished" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "scrapped" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "vendor" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "sentBack" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "credited" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "waived" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "conceded" DECIMAL(27,9) NOT NULL DEFAULT 0,

    CONSTRAINT "ReturnLine_pkey" PRIMARY KEY ("returnId","lineNumber")
);

-- CreateTable
CREATE TABLE "ReturnReceipt" (
    "id" TEXT NOT NULL,
    "system" TEXT NOT NULL,
    "eventId" TEXT NOT NULL,
    "returnId" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "correlationId" TEXT NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ReturnReceipt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ReturnSettlement" (
    "returnId" TEXT NOT NULL,
    "round" INTEGER NOT NULL,
    "lines" JSONB NOT NULL,
    "erpReturnNumber" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ReturnSettlement_pkey" PRIMARY KEY ("returnId","round")
);

-- CreateTable
CREATE TABLE "CreditMemo" (
    "id" TEXT NOT NULL,
    "returnId" TEXT NOT NULL,
    "round" INTEGER NOT NULL,
    "invoiceId" TEXT NOT NULL,
    "partnerId" TEXT NOT NULL,
    "creditMemoNumber" TEXT,
    "creditedOn" DATE,
    "currency" TEXT NOT NULL,
    "lines" JSONB NOT NULL,
    "goods" BIGINT NOT NULL,
    "allowances" BIGINT NOT NULL,
    "tax" BIGINT NOT NULL,
    "restockingFee" BIGINT NOT NULL,
    "total" BIGINT NOT NULL,
    "applied" BIGINT,
    "refundNumber" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CreditMemo_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ReturnEvent" (
    "id" BIGSERIAL NOT NULL,
    "returnId" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "correlationId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ReturnEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Item" (
    "erpSystem" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "baseUnit" TEXT NOT NULL,
    "gtin" TEXT,
    "weight" DECIMAL(27,9),
    "listPrice" DECIMAL(27,9) NOT NULL,
    "taxable" BOOLEAN NOT NULL,
    "units" JSONB NOT NULL,

    CONSTRAINT "Item_pkey" PRIMARY KEY ("erpSystem","sku")
);

-- CreateTable
CREATE TABLE "Customer" (
    "erpSystem" TEXT NOT NULL,
    "customerNumber" TEXT NOT NULL,
    "partnerId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "blocked" BOOLEAN NOT NULL,
    "taxExempt" BOOLEAN NOT NULL,
    "currency" TEXT NOT NULL,
    "terms" JSONB,

    CONSTRAINT "Customer_pkey" PRIMARY KEY ("erpSystem","customerNumber")
);

-- CreateTable
CREATE TABLE "ShipTo" (
    "erpSystem" TEXT NOT NULL,
    "shipToNumber" TEXT NOT NULL,
    "customerNumber" TEXT NOT NULL,
    "codes" TEXT[],
    "name" TEXT NOT NULL,
    "lines" TEXT[],
    "city" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "postalCode" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "preferredNodes" TEXT[],

    CONSTRAINT "ShipTo_pkey" PRIMARY KEY ("erpSystem","shipToNumber")
);

-- CreateTable
CREATE TABLE "ContractPrice" (
    "erpSystem" TEXT NOT NULL,
    "customerNumber" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "validFrom" DATE NOT NULL,
    "validTo" DATE,
    "unitPrice" DECIMAL(27,9) NOT NULL,

    CONSTRAINT "ContractPrice_pkey" PRIMARY KEY ("erpSystem","customerNumber","sku","unit","validFrom")
);

-- CreateTable
CREATE TABLE "TaxRate" (
    "erpSystem" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "percent" DECIMAL(9,6) NOT NULL,

    CONSTRAINT "TaxRate_pkey" PRIMARY KEY ("erpSystem","country","region")
);

-- CreateTable
CREATE TABLE "CrossReference" (
    "partnerId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "external" TEXT NOT NULL,
    "sku" TEXT NOT NULL DEFAULT '',
    "internal" TEXT NOT NULL,
    "quantity" DECIMAL(27,9),
    "source" TEXT NOT NULL DEFAULT 'api',
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CrossReference_pkey" PRIMARY KEY ("partnerId","kind","external","sku")
);

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

-- CreateTable
CREATE TABLE "ProfileVersion" (
    "partnerId" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "files" TEXT[],
    "inForceAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "firstUsedAt" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ProfileVersion_pkey" PRIMARY KEY ("partnerId","version")
);

-- CreateTable
CREATE TABLE "Synchronization" (
    "source" TEXT NOT NULL,
    "asOf" TEXT NOT NULL,
    "completedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Synchronization_pkey" PRIMARY KEY ("source")
);

-- CreateTable
CREATE TABLE "InventoryBalance" (
    "node" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "onHand" DECIMAL(27,9) NOT NULL,
    "reserved" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "offered" DECIMAL(27,9) NOT NULL DEFAULT 0,
    "asOf" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "InventoryBalance_pkey" PRIMARY KEY ("node","sku")
);

-- CreateTable
CREATE TABLE "Reservation" (
    "orderId" TEXT NOT NULL,
    "fulfillmentId" TEXT NOT NULL,
    "lineNumber" INTEGER NOT NULL,
    "node" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "quantity" DECIMAL(27,9) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Reservation_pkey" PRIMARY KEY ("fulfillmentId","lineNumber")
);

-- CreateTable
CREATE TABLE "ApiClient" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "keyHash" TEXT NOT NULL,
    "scopes" TEXT[],
    "partnerId" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ApiClient_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IdempotencyKey" (
    "clientId" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "requestHash" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "body" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "IdempotencyKey_pkey" PRIMARY KEY ("clientId","key")
);

-- CreateTable
CREATE TABLE "AuditEntry" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "clientId" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" JSONB,
    "correlationId" TEXT NOT NULL,

    CONSTRAINT "AuditEntry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Order_workflowId_key" ON "Order"("workflowId");

-- CreateIndex
CREATE INDEX "Order_status_receivedAt_id_idx" ON "Order"("status", "receivedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Order_partnerId_receivedAt_id_idx" ON "Order"("partnerId", "receivedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Order_receivedAt_id_idx" ON "Order"("receivedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Order_jeopardy_idx" ON "Order"("receivedAt" DESC, "id") WHERE ("jeopardyFrom" IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "Order_partnerId_poNumber_release_repeat_part_key" ON "Order"("partnerId", "poNumber", "release", "repeat", "part");

-- CreateIndex
CREATE INDEX "OrderLine_backordered_idx" ON "OrderLine"("sku") WHERE (backordered > (0)::numeric);

-- CreateIndex
CREATE UNIQUE INDEX "Fulfillment_releaseNumber_key" ON "Fulfillment"("releaseNumber");

-- CreateIndex
CREATE INDEX "Fulfillment_refusedNumbers_idx" ON "Fulfillment" USING GIN ("refusedNumbers");

-- CreateIndex
CREATE UNIQUE INDEX "Fulfillment_orderId_round_sequence_key" ON "Fulfillment"("orderId", "round", "sequence");

-- CreateIndex
CREATE INDEX "Shipment_orderId_idx" ON "Shipment"("orderId");

-- CreateIndex
CREATE INDEX "Shipment_shipmentNumber_idx" ON "Shipment"("shipmentNumber");

-- CreateIndex
CREATE INDEX "Shipment_tracking_idx" ON "Shipment"("tracking");

-- CreateIndex
CREATE UNIQUE INDEX "Shipment_fulfillmentId_shipmentNumber_key" ON "Shipment"("fulfillmentId", "shipmentNumber");

-- CreateIndex
CREATE UNIQUE INDEX "Package_sscc_key" ON "Package"("sscc");

-- CreateIndex
CREATE INDEX "Package_shipmentId_idx" ON "Package"("shipmentId");

-- CreateIndex
CREATE INDEX "Package_tracking_idx" ON "Package"("tracking");

-- CreateIndex
CREATE INDEX "Package_palletSscc_idx" ON "Package"("palletSscc");

-- CreateIndex
CREATE UNIQUE INDEX "Invoice_shipmentId_key" ON "Invoice"("shipmentId");

-- CreateIndex
CREATE INDEX "Invoice_orderId_idx" ON "Invoice"("orderId");

-- CreateIndex
CREATE UNIQUE INDEX "Invoice_partnerId_invoiceNumber_key" ON "Invoice"("partnerId", "invoiceNumber");

-- CreateIndex
CREATE UNIQUE INDEX "Payment_partnerId_reference_key" ON "Payment"("partnerId", "reference");

-- CreateIndex
CREATE INDEX "PaymentAllocation_invoiceId_idx" ON "PaymentAllocation"("invoiceId");

-- CreateIndex
CREATE UNIQUE INDEX "PaymentAllocation_paymentId_invoiceNumber_attempt_key" ON "PaymentAllocation"("paymentId", "invoiceNumber", "attempt");

-- CreateIndex
CREATE UNIQUE INDEX "Interchange_workflowId_key" ON "Interchange"("workflowId");

-- CreateIndex
CREATE INDEX "Interchange_partnerId_receivedAt_id_idx" ON "Interchange"("partnerId", "receivedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Interchange_receivedAt_id_idx" ON "Interchange"("receivedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Interchange_errors_idx" ON "Interchange"("receivedAt" DESC, "id") WHERE ("errors" IS NOT NULL);

-- CreateIndex
CREATE INDEX "Interchange_direction_state_receivedAt_idx" ON "Interchange"("direction", "state", "receivedAt");

-- CreateIndex
CREATE INDEX "Interchange_controlNumber_idx" ON "Interchange"("controlNumber");

-- CreateIndex
CREATE UNIQUE INDEX "Interchange_direction_senderId_receiverId_controlNumber_has_key" ON "Interchange"("direction", "senderId", "receiverId", "controlNumber", "hash");

-- CreateIndex
CREATE UNIQUE INDEX "Document_businessKey_key" ON "Document"("businessKey");

-- CreateIndex
CREATE INDEX "Document_orderId_idx" ON "Document"("orderId");

-- CreateIndex
CREATE INDEX "Document_returnId_idx" ON "Document"("returnId");

-- CreateIndex
CREATE INDEX "Document_partnerId_direction_state_createdAt_idx" ON "Document"("partnerId", "direction", "state", "createdAt");

-- CreateIndex
CREATE INDEX "Document_partnerId_direction_groupControl_transactionContro_idx" ON "Document"("partnerId", "direction", "groupControl", "transactionControl");

-- CreateIndex
CREATE INDEX "Document_faulty_idx" ON "Document"("interchangeId") WHERE (state = ANY (ARRAY['rejected'::text, 'unmatched'::text]));

-- CreateIndex
CREATE INDEX "Document_kept_idx" ON "Document"("interchangeId") WHERE (state = 'kept'::text);

-- CreateIndex
CREATE INDEX "Document_asks_idx" ON "Document"("partnerId", "poNumber") WHERE ("poNumber" IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "Document_interchangeId_position_key" ON "Document"("interchangeId", "position");

-- CreateIndex
CREATE INDEX "DocumentOrder_orderId_idx" ON "DocumentOrder"("orderId");

-- CreateIndex
CREATE INDEX "OrderReference_search_orderId_idx" ON "OrderReference"("search" text_pattern_ops, "orderId");

-- CreateIndex
CREATE INDEX "HandOff_nextAttemptAt_idx" ON "HandOff"("nextAttemptAt");

-- CreateIndex
CREATE INDEX "HandOff_target_kind_idx" ON "HandOff"("target", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "TimelineEvent_orderId_key_key" ON "TimelineEvent"("orderId", "key");

-- CreateIndex
CREATE INDEX "OrderException_orderId_idx" ON "OrderException"("orderId");

-- CreateIndex
CREATE INDEX "OrderException_returnId_idx" ON "OrderException"("returnId");

-- CreateIndex
CREATE INDEX "OrderException_state_dueAt_id_idx" ON "OrderException"("state", "dueAt", "id");

-- CreateIndex
CREATE INDEX "OrderChange_orderId_position_idx" ON "OrderChange"("orderId", "position");

-- CreateIndex
CREATE INDEX "OrderChange_partnerId_poNumber_release_idx" ON "OrderChange"("partnerId", "poNumber", "release");

-- CreateIndex
CREATE INDEX "ExceptionComment_exceptionId_at_id_idx" ON "ExceptionComment"("exceptionId", "at", "id");

-- CreateIndex
CREATE INDEX "BulkResolutionItem_exceptionId_idx" ON "BulkResolutionItem"("exceptionId");

-- CreateIndex
CREATE INDEX "HeldUpStep_system_nextAttemptAt_idx" ON "HeldUpStep"("system", "nextAttemptAt");

-- CreateIndex
CREATE UNIQUE INDEX "Decision_orderId_key_key" ON "Decision"("orderId", "key");

-- CreateIndex
CREATE INDEX "DeadLetterAction_letterId_at_idx" ON "DeadLetterAction"("letterId", "at");

-- CreateIndex
CREATE INDEX "DeadLetterAction_settled_idx" ON "DeadLetterAction"("action", "at" DESC) WHERE (settles);

-- CreateIndex
CREATE INDEX "Document_dead_idx" ON "Document"("createdAt" DESC) WHERE (direction = 'inbound'::text AND "handledAt" IS NULL AND state = ANY (ARRAY['received'::text, 'rejected'::text, 'unmatched'::text, 'kept'::text]));

-- CreateIndex
CREATE INDEX "Interchange_dead_idx" ON "Interchange"("receivedAt" DESC) WHERE (direction = 'inbound'::text AND state = 'rejected'::text AND "settledAt" IS NULL);

-- CreateIndex
CREATE INDEX "PaymentAllocation_dead_idx" ON "PaymentAllocation"("createdAt" DESC) WHERE ("noEffect" IS NOT NULL AND "settledAt" IS NULL);

-- CreateIndex
CREATE INDEX "WarehouseEvent_dead_idx" ON "WarehouseEvent"("receivedAt" DESC) WHERE ("noEffect" IS NOT NULL AND "settledAt" IS NULL);

-- CreateIndex
CREATE INDEX "WarehouseEvent_releaseNumber_idx" ON "WarehouseEvent"("releaseNumber");

-- CreateIndex
CREATE INDEX "CarrierEvent_dead_idx" ON "CarrierEvent"("receivedAt" DESC) WHERE ("noEffect" IS NOT NULL AND "settledAt" IS NULL);

-- CreateIndex
CREATE INDEX "CarrierEvent_shipmentId_occurredAt_idx" ON "CarrierEvent"("shipmentId", "occurredAt");

-- CreateIndex
CREATE UNIQUE INDEX "Return_rmaNumber_key" ON "Return"("rmaNumber");

-- CreateIndex
CREATE UNIQUE INDEX "Return_workflowId_key" ON "Return"("workflowId");

-- CreateIndex
CREATE INDEX "Return_orderId_idx" ON "Return"("orderId");

-- CreateIndex
CREATE INDEX "Return_shipmentId_idx" ON "Return"("shipmentId");

-- CreateIndex
CREATE INDEX "Return_askedAt_id_idx" ON "Return"("askedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Return_status_askedAt_id_idx" ON "Return"("status", "askedAt" DESC, "id");

-- CreateIndex
CREATE UNIQUE INDEX "Return_partnerId_source_requestNumber_key" ON "Return"("partnerId", "source", "requestNumber");

-- CreateIndex
CREATE INDEX "ReturnReceipt_returnId_idx" ON "ReturnReceipt"("returnId");

-- CreateIndex
CREATE UNIQUE INDEX "ReturnReceipt_system_eventId_key" ON "ReturnReceipt"("system", "eventId");

-- CreateIndex
CREATE INDEX "CreditMemo_invoiceId_idx" ON "CreditMemo"("invoiceId");

-- CreateIndex
CREATE UNIQUE INDEX "CreditMemo_returnId_round_invoiceId_key" ON "CreditMemo"("returnId", "round", "invoiceId");

-- CreateIndex
CREATE UNIQUE INDEX "ReturnEvent_returnId_key_key" ON "ReturnEvent"("returnId", "key");

-- CreateIndex
CREATE INDEX "Item_sku_idx" ON "Item"("sku");

-- CreateIndex
CREATE INDEX "Item_gtin_idx" ON "Item"("gtin");

-- CreateIndex
CREATE INDEX "Customer_partnerId_idx" ON "Customer"("partnerId");

-- CreateIndex
CREATE INDEX "ShipTo_erpSystem_customerNumber_idx" ON "ShipTo"("erpSystem", "customerNumber");

-- CreateIndex
CREATE INDEX "Reservation_orderId_idx" ON "Reservation"("orderId");

-- CreateIndex
CREATE UNIQUE INDEX "ApiClient_keyHash_key" ON "ApiClient"("keyHash");

-- CreateIndex
CREATE INDEX "IdempotencyKey_createdAt_idx" ON "IdempotencyKey"("createdAt");

-- CreateIndex
CREATE INDEX "AuditEntry_subject_at_idx" ON "AuditEntry"("subject", "at");

-- AddForeignKey
ALTER TABLE "OrderLine" ADD CONSTRAINT "OrderLine_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Fulfillment" ADD CONSTRAINT "Fulfillment_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Shipment" ADD CONSTRAINT "Shipment_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Shipment" ADD CONSTRAINT "Shipment_fulfillmentId_fkey" FOREIGN KEY ("fulfillmentId") REFERENCES "Fulfillment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Package" ADD CONSTRAINT "Package_shipmentId_fkey" FOREIGN KEY ("shipmentId") REFERENCES "Shipment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CarrierEvent" ADD CONSTRAINT "CarrierEvent_shipmentId_fkey" FOREIGN KEY ("shipmentId") REFERENCES "Shipment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Invoice" ADD CONSTRAINT "Invoice_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Invoice" ADD CONSTRAINT "Invoice_shipmentId_fkey" FOREIGN KEY ("shipmentId") REFERENCES "Shipment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PaymentAllocation" ADD CONSTRAINT "PaymentAllocation_paymentId_fkey" FOREIGN KEY ("paymentId") REFERENCES "Payment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PaymentAllocation" ADD CONSTRAINT "PaymentAllocation_invoiceId_fkey" FOREIGN KEY ("invoiceId") REFERENCES "Invoice"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Document" ADD CONSTRAINT "Document_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Document" ADD CONSTRAINT "Document_returnId_fkey" FOREIGN KEY ("returnId") REFERENCES "Return"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Document" ADD CONSTRAINT "Document_interchangeId_fkey" FOREIGN KEY ("interchangeId") REFERENCES "Interchange"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DocumentOrder" ADD CONSTRAINT "DocumentOrder_documentId_fkey" FOREIGN KEY ("documentId") REFERENCES "Document"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DocumentOrder" ADD CONSTRAINT "DocumentOrder_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrderReference" ADD CONSTRAINT "OrderReference_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TimelineEvent" ADD CONSTRAINT "TimelineEvent_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrderException" ADD CONSTRAINT "OrderException_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrderException" ADD CONSTRAINT "OrderException_returnId_fkey" FOREIGN KEY ("returnId") REFERENCES "Return"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrderChange" ADD CONSTRAINT "OrderChange_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ExceptionComment" ADD CONSTRAINT "ExceptionComment_exceptionId_fkey" FOREIGN KEY ("exceptionId") REFERENCES "OrderException"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BulkResolutionItem" ADD CONSTRAINT "BulkResolutionItem_bulkResolutionId_fkey" FOREIGN KEY ("bulkResolutionId") REFERENCES "BulkResolution"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BulkResolutionItem" ADD CONSTRAINT "BulkResolutionItem_exceptionId_fkey" FOREIGN KEY ("exceptionId") REFERENCES "OrderException"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Decision" ADD CONSTRAINT "Decision_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Return" ADD CONSTRAINT "Return_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Return" ADD CONSTRAINT "Return_shipmentId_fkey" FOREIGN KEY ("shipmentId") REFERENCES "Shipment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ReturnLine" ADD CONSTRAINT "ReturnLine_returnId_fkey" FOREIGN KEY ("returnId") REFERENCES "Return"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ReturnReceipt" ADD CONSTRAINT "ReturnReceipt_returnId_fkey" FOREIGN KEY ("returnId") REFERENCES "Return"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ReturnSettlement" ADD CONSTRAINT "ReturnSettlement_returnId_fkey" FOREIGN KEY ("returnId") REFERENCES "Return"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CreditMemo" ADD CONSTRAINT "CreditMemo_returnId_fkey" FOREIGN KEY ("returnId") REFERENCES "Return"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CreditMemo" ADD CONSTRAINT "CreditMemo_returnId_round_fkey" FOREIGN KEY ("returnId", "round") REFERENCES "ReturnSettlement"("returnId", "round") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CreditMemo" ADD CONSTRAINT "CreditMemo_invoiceId_fkey" FOREIGN KEY ("invoiceId") REFERENCES "Invoice"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ReturnEvent" ADD CONSTRAINT "ReturnEvent_returnId_fkey" FOREIGN KEY ("returnId") REFERENCES "Return"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ShipTo" ADD CONSTRAINT "ShipTo_erpSystem_customerNumber_fkey" FOREIGN KEY ("erpSystem", "customerNumber") REFERENCES "Customer"("erpSystem", "customerNumber") ON DELETE CASCADE ON UPDATE CASCADE;
