/**
 * How an interchange leaves for a partner. A transport that cannot tell a repeated delivery from a new one offers `find`,
 * and any attempt that may follow another asks it first.
 */
export interface TransportPort {
  /** Resolves once the partner’s side has taken the whole file. */
  deliver(file: OutboundFile): Promise<DeliveryReceipt>;
  /** Whether the partner’s side already holds the file of that name. */
  find?(fileName: string): Promise<DeliveryReceipt | undefined>;
}

export interface OutboundFile {
  partnerId: string;
  /** Unique per interchange and stable over attempts. */
  fileName: string;
  interchangeControlNumber: string;
  correlationId: string;
  bytes: Uint8Array;
}

export interface DeliveryReceipt {
  /** ISO 8601. */
  deliveredAt: string;
  /** What the other side called it, or the HTTP status line: evidence for disputes. */
  evidence: string;
}
