import type { Client } from '@temporalio/client';
import type { Registry } from 'prom-client';
import type { Replayed, ReplayRequest } from '../activities/dead-letters/replay.ts';
import type { Settlement } from '../activities/documents/kept-documents.ts';
import type { HandOff } from '../activities/handoff/hand-off.ts';
import type { OfferedChange, StoredChange } from '../activities/intake/accept-change.ts';
import type { OrderReceipt } from '../activities/intake/accept-order.ts';
import type { InterchangeReceipt } from '../activities/intake/receive-interchange.ts';
import type { ProfileEditor } from '../activities/partners/profile-editor.ts';
import type { CarrierReceipt } from '../activities/returns/accept-carrier-event.ts';
import type { NoticeReceipt } from '../activities/returns/accept-notice.ts';
import type { ReturnReceipt } from '../activities/returns/accept-return.ts';
import type {
  CarrierEvent,
  Payment,
  ReturnNoticeEvent,
  ReturnRequest,
  SalesOrder,
  WarehouseEvent,
} from '../mappings/canonical/v1/index.ts';
import type { ProfileProblem } from '../mappings/profile/problem.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import type { Database } from '../prisma/client.ts';
import type { Config } from '../runtime/config.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Systems } from '../runtime/systems.ts';

/** The dependencies of the API. `createApp` creates none of them, so tests can supply their own. */
export interface ApiDependencies {
  readonly config: ApiConfig;
  readonly log: Logger;
  readonly prisma: Database;
  /** Connects at its first call: the API serves reads and accepts documents while Temporal is down. */
  readonly temporal: Client;
  readonly intake: Intake;
  /** Hands what was committed to Temporal. */
  readonly handOff: HandOff;
  readonly partners: PartnerDirectory;
  /** Checks and saves the files of test sides. */
  readonly profileEditor: ProfileEditor;
  readonly systems: Systems;
  /** Metrics of the process that exist before the API; `/metrics` serves them with the API's own. */
  readonly registry?: Registry;
}

export type ApiConfig = Pick<
  Config,
  | 'publicUrl'
  | 'temporal'
  | 'maxInterchangeBytes'
  | 'maxJsonBytes'
  | 'rateLimitPerMinute'
  | 'consoleDir'
  | 'certificationDir'
  | 'partnersDir'
>;

/** The partners that have a profile. */
export interface PartnerDirectory {
  list(): readonly PartnerSummary[];
  find(partnerId: string): PartnerSummary | undefined;
  profile(partnerId: string): PartnerProfile | undefined;
  /** The profile version of an order; see `PartnerProfiles.forOrder`. */
  forOrder(order: { partnerId: string; profileVersion: string }): Promise<PartnerProfile | undefined>;
  /** Current errors in the partner's files. */
  problemsOf(partnerId: string): readonly ProfileProblem[];
  /** Warnings about likely mistakes in the partner's files. */
  warningsOf(partnerId: string): readonly ProfileProblem[];
  /** Current errors in the files of all partners, including partners that were never read. */
  problems(): readonly ProfileProblem[];
}

export interface PartnerSummary {
  readonly id: string;
  readonly name: string;
  /** The profile version that a new order would get. */
  readonly profileVersion: string;
  readonly usage: PartnerProfile['usage'];
}

/**
 * The entry points of the order process. Each call commits its input together with the hand-off to the
 * workflow before it resolves. It never waits for Temporal.
 */
export interface Intake {
  acceptOrder(request: { order: SalesOrder; correlationId: string; source: { kind: 'api' } }): Promise<OrderReceipt>;
  acceptInterchanges(request: {
    bytes: Uint8Array;
    transport: string;
    /** The sender may act only for this partner. */
    partnerId?: string;
    correlationId: string;
    fileName?: string;
  }): Promise<readonly InterchangeReceipt[]>;
  acceptWarehouseEvent(request: {
    system: string;
    event: WarehouseEvent;
    correlationId: string;
  }): Promise<{ outcome: 'accepted' | 'duplicate' | 'unknown-release'; orderId?: string }>;
  /** A request to return goods; what cannot be returned is refused at once, and nothing is stored. */
  acceptReturn(request: {
    request: ReturnRequest;
    orderId: string;
    askedBy: string;
    correlationId: string;
  }): Promise<ReturnReceipt>;
  acceptCarrierEvent(request: { system: string; event: CarrierEvent; correlationId: string }): Promise<CarrierReceipt>;
  acceptReturnNotice(request: {
    system: string;
    event: ReturnNoticeEvent;
    correlationId: string;
  }): Promise<NoticeReceipt>;
  /** What a person did about a document that nothing processes; false if it does not wait any more. */
  /** Stores a change of an order that is here, or refuses it at once if the order has ended. */
  acceptChange(offered: OfferedChange, orderId: string): Promise<StoredChange['state']>;
  /** Applies the change of a kept document; undefined if that is not possible. */
  applyKeptChange(documentId: string, by: string): Promise<StoredChange['state'] | undefined>;
  settleKeptDocument(documentId: string, settlement: Settlement): Promise<boolean>;
  /** Takes again what came in and had no effect; undefined if there is nothing of that id. */
  replayDeadLetter(request: ReplayRequest): Promise<Replayed | undefined>;
  dismissDeadLetter(request: { id: string; by: string; why: string }): Promise<unknown>;
  acceptPayment(request: {
    payment: Payment;
    source: string;
    correlationId: string;
  }): Promise<{ outcome: 'accepted' | 'duplicate' | 'conflict'; paymentId: string }>;
}
