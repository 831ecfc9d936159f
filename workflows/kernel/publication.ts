/** Publishes an order to the Temporal UI: search attributes and current details in plain words. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { openExceptions, statusOf, waitingFor } from '../../domain/order/projection.ts';
import type { OrderState } from '../../domain/order/state.ts';
import { IllegalMove, isLegalMove, type OrderStatus } from '../../domain/order/status.ts';
import { erpOrderNumberKey, exceptionTypeKey, orderStatusKey } from '../../runtime/search-attributes.ts';

interface Published {
  stage: string;
  exceptionType: string | undefined;
  erpOrderNumber: string | undefined;
}

export class Publication {
  private status: OrderStatus;
  private published: Published;

  constructor(state: OrderState) {
    this.status = statusOf(state);
    this.published = attributesOf(state, this.status);
    describe(state, this.status);
  }

  /** An update of search attributes costs a history event, so only a change of what people filter by makes one. */
  follow(state: OrderState): void {
    const status = statusOf(state);
    if (!isLegalMove(this.status, status)) throw new IllegalMove(this.status, status);
    this.status = status;
    const { stage, exceptionType, erpOrderNumber } = attributesOf(state, status);
    const changes = [
      ...(stage === this.published.stage ? [] : [{ key: orderStatusKey, value: stage }]),
      ...(exceptionType === this.published.exceptionType
        ? []
        : [{ key: exceptionTypeKey, value: exceptionType ?? null }]),
      ...(erpOrderNumber === this.published.erpOrderNumber || erpOrderNumber === undefined
        ? []
        : [{ key: erpOrderNumberKey, value: erpOrderNumber }]),
    ];
    // The number alone waits for the next change: it comes with the acceptance.
    if (changes.some(({ key }) => key !== erpOrderNumberKey)) {
      upsertSearchAttributes(changes);
      this.published = { stage, exceptionType, erpOrderNumber };
    }
    describe(state, status);
  }
}

function attributesOf(state: OrderState, status: OrderStatus): Published {
  return {
    stage: stageOf(status),
    exceptionType: state.exceptions[0]?.type,
    erpOrderNumber: state.erpOrderNumber,
  };
}

/** Coarser than the status: where goods and invoices are is a question to the lists in Postgres. */
function stageOf(status: OrderStatus): string {
  switch (status) {
    case 'received':
    case 'exception':
    case 'closed':
    case 'cancelled':
    case 'rejected':
      return status;
    case 'confirmed':
    case 'inFulfillment':
    case 'partiallyShipped':
    case 'shipped':
    case 'invoiced':
      return 'accepted';
  }
}

function describe(state: OrderState, status: OrderStatus): void {
  const awaited = waitingFor(state);
  const exceptions = openExceptions(state).map(
    ({ type, summary, resolutions }) => `- \`${type}\` ${summary} (${resolutions.join(' | ')})`,
  );
  const lines = [
    `**${state.poNumber}**${state.part === undefined ? '' : `, ${state.part},`} of ${state.partnerId}: ${status}`,
    awaited && `waits for ${awaited}`,
    state.erpOrderNumber && `ERP order ${state.erpOrderNumber}`,
    ...exceptions,
  ];
  setCurrentDetails(lines.filter(Boolean).join('\n\n'));
}
