/** What a file would become, as plain JSON: `npm run preview -- --json` and the API give it. */
import type { ExceptionType, Resolution } from '../../domain/exceptions.ts';
import type { Payment, SalesOrder } from '../../mappings/canonical/v1/index.ts';
import type { Asks, Direction, Finding } from '../../mappings/edi/explaining/parts.ts';
import type { NotUsed } from '../../mappings/edi/not-used.ts';

export interface Preview {
  readonly partner: { readonly id: string; readonly name: string; readonly usage: string; readonly version: string };
  /** The time of receipt that everything is computed from. */
  readonly receivedAt: string;
  readonly interchanges: readonly PreviewedInterchange[];
  /** Nothing of the file would be refused, and no exception would open. */
  readonly clean: boolean;
  /** The file has errors, or would reach another partner. */
  readonly valid: boolean;
  /** Transaction sets beyond the limit: judged and acknowledged, but not shown. */
  readonly setsNotShown: number;
  /** Orders that sets became beyond those shown. */
  readonly ordersNotShown: number;
  readonly masterData: MasterDataUsed;
}

export type MasterDataUsed =
  | { readonly looked: true; readonly source: string }
  /** Customer, items, prices and earlier orders were not looked at. */
  | { readonly looked: false; readonly reason: string };

export interface PreviewedInterchange {
  /** Absent for bytes without a usable ISA. */
  readonly control?: string;
  readonly direction: Direction;
  /** The partner that the ids of the ISA name, if it is another one than the previewed. */
  readonly reaches?: { readonly partnerId: string | null; readonly sender: string; readonly receiver: string };
  /** Of envelope and groups. */
  readonly findings: readonly Finding[];
  readonly sets: readonly PreviewedSet[];
  /** The 997 or 999 of each group, and the TA1. */
  readonly answers: readonly PreviewedDocument[];
}

export interface PreviewedSet {
  /** From 1, over the file. */
  readonly number: number;
  readonly set: string;
  readonly name?: string;
  readonly control: string;
  /** `held`: an expression of our profile fails, so the set waits until it is fixed. */
  readonly verdict: 'accepted' | 'rejected' | 'held';
  readonly findings: readonly Finding[];
  /** Content that nothing of ours takes over, with what the profile says about it. */
  readonly notUsed: readonly NotUsed[];
  readonly orders: readonly PreviewedOrder[];
  readonly payment?: Payment;
  /** Of a change of an order, or a set that is kept for a person: what it asks, if it is read. */
  readonly asks?: Asks;
}

export interface PreviewedOrder {
  readonly order: SalesOrder;
  readonly check: OrderCheck;
  /** Values that only the real systems give. */
  readonly examples: readonly Example[];
  /** 855, 856 and 810, if the order is accepted and ships complete in one shipment. */
  readonly documents: readonly PreviewedDocument[];
  readonly label?: PreviewedLabel;
  /** Why neither documents nor a label are shown. */
  readonly omitted?: string;
  readonly deadlines: readonly Deadline[];
}

export interface OrderCheck {
  /** `repeated`: the order is known with the same content. `refused`: the PO number is known with other content. */
  readonly state: 'passed' | 'exceptions' | 'repeated' | 'refused' | 'not-checked';
  readonly reason?: string;
  /** In the order in which they would open, each after the one before was accepted. */
  readonly exceptions: readonly {
    readonly type: ExceptionType;
    readonly summary: string;
    readonly owner: string;
    readonly resolutions: readonly Resolution[];
  }[];
  /** What was decided, for an order that passes or whose exceptions can be accepted. */
  readonly decisions: readonly { readonly rule: string; readonly outcome: string }[];
}

export interface Example {
  readonly what: string;
  readonly value: string;
}

export interface PreviewedDocument {
  /** A transaction set, or TA1. */
  readonly set: string;
  readonly name: string;
  /** False if the profile does not send it. */
  readonly sent: boolean;
  /** The interchange, with placeholder control numbers. */
  readonly x12?: string;
  readonly due?: string;
  /** Why it cannot be written. */
  readonly problem?: { readonly code: string; readonly message: string };
}

export type PreviewedLabel =
  | { readonly sscc: string; readonly format: 'zpl'; readonly text: string; readonly count: number }
  | { readonly problem: { readonly code: string; readonly message: string } };

export interface Deadline {
  /** A transaction set, or `ship-by`. */
  readonly what: string;
  readonly at: string;
  /** From when it counts, and how long. */
  readonly rule: string;
}
