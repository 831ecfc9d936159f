import { z } from 'zod';

/**
 * One operation of a REST contract, as data: the connector calls it, the sandbox serves it and the OpenAPI page shows it, all from
 * the same schemas.
 */
export interface RestOperation {
  readonly method: 'GET' | 'POST';
  /** With parameters in braces: `/orders/{erpOrderNumber}`. */
  readonly path: string;
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
  /**
   * Whether a repetition must have no second effect: then `Idempotency-Key` is mandatory. The first call answers 201; the same key
   * with the same body answers 200 with the same document and `Idempotent-Replayed: true`; with another body, 422
   * `idempotency-key-reused`.
   */
  readonly keyed: boolean;
  /** Refusals that the operation may answer with, by `code`: what each means. */
  readonly refusals?: Readonly<Record<string, string>>;
}

/** RFC 9457 problem details as these contracts use them: `code` is stable, `errors` names fields. */
export const problemDetails = z
  .object({
    type: z.string().default('about:blank'),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable, kebab-case' }),
    detail: z.string().optional(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .default([])
      .meta({ description: 'Field-level reasons; path is dotted, such as lines.0.quantity' }),
    correlationId: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' });
export type ProblemDetails = z.infer<typeof problemDetails>;

/** Header names of the generic contracts. */
export const CORRELATION_HEADER = 'X-Correlation-Id';
export const IDEMPOTENCY_HEADER = 'Idempotency-Key';
export const REPLAYED_HEADER = 'Idempotent-Replayed';

interface DocumentInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly serverUrl?: string;
}

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of a set of operations. */
export function openApiDocument(info: DocumentInfo, operations: Readonly<Record<string, RestOperation>>): Json {
  const schemas: Json = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const { $schema: _, $defs, ...body } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
    for (const [name, definition] of Object.entries(($defs as Json | undefined) ?? {})) {
      schemas[name] = moved(definition);
    }
    return moved(body) as Json;
  };
  const problem = { 'application/problem+json': { schema: schemaOf(problemDetails, 'output') } };
  const paths: Record<string, Json> = {};
  for (const [operationId, operation] of Object.entries(operations)) {
    const parameters: Json[] = [
      ...[...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...Object.entries(operation.query?.shape ?? {}).map(([name, schema]) => ({
        name,
        in: 'query',
        required: !(schema as z.ZodType).safeParse(undefined).success,
        schema: schemaOf(schema as z.ZodType, 'input'),
      })),
      header(CORRELATION_HEADER, false, 'Follows one order over every hop; echoed in the answer'),
      ...(operation.keyed
        ? [header(IDEMPOTENCY_HEADER, true, 'From business identity: the same key never has a second effect')]
        : []),
    ];
    const answer = { content: { 'application/json': { schema: schemaOf(operation.answer, 'output') } } };
    const refusals = Object.entries(operation.refusals ?? {}).map(([code, meaning]) => `- \`${code}\`: ${meaning}`);
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: {
        operationId,
        summary: operation.summary,
        ...(refusals.length > 0 ? { description: `Refusals:\n${refusals.join('\n')}` } : {}),
        parameters,
        ...(operation.body === undefined
          ? {}
          : {
              requestBody: {
                required: true,
                content: { 'application/json': { schema: schemaOf(operation.body, 'input') } },
              },
            }),
        responses: {
          ...(operation.keyed
            ? {
                201: { description: 'Done', ...answer },
                200: {
                  description: 'Done before under this key; the same answer',
                  headers: { [REPLAYED_HEADER]: { schema: { const: 'true' } } },
                  ...answer,
                },
              }
            : { 200: { description: 'The answer', ...answer } }),
          '4XX': { description: 'Refused: asking again changes nothing, apart from 408 and 429', content: problem },
          '5XX': { description: 'Not available now; may be asked again', content: problem },
        },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: info.title, version: info.version, description: info.description },
    ...(info.serverUrl === undefined ? {} : { servers: [{ url: info.serverUrl }] }),
    security: [{ bearer: [] }],
    paths,
    components: { schemas, securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  };
}

function header(name: string, required: boolean, description: string): Json {
  return { name, in: 'header', required, description, schema: { type: 'string', maxLength: 255 } };
}

/** Definitions stand in `components`, so references to them are rewritten. */
function moved(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(moved);
  if (schema === null || typeof schema !== 'object') return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', '#/components/schemas/') : moved(value),
    ]),
  );
}
