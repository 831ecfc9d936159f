/** Exceptions as records: the list of the control tower, and the evidence of who decided. */

import type { kindOf, Resolution } from '../../domain/exceptions.ts';
import { type Correction, correctionInWords } from '../../domain/order/corrections.ts';
import type { GivenCarrier, OpenException, Waiting } from '../../domain/order/messages.ts';
import type { Progress } from '../../domain/order/state.ts';
import { momentInWords } from '../../domain/order/waiting.ts';
import { firstFew } from '../lib/few.ts';
import { setProgress } from '../lib/records.ts';
import { type LeftOutDependencies, releaseIfDecided } from './prepare/left-out.ts';
import { settleRepetition, tellIfSettled } from './repetition.ts';

const ASKED_ANEW = JSON.stringify({ resolution: 'dismiss', by: 'system', note: 'the order was reset and asks anew' });
const HOUR_MS = 60 * 60 * 1000;

export interface Resolved {
  resolution: Resolution;
  note?: string;
  carrier?: GivenCarrier;
  corrections?: readonly Correction[];
  until?: string;
  node?: string;
  by: string;
}

export function createExceptionRecords(deps: LeftOutDependencies) {
  const { prisma } = deps;
  return {
    async openException(input: {
      orderId: string;
      exception: OpenException;
      /** All that are open in the process. Others that our records have are of a run that was reset. */
      standing: readonly string[];
      kind: ReturnType<typeof kindOf>;
      progress: Progress;
    }): Promise<void> {
      const { orderId, exception, standing, kind, progress } = input;
      const { id, type, step, summary } = exception;
      const openedAt = new Date(exception.openedAt);
      const dueAt = new Date(openedAt.getTime() + kind.escalateAfterHours * HOUR_MS);
      const detail = JSON.stringify({ exceptionId: id, type });
      await prisma.$executeRaw`
        WITH opened AS (
          INSERT INTO "OrderException"
            ("id", "orderId", "type", "category", "step", "summary", "detail", "resolutions", "owner", "openedAt", "dueAt")
          VALUES (${id}, ${orderId}, ${type}, ${kind.category}, ${step}, ${summary},
            ${detailOf(exception)}::jsonb, ${[...exception.resolutions]}::text[],
            ${kind.owner}, ${openedAt}::timestamptz, ${dueAt}::timestamptz)
          ON CONFLICT DO NOTHING
        ),
        asked_anew AS (
          UPDATE "OrderException" SET "state" = 'resolved', "resolvedAt" = now(), "resolvedBy" = 'system',
            "resolution" = ${ASKED_ANEW}::jsonb
          WHERE "orderId" = ${orderId} AND "state" = 'open' AND "id" <> ALL(${[...standing, id]}::text[])
        ),
        told AS (
          INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "detail", "correlationId")
          SELECT "id", ${`exception/${id}`}, 'exception.opened', ${`${step}: ${summary}`}, 'system', ${detail}::jsonb,
            "correlationId"
          FROM "Order" WHERE "id" = ${orderId}
          ON CONFLICT DO NOTHING
        )
        UPDATE "Order" SET ${setProgress(progress)}, "startedAt" = coalesce("startedAt", ${openedAt}::timestamptz)
        WHERE "id" = ${orderId}`;
      if (type === 'repeated-po-number') return tellIfSettled(deps, orderId, id);
      if (type !== 'content-not-used') return;
      const { partnerId } = await prisma.order.findUniqueOrThrow({
        where: { id: orderId },
        select: { partnerId: true },
      });
      await releaseIfDecided(deps, partnerId, id);
    },

    async escalateException({ exceptionId }: { exceptionId: string }): Promise<void> {
      await prisma.$executeRaw`
        UPDATE "OrderException" SET "escalatedAt" = now() WHERE "id" = ${exceptionId} AND "escalatedAt" IS NULL`;
    },

    /** It stays open, and is not late before that time. */
    async exceptionWaits(input: {
      orderId: string;
      exceptionId: string;
      waits: Waiting;
      progress: Progress;
    }): Promise<void> {
      const { orderId, exceptionId, waits, progress } = input;
      const { until, by, note } = waits;
      const summary = `: waits until ${momentInWords(until)}${note ? ` (${note})` : ''}`;
      const detail = JSON.stringify({ exceptionId, ...waits });
      await prisma.$executeRaw`
        WITH waiting AS (
          UPDATE "OrderException" SET "waits" = ${JSON.stringify(waits)}::jsonb, "dueAt" = ${until}::timestamptz,
            "escalatedAt" = NULL
          WHERE "id" = ${exceptionId} AND "state" = 'open'
        ),
        told AS (
          INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "detail", "correlationId")
          SELECT o."id", ${`wait/${exceptionId}/${until}`}, 'exception.waits', e."step" || ${summary}, ${by}, ${detail}::jsonb,
            o."correlationId"
          FROM "OrderException" AS e JOIN "Order" AS o ON o."id" = e."orderId"
          WHERE e."id" = ${exceptionId}
          ON CONFLICT DO NOTHING
        )
        UPDATE "Order" SET ${setProgress(progress)} WHERE "id" = ${orderId}`;
    },

    async closeException(input: {
      orderId: string;
      exceptionId: string;
      decision: Resolved;
      progress: Progress;
    }): Promise<void> {
      const { orderId, exceptionId, decision, progress } = input;
      const { resolution, note, carrier, corrections, until, node, by } = decision;
      const given = carrier
        ? ` ${inWords(carrier)}`
        : corrections
          ? ` ${firstFew(corrections.map(correctionInWords), MOST_NAMED)}`
          : until
            ? ` until ${momentInWords(until)}`
            : node
              ? ` ${node}`
              : '';
      const summary = `: ${resolution}${given}${note ? ` (${note})` : ''}`;
      const detail = JSON.stringify({ exceptionId, ...decision });
      const [closed] = await prisma.$queryRaw<{ type: string | null }[]>`
        WITH closed AS (
          UPDATE "OrderException"
          SET "state" = 'resolved', "resolvedAt" = now(), "resolution" = ${JSON.stringify(decision)}::jsonb, "resolvedBy" = ${by}
          WHERE "id" = ${exceptionId} AND "state" = 'open'
          RETURNING "detail" -> 'about' AS "about"
        ),
        event_aside AS (
          UPDATE "WarehouseEvent" AS w SET "noEffect" = 'set-aside' FROM closed
          WHERE ${resolution} = 'set-aside' AND w."system" = "about" ->> 'system' AND w."eventId" = "about" ->> 'eventId'
        ),
        payment_aside AS (
          UPDATE "PaymentAllocation" AS a SET "noEffect" = 'set-aside' FROM closed
          WHERE ${resolution} = 'set-aside' AND a."id" = "about" ->> 'allocationId'
        ),
        told AS (
          INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "detail", "correlationId")
          SELECT o."id", ${`resolution/${exceptionId}`}, 'exception.resolved', e."step" || ${summary}, ${by}, ${detail}::jsonb,
            o."correlationId"
          FROM "OrderException" AS e JOIN "Order" AS o ON o."id" = e."orderId"
          WHERE e."id" = ${exceptionId}
          ON CONFLICT DO NOTHING
        )
        UPDATE "Order" SET ${setProgress(progress)} WHERE "id" = ${orderId}
        RETURNING (SELECT "type" FROM "OrderException" WHERE "id" = ${exceptionId}) AS "type"`;
      if (closed?.type === 'repeated-po-number') await settleRepetition(deps, orderId, decision);
    },
  };
}

/** Corrections that the timeline names; the decision has all. */
const MOST_NAMED = 10;

function detailOf({ taskQueue, lineIds, ourPrices, about, fulfillmentId }: OpenException): string | null {
  if (taskQueue === undefined && lineIds === undefined && about === undefined && fulfillmentId === undefined)
    return null;
  return JSON.stringify({ taskQueue, lineIds, ourPrices, about, fulfillmentId });
}

function inWords({ scac, method, shipmentPayment, authorization }: GivenCarrier): string {
  const more = [method, shipmentPayment, authorization && `authorization ${authorization}`].filter(Boolean);
  return [scac, ...more].join(', ');
}
