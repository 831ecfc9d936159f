import { z } from 'zod';
import { payment } from '../../mappings/canonical/v1/index.ts';
import { mayActFor, visibleTo } from '../auth/visibility.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { idempotencyHeaders, once } from '../idempotency.ts';
import { day, instant, link, minorUnits, toDay, toInstant, toMinorUnits } from '../representations/values.ts';
import { route, withScope } from '../route.ts';

const paymentAccepted = z
  .object({ paymentId: z.string(), duplicate: z.boolean(), links: z.object({ self: link }) })
  .meta({ id: 'PaymentAccepted' });

const paymentView = z
  .object({
    id: z.string(),
    partnerId: z.string(),
    reference: z.string(),
    method: z.string(),
    currency: z.string(),
    amount: minorUnits,
    paidOn: day,
    source: z.string(),
    receivedAt: instant,
    correlationId: z.string(),
    invoices: z.array(
      z.object({
        invoiceNumber: z.string(),
        amount: minorUnits,
        adjustment: minorUnits,
        adjustmentReason: z.string().nullable(),
        orderId: z.string().nullable().meta({ description: 'null while no invoice of that number is known' }),
        receiptNumber: z.string().nullable().meta({ description: 'Of the ERP, once the cash is applied' }),
      }),
    ),
    links: z.object({ self: link }),
  })
  .meta({ id: 'PaymentView', description: 'A payment and what became of it' });

const submitPayment = route({
  method: 'post',
  path: '/v1/payments',
  operation: 'submitPayment',
  tag: 'Payments',
  summary: 'Report a payment with its remittance',
  description:
    'One payment per partner and reference: the same content again is the same payment, other content is refused.',
  access: withScope('payments:write'),
  headers: idempotencyHeaders,
  body: { kind: 'json', schema: payment },
  answers: {
    200: { description: 'The payment had been reported before', schema: paymentAccepted },
    202: { description: 'The payment is stored', schema: paymentAccepted },
  },
  problems: ['partner-not-allowed', 'unknown-partner', 'payment-conflict', 'idempotency-key-reused'],
  handler: async ({ body, headers, caller, correlationId }, deps) => {
    await mayActFor(caller, body.partnerId, 'partnerId');
    requirePartner(body.partnerId, deps);
    return once(deps, caller, headers['idempotency-key'], 'submitPayment', body, async () => {
      const { outcome, paymentId } = await deps.intake.acceptPayment({ payment: body, source: 'api', correlationId });
      const self = paymentPath(paymentId);
      if (outcome === 'conflict') {
        throw new Problem('payment-conflict', `${body.reference} has been reported with other content.`, {
          errors: [{ path: 'reference', message: 'has been reported with other content' }],
          members: { paymentId, links: { self } },
        });
      }
      const duplicate = outcome === 'duplicate';
      return {
        status: duplicate ? (200 as const) : (202 as const),
        body: { paymentId, duplicate, links: { self } },
        headers: { Location: self },
        subject: paymentId,
      };
    });
  },
});

function requirePartner(partnerId: string, { partners }: Pick<ApiDependencies, 'partners'>): void {
  if (partners.find(partnerId) !== undefined) return;
  throw new Problem('unknown-partner', `There is no partner "${partnerId}".`, {
    errors: [{ path: 'partnerId', message: 'is not a partner of this installation' }],
  });
}

function paymentPath(id: string): string {
  return `/v1/payments/${encodeURIComponent(id)}`;
}

const readPayment = route({
  method: 'get',
  path: '/v1/payments/{paymentId}',
  operation: 'readPayment',
  tag: 'Payments',
  summary: 'Read a payment',
  access: withScope('orders:read', 'payments:write'),
  params: z.object({ paymentId: z.string().min(1).max(200) }),
  answers: { 200: { description: 'The payment', schema: paymentView } },
  problems: ['unknown-payment'],
  handler: async ({ params, caller }, deps) => {
    const stored = await deps.prisma.payment.findUnique({
      where: { id: params.paymentId },
      // An allocation that a person replaced is told by the one that replaces it.
      include: { allocations: { where: { replacedById: null }, orderBy: { invoiceNumber: 'asc' } } },
    });
    const found = await visibleTo(caller, stored, ({ partnerId }) => partnerId, 'unknown-payment', params.paymentId);
    const body = {
      id: found.id,
      partnerId: found.partnerId,
      reference: found.reference,
      method: found.method,
      currency: found.currency,
      amount: toMinorUnits(found.amount),
      paidOn: toDay(found.paidOn),
      source: found.source,
      receivedAt: toInstant(found.receivedAt),
      correlationId: found.correlationId,
      invoices: found.allocations.map((allocation) => ({
        invoiceNumber: allocation.invoiceNumber,
        amount: toMinorUnits(allocation.amount),
        adjustment: toMinorUnits(allocation.adjustment),
        adjustmentReason: allocation.adjustmentReason,
        orderId: allocation.orderId,
        receiptNumber: allocation.receiptNumber,
      })),
      links: { self: paymentPath(found.id) },
    };
    return { status: 200, body };
  },
});

export const paymentRoutes = [submitPayment, readPayment];
