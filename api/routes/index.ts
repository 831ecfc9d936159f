import type { Route } from '../route.ts';
import { healthRoutes } from './health.ts';
import { orderRoutes } from './orders.ts';

/** Every route of the API; the OpenAPI document lists them in this order. */
export const routes: readonly Route[] = [...orderRoutes, ...healthRoutes];
