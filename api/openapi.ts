import { z } from 'zod';
import { scopes } from './auth/scopes.ts';
import { type ProblemCode, problemCodes, problemSchema } from './errors.ts';
import type { AnswerDefinition, BodyDefinition, Route } from './route.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the routes. Schemas that carry an id become components. */
export function openApiDocument(routes: readonly Route[]): Json {
  const components = new Map<string, Json>();
  const toSchema = (schema: z.ZodType, io: 'input' | 'output') => collectSchema(schema, io, components);
  toSchema(problemSchema, 'output');
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route, toSchema) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Throughline',
      version: '1.0.0',
      summary: 'Order to cash for wholesale distribution',
      description:
        'Every error is problem details (RFC 9457) with a stable `code`. Lists page by cursor. Amounts are whole minor units of their currency, quantities and prices exact decimals in text, times ISO 8601.',
    },
    // Relative, so that a page calls the host name from which it was loaded.
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries([...components].sort(([a], [b]) => a.localeCompare(b))),
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: `An API key, \`tl_…\`. Scopes: ${Object.entries(scopes)
            .map(([name, meaning]) => `\`${name}\` (${meaning})`)
            .join('; ')}.`,
        },
        webhookSignature: {
          type: 'apiKey',
          in: 'header',
          name: 'webhook-signature',
          description:
            'Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature` over the raw body, with the secret of the warehouse system.',
        },
      },
      headers: {
        CorrelationId: {
          description: 'Follows the request through every system; send your own as X-Correlation-Id',
          schema: { type: 'string' },
        },
      },
    },
  };
}

type ToSchema = (schema: z.ZodType, io: 'input' | 'output') => Json;

function operation(route: Route, toSchema: ToSchema): Json {
  return {
    operationId: route.operation,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    security: securityOf(route),
    parameters: [
      ...parametersOf(route.params, 'path', toSchema),
      ...parametersOf(route.query, 'query', toSchema),
      ...parametersOf(route.headers, 'header', toSchema),
    ],
    ...(route.body === undefined ? {} : { requestBody: requestBodyOf(route.body, toSchema) }),
    responses: { ...answersOf(route, toSchema), ...problemsOf(route) },
  };
}

function securityOf({ access }: Route): Json[] {
  if (access.kind === 'public') return [];
  if (access.kind === 'signature') return [{ webhookSignature: [] }];
  // Any one of the scopes is sufficient. OpenAPI 3.1 also lets non-OAuth schemes name required roles.
  return access.scopes.length === 0 ? [{ apiKey: [] }] : access.scopes.map((scope) => ({ apiKey: [scope] }));
}

function parametersOf(schema: z.ZodObject | undefined, place: 'path' | 'query' | 'header', toSchema: ToSchema): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = toSchema(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function requestBodyOf(body: BodyDefinition, toSchema: ToSchema): Json {
  if (body.kind === 'json') {
    return { required: true, content: { 'application/json': { schema: toSchema(body.schema, 'input') } } };
  }
  const schema = body.schema === undefined ? {} : toSchema(body.schema, 'input');
  const types = [body.contentType].flat();
  // If there are several forms, the schema describes the JSON form.
  const content = types.map((type) => [type, { schema: types.length === 1 || type.endsWith('json') ? schema : {} }]);
  return { required: true, description: body.description, content: Object.fromEntries(content) };
}

function answersOf(route: Route, toSchema: ToSchema): Json {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, answer]) => [status, { ...answerOf(answer, toSchema), headers }]),
  );
}

const headers = { 'X-Correlation-Id': { $ref: '#/components/headers/CorrelationId' } };

function answerOf({ description, schema, contentType }: AnswerDefinition, toSchema: ToSchema): Json {
  if (schema !== undefined) {
    return { description, content: { 'application/json': { schema: toSchema(schema, 'output') } } };
  }
  if (contentType === undefined) return { description };
  return { description, content: Object.fromEntries([contentType].flat().map((type) => [type, {}])) };
}

/** The problem codes of a route: those of its kind and those that it declares. */
export function problemsFor(route: Route): ProblemCode[] {
  const codes = new Set<ProblemCode>(route.problems);
  codes.add('invalid-parameters');
  if (route.params !== undefined) codes.add('malformed-url');
  if (route.body !== undefined) codes.add('empty-body').add('incomplete-body').add('payload-too-large');
  if (route.body !== undefined) codes.add('unsupported-media-type');
  if (route.body?.kind === 'json') codes.add('malformed-json').add('invalid-body');
  if (route.access.kind === 'key') codes.add('missing-key').add('invalid-key');
  if (route.access.kind === 'key' && route.access.scopes.length > 0) codes.add('missing-scope');
  if (route.access.kind === 'signature') codes.add('signature-invalid').add('signature-expired');
  if (route.access.kind !== 'public') codes.add('too-many-requests').add('internal-error').add('records-unavailable');
  return [...codes];
}

function problemsOf(route: Route): Json {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsFor(route)) {
    const { status } = problemCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      // A status that is also a success response of the route is described there.
      if (route.answers[status] !== undefined)
        throw new Error(`${route.operation}: ${status} is an answer and a problem`);
      const description = codes.map((code) => `\`${code}\`: ${problemCodes[code].title}`).join('; ');
      return [
        status,
        {
          description,
          headers,
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      ];
    }),
  );
}

/** zod writes schemas with an id into `$defs`; OpenAPI lists them once, as components. */
function collectSchema(schema: z.ZodType, io: 'input' | 'output', components: Map<string, Json>): Json {
  const {
    $schema: _,
    $defs = {},
    ...own
  } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) as Json & {
    $defs?: Record<string, Json>;
  };
  for (const [id, definition] of Object.entries($defs)) {
    const { $schema: _unused, id: _id, ...component } = withComponentReferences(definition) as Json;
    const known = components.get(id);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(component)) {
      throw new Error(`two schemas are called ${id}, or one of them is used both ways and differs`);
    }
    components.set(id, component);
  }
  return withComponentReferences(own) as Json;
}

function withComponentReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withComponentReferences);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === '$ref' && typeof item === 'string'
        ? item.replace('#/$defs/', '#/components/schemas/')
        : withComponentReferences(item),
    ]),
  );
}
