import { returnAuthorization } from './180/document.ts';
import { invoice } from './810/document.ts';
import { creditAdjustment } from './812/document.ts';
import { remittance } from './820/document.ts';
import { applicationAdvice } from './824/document.ts';
import { priceCatalog } from './832/document.ts';
import { inventoryAdvice } from './846/document.ts';
import { purchaseOrder } from './850/document.ts';
import { orderAcknowledgment } from './855/document.ts';
import { shipNotice } from './856/document.ts';
import { orderChange } from './860/document.ts';
import { textMessage } from './864/document.ts';
import { orderChangeAcknowledgment } from './865/document.ts';
import { groceryPurchaseOrder } from './875/document.ts';
import { warehouseOrder } from './940/document.ts';
import { transferReceipt } from './944/document.ts';
import { warehouseShipment } from './945/document.ts';
import { functionalAcknowledgment } from './997/document.ts';
import { implementationAcknowledgment } from './999/document.ts';
import type { DocumentDefinition } from './definition.ts';

/** Every definition, in the order used by profiles and their reference. */
export const documents: readonly DocumentDefinition[] = [
  purchaseOrder,
  groceryPurchaseOrder,
  orderAcknowledgment,
  shipNotice,
  invoice,
  remittance,
  functionalAcknowledgment,
  implementationAcknowledgment,
  applicationAdvice,
  orderChange,
  orderChangeAcknowledgment,
  priceCatalog,
  inventoryAdvice,
  warehouseOrder,
  transferReceipt,
  warehouseShipment,
  returnAuthorization,
  creditAdjustment,
  textMessage,
];

/** Definitions that other modules use by purpose. */
export {
  applicationAdvice,
  creditAdjustment,
  functionalAcknowledgment,
  groceryPurchaseOrder,
  invoice,
  orderAcknowledgment,
  orderChange,
  orderChangeAcknowledgment,
  purchaseOrder,
  remittance,
  returnAuthorization,
  shipNotice,
};
