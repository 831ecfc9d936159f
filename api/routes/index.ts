import type { Route } from '../route.ts';
import { accessRoutes } from './access.ts';
import { asOrderedRoutes } from './as-ordered.ts';
import { availabilityRoutes } from './availability.ts';
import { bulkResolutionRoutes } from './bulk-resolutions.ts';
import { carrierRoutes } from './carrier-events.ts';
import { crossReferenceRoutes } from './cross-references.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { documentRoutes } from './documents.ts';
import { documentsInFlightRoutes } from './documents-in-flight.ts';
import { exceptionWorkRoutes } from './exception-work.ts';
import { exceptionRoutes } from './exceptions.ts';
import { healthRoutes } from './health.ts';
import { interchangeRoutes } from './interchanges.ts';
import { labelRoutes } from './labels.ts';
import { leftOutContentRoutes } from './left-out-content.ts';
import { lineageRoutes } from './lineage.ts';
import { orderChangeRoutes } from './order-changes.ts';
import { orderDecisionRoutes } from './order-decisions.ts';
import { orderLineRoutes } from './order-lines.ts';
import { orderRoutes } from './orders.ts';
import { outageRoutes } from './outages.ts';
import { partnerPreviewRoutes } from './partner-preview.ts';
import { partnerProfileRoutes } from './partner-profile.ts';
import { partnerRoutes } from './partners.ts';
import { paymentRoutes } from './payments.ts';
import { returnRoutes } from './returns.ts';
import { warehouseRoutes } from './warehouse-events.ts';
import { x12Routes } from './x12.ts';

/** Every route of the API; the OpenAPI document lists them in this order. */
export const routes: readonly Route[] = [
  ...interchangeRoutes,
  ...x12Routes,
  ...orderRoutes,
  ...asOrderedRoutes,
  ...orderDecisionRoutes,
  ...orderLineRoutes,
  ...orderChangeRoutes,
  ...lineageRoutes,
  ...labelRoutes,
  ...documentRoutes,
  ...deadLetterRoutes,
  ...exceptionRoutes,
  ...exceptionWorkRoutes,
  ...bulkResolutionRoutes,
  ...outageRoutes,
  ...returnRoutes,
  ...warehouseRoutes,
  ...carrierRoutes,
  ...paymentRoutes,
  ...availabilityRoutes,
  ...partnerRoutes,
  ...partnerProfileRoutes,
  ...partnerPreviewRoutes,
  ...documentsInFlightRoutes,
  ...crossReferenceRoutes,
  ...leftOutContentRoutes,
  ...accessRoutes,
  ...healthRoutes,
];
