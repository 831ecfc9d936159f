import type { TestContext } from 'vitest';

/**
 * For a test that needs a tool which may be absent (a browser, a server for this processor). On a developer's machine the test is skipped with
 * the reason; in CI, where the tool is meant to be there, the reason is thrown.
 */
export function skipOrFail(context: Pick<TestContext, 'skip'>, reason: unknown): never {
  const text = reason instanceof Error ? reason.message : String(reason);
  if (process.env.CI) throw new Error(`in CI this must not be skipped: ${text}`);
  return context.skip(text);
}
