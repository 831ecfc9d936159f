import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from './openapi.ts';
import { routes } from './routes/index.ts';

const document = openApiDocument(routes, 'http://localhost:3000');

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
