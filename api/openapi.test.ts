import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from './openapi.ts';
import { routes } from './routes/index.ts';

const document = openApiDocument(routes);

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('has every route once, under an operation id of its own', () => {
    const operations = Object.values(document.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
      (path) => Object.values(path).map(({ operationId }) => operationId),
    );
    expect(operations.toSorted()).toEqual(routes.map(({ operation }) => operation).toSorted());
    expect(new Set(operations).size).toBe(operations.length);
  });

  it('calls the host that served it, so that /docs works under every name of the host', () => {
    expect(document.servers).toEqual([{ url: '/' }]);
  });

  it('lets no object of a request hold fields that nobody knows', () => {
    const open: string[] = [];
    const { schemas } = document.components as { schemas: Record<string, object> };
    const seen = new Set<unknown>();
    const visit = (value: unknown, at: string): void => {
      if (value === null || typeof value !== 'object' || seen.has(value)) return;
      seen.add(value);
      if ('$ref' in value) {
        const name = String(value.$ref).replace('#/components/schemas/', '');
        visit(schemas[name], name);
        return;
      }
      if ('properties' in value && !('additionalProperties' in value)) open.push(at);
      for (const [key, below] of Object.entries(value)) visit(below, `${at}.${key}`);
    };
    for (const operations of Object.values(
      document.paths as Record<string, Record<string, { requestBody?: object }>>,
    )) {
      for (const { requestBody } of Object.values(operations)) visit(requestBody, 'body');
    }
    expect(seen.size).toBeGreaterThan(100);
    expect(open).toEqual([]);
  });

  it('points at nothing that is not there', () => {
    const text = JSON.stringify(document);
    const wanted = new Set([...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));
    const known = Object.keys((document.components as { schemas: object }).schemas);
    expect([...wanted].filter((name) => name !== undefined && !known.includes(name))).toEqual([]);
    expect(text).not.toContain('$defs');
  });

  it('names for every route that needs a key the scopes, and 401, 403 and 429', () => {
    for (const route of routes.filter(({ access }) => access.kind === 'key' && access.scopes.length > 0)) {
      const operation = (document.paths as Record<string, Record<string, { responses: object; security: object[] }>>)[
        route.path
      ]?.[route.method];
      expect(Object.keys(operation?.responses ?? {}), route.operation).toEqual(
        expect.arrayContaining(['401', '403', '429']),
      );
      expect(operation?.security.length, route.operation).toBeGreaterThan(0);
    }
  });
});
