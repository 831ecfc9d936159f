import type { ShipmentPayment } from '../../domain/policy/carrier-routing.ts';
import type { NoteReader } from '../canonical/v1/index.ts';
import type { StatedEncoding } from '../x12/encoding.ts';
import type { Repertoire } from '../x12/repertoire.ts';
import type { ElementType } from '../x12/types.ts';

/**
 * The parts of a partner profile that reading and writing documents depend on. This folder does not
 * know how profiles are stored, checked or merged.
 */
export interface Agreement {
  readonly id: string;
  /** Name for people. */
  readonly name: string;
  /** Version of the profile's content. */
  readonly version: string;
  readonly usage: 'test' | 'production';
  readonly identifiers: { readonly ours: InterchangeParty; readonly theirs: InterchangeParty };
  readonly x12: {
    /** GS08 of the documents that we send. */
    readonly version: string;
    /**
     * Releases that we accept: the first six characters of GS08. One that has no guides is read by
     * those of the nearest release.
     */
    readonly acceptedVersions: readonly string[];
    readonly checkHashTotals: boolean;
    /** What becomes of a document with a code that X12 does not have. */
    readonly unknownCodes: 'warn' | 'refuse';
    /** Of what we receive. */
    readonly encoding: StatedEncoding;
    /** Characters of what we send. */
    readonly repertoire: Repertoire;
    readonly delimiters: {
      readonly element: string;
      readonly component: string;
      readonly segment: string;
      readonly repetition?: string | undefined;
    };
  };
  /** Default currency if a document names none. */
  readonly currency: string;
  readonly documents: {
    /** Sets that we accept. */
    readonly inbound: readonly string[];
    /** Sets that nothing is made of: they are kept, and a person is asked about each. */
    readonly kept: readonly string[];
    /** Those of them that are refused at once, by a document of ours. */
    readonly refused: readonly string[];
    /** Sets that we send; other sets are not sent. */
    readonly outbound: Readonly<Record<string, OutboundAgreement | undefined>>;
    readonly functionalAcknowledgment: string;
    readonly interchangeAcknowledgment: 'never' | 'onError' | 'always';
  };
  readonly items: {
    readonly buyer: readonly string[];
    readonly seller: readonly string[];
    readonly gtin: readonly string[];
    readonly manufacturer: readonly string[];
    readonly send: {
      readonly buyer: string;
      readonly seller: string;
      readonly gtin?: string | undefined;
      readonly order: readonly ('buyer' | 'seller' | 'gtin')[];
    };
  };
  readonly parties: {
    readonly shipTo: readonly string[];
    readonly buyer: readonly string[];
    readonly billTo: readonly string[];
    readonly markFor: readonly string[];
    /** N101 of a party of a line that, with a quantity, is a store which gets a part of it. */
    readonly store: readonly string[];
    readonly payer: readonly string[];
    readonly shipToFallback: 'none' | 'buyer';
    readonly shipToAddress: 'asOrdered' | 'ours';
    /** N103 → scheme of the code in N104. */
    readonly schemes: Readonly<Record<string, PartyScheme>>;
    /** N103 that we send for each scheme. */
    readonly send: Readonly<Record<PartyScheme, string>>;
  };
  readonly units: Readonly<Record<string, string>>;
  /** How one purchase order becomes several orders. */
  readonly orders: {
    readonly storeDistribution: 'ask' | 'order-per-store' | 'allocate';
    readonly storeDelivery: 'through-ship-to' | 'direct';
    readonly lineShipTos: 'ask' | 'order-per-ship-to';
    readonly lineDates: 'ask' | 'order-per-date';
    /** What becomes of an order that means more than we can do. */
    readonly unsupported: 'ask' | 'reject' | 'advise';
  };
  /** What the quantities of a changed line mean; `ask`: it is not agreed, so a person decides. */
  readonly orderChanges: {
    readonly apply: 'automatic' | 'ask';
    /** POC03. */
    readonly ordered: 'ask' | 'new' | 'before' | 'change';
    /** POC04. */
    readonly left: 'ask' | 'open' | 'new' | 'before' | 'change';
  };
  readonly dropShip: {
    /** BEG02 codes. */
    readonly orders: readonly string[];
  };
  /** Kind of a note → who reads it. */
  readonly notes: Readonly<Record<string, readonly NoteReader[]>>;
  readonly acknowledgment: {
    /** ACK01 by case. */
    readonly codes: AcknowledgmentCodes;
    /** ACK02 of a line of which nothing comes. */
    readonly refusedQuantity: 'ordered' | 'zero';
  };
  readonly shipNotice: {
    readonly hierarchy: 'SOTPI' | 'SOPI' | 'SOIP' | 'SOI';
    /** Where the 856 names the store of goods: at packs, or at an order level for each store. */
    readonly stores: 'packs' | 'orders';
  };
  readonly invoicing: {
    readonly vendorNumber?: string | undefined;
    readonly remitTo?: RemitTo | undefined;
  };
  readonly routing: {
    /** TD504. */
    readonly method: string;
    /** TD101. */
    readonly packaging: string;
    readonly shipmentPayment: ShipmentPayment;
    /** TD512. */
    readonly serviceLevel?: string | undefined;
    /** TD505. */
    readonly service?: string | undefined;
    /** REF01 of the number under which the partner allowed a shipment. */
    readonly authorization: string;
  };
  /** Rules of the partner on top of the standard, by transaction set. */
  readonly guides: Readonly<Record<string, readonly GuideRule[]>>;
  /** Faults that do no harm, by transaction set. */
  readonly acceptWithErrors: Readonly<Record<string, readonly AcceptedFault[]>>;
  /** Content of inbound documents that is of no concern, by transaction set: its kind → why. */
  readonly ignores: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly map: {
    /** Path of the canonical order → JSONata. */
    readonly salesOrder: Readonly<Record<string, string>>;
    /** Path of the canonical change of an order → JSONata. */
    readonly orderChange: Readonly<Record<string, string>>;
    /** Segments added to the documents that we send, by transaction set. */
    readonly documents: Readonly<Record<string, readonly DocumentAddition[]>>;
  };
  /** Never shown to the expressions of a profile. */
  readonly transport?: unknown;
}

export interface InterchangeParty {
  readonly isaQualifier: string;
  readonly isaId: string;
  readonly gsId: string;
}

export type PartyScheme = 'partner' | 'seller' | 'gln' | 'duns' | 'store' | 'other';

export interface OutboundAgreement {
  readonly send: boolean;
  /** Qualifiers of order references (REF) that the document repeats. */
  readonly echo?: readonly string[] | undefined;
}

export interface AcknowledgmentCodes {
  readonly accepted: string;
  readonly priceChanged: string;
  readonly substituted: string;
  readonly dateChanged?: string | undefined;
  readonly quantityChanged: string;
  readonly partBackordered: string;
  readonly backordered: string;
  readonly unavailable: string;
  readonly rejected: string;
  readonly notOnContract: string;
  readonly unknownItem: string;
  readonly unknownUnit: string;
  readonly rejectedAsUnavailable: string;
}

export interface RemitTo {
  readonly name: string;
  readonly lines: readonly string[];
  readonly city?: string | undefined;
  readonly region?: string | undefined;
  readonly postalCode?: string | undefined;
  readonly country: string;
  readonly code?: string | undefined;
}

/** Narrows or widens the guide of a transaction set for one partner. */
export interface GuideRule {
  /** The segment, with the loops that lead to it: `PO1/PID`. */
  readonly segment: string;
  readonly element?: string | undefined;
  readonly required?: boolean | undefined;
  /** 0 forbids it. */
  readonly maximum?: number | undefined;
  readonly codes?: readonly string[] | undefined;
  readonly moreCodes?: Readonly<Record<string, string>> | undefined;
  readonly minimumLength?: number | undefined;
  readonly maximumLength?: number | undefined;
  /** Allows what the standard does not. */
  readonly widens?: boolean | undefined;
  /** HL03: only at this level. */
  readonly level?: string | undefined;
  /** The segment behind which it stands. */
  readonly after?: string | undefined;
  /** Of a segment that our guides lack. */
  readonly elements?:
    | readonly {
        readonly name: string;
        readonly type: ElementType;
        readonly required: boolean;
        readonly minimumLength: number;
        readonly maximumLength: number;
        readonly codes?: Readonly<Record<string, string>> | undefined;
      }[]
    | undefined;
}

/** Faults of the syntax that a document is accepted with. */
export interface AcceptedFault {
  readonly fault: string;
  /** The segment, with its loop: `PO1/PID`. */
  readonly segment: string;
  readonly element?: string | undefined;
}

/** An additional segment for one partner. */
export interface DocumentAddition {
  readonly at: string;
  readonly when?: string | undefined;
  /** Element → JSONata. */
  readonly elements: Readonly<Record<string, string>>;
}
