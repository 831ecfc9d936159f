/**
 * How an interchange is sent to a partner. A transport that cannot recognize a repeated delivery
 * offers `find`; every attempt after the first calls it before sending.
 */
export interface TransportPort {
  /** Resolves when the partner has received the whole file. */
  deliver(file: OutboundFile): Promise<DeliveryReceipt>;
  /** Whether the partner already has a file with that name. */
  find?(fileName: string): Promise<DeliveryReceipt | undefined>;
}

export interface OutboundFile {
  partnerId: string;
  /** Unique per interchange and stable across attempts. */
  fileName: string;
  interchangeControlNumber: string;
  correlationId: string;
  bytes: Uint8Array;
}

export interface DeliveryReceipt {
  /** ISO 8601. */
  deliveredAt: string;
  /** The partner's receipt id, or the HTTP status line: evidence for disputes. */
  evidence: string;
}
