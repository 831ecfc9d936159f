import { z } from 'zod';
import type { OrderException } from '../../prisma/generated/client.ts';
import { instant, toInstant, toInstantOrNull } from './values.ts';

export const exceptionView = z
  .object({
    id: z.string(),
    type: z.string(),
    category: z.string(),
    step: z.string(),
    summary: z.string(),
    resolutions: z.array(z.string()).meta({ description: 'What may be decided' }),
    owner: z.string(),
    state: z.string(),
    openedAt: instant,
    dueAt: instant.nullable(),
    resolvedAt: instant.nullable(),
    resolvedBy: z.string().nullable(),
  })
  .meta({ id: 'OrderException', description: 'Something that an order waits for a person to decide' });

export function exceptionViewOf(exception: OrderException): z.output<typeof exceptionView> {
  return {
    id: exception.id,
    type: exception.type,
    category: exception.category,
    step: exception.step,
    summary: exception.summary,
    resolutions: exception.resolutions,
    owner: exception.owner,
    state: exception.state,
    openedAt: toInstant(exception.openedAt),
    dueAt: toInstantOrNull(exception.dueAt),
    resolvedAt: toInstantOrNull(exception.resolvedAt),
    resolvedBy: exception.resolvedBy,
  };
}
