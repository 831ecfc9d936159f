/** Messages to the workflow of a return. */
import type { ResolveExceptionInput } from '../order/messages.ts';
import type { DeliveryTrouble } from './delivery.ts';
import type { Disposition } from './quantities.ts';
import type { ReturnNotice, ReturnState } from './state.ts';

/** The return itself is in Postgres under `returnId`. */
export interface ReturnInput extends Pick<ReturnState, 'returnId' | 'partnerId' | 'rmaNumber' | 'origin'> {
  correlationId: string;
  /** With origin `delivery`. */
  trouble?: DeliveryTrouble;
  /** Told to the person who decides about goods that nobody announced, or that were not delivered. */
  why?: string;
  /** The message of a warehouse with which it begins. */
  notice?: ReturnNotice;
}

export interface CancelReturnInput {
  reason: string;
  by: string;
}

/** Approves or refuses a return that waits for a person. */
export interface DecideReturnInput {
  approved: boolean;
  note?: string;
  by: string;
}

/** What becomes of goods that came. The same id is the same message, however often it comes. */
export interface DisposeReturnInput {
  id: string;
  lines: readonly { lineNumber: number; quantity: string; disposition: Disposition }[];
  by: string;
}

/** Goods that came without a return are of this order. */
export interface LinkReturnInput {
  orderId: string;
  by: string;
}

export type ResolveReturnExceptionInput = Pick<ResolveExceptionInput, 'exceptionId' | 'resolution' | 'note' | 'by'>;
