import { Connection } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { searchAttributeKeys } from '../../runtime/search-attributes.ts';

// temporal.api.enums.v1.IndexedValueType
const KEYWORD = 2;
const DATETIME = 6;

/** Registers our search attributes on a server that a test started. */
export async function registerSearchAttributes({
  connection,
  namespace = 'default',
}: TestWorkflowEnvironment): Promise<void> {
  if (!(connection instanceof Connection)) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(
      searchAttributeKeys.map(({ name, type }) => [name, type === 'KEYWORD' ? KEYWORD : DATETIME]),
    ),
  });
}
