import { z } from 'zod';
import { scopeNames } from '../auth/scopes.ts';
import { route, withScope } from '../route.ts';

const readMe = route({
  method: 'get',
  path: '/v1/me',
  operation: 'readMe',
  tag: 'Access',
  summary: 'Who the key belongs to and what it may do',
  access: withScope(),
  answers: {
    200: {
      description: 'The client',
      schema: z
        .object({
          id: z.string(),
          name: z.string(),
          scopes: z.array(z.enum(scopeNames)),
          partnerId: z.string().nullable().meta({ description: 'Set for a key that acts for one partner only' }),
        })
        .meta({ id: 'ApiClient' }),
    },
  },
  handler: async ({ caller }) => {
    const { client } = caller;
    if (client === undefined) throw new Error('a route that needs a key was reached without one');
    const { id, name, scopes, partnerId } = client;
    return { status: 200, body: { id, name, scopes: [...scopes], partnerId: partnerId ?? null } };
  },
});

export const accessRoutes = [readMe];
