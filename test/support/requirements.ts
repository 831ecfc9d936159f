import type { TestContext } from 'vitest';

/**
 * For a test that needs an optional tool (a browser, a server for this processor). On a developer's
 * machine the test is skipped with the reason. CI must have the tool, so there it throws the
 * reason.
 */
export function skipOrFail(context: Pick<TestContext, 'skip'>, reason: unknown): never {
  const text = reason instanceof Error ? reason.message : String(reason);
  if (process.env.CI) throw new Error(`CI must not skip this test: ${text}`);
  return context.skip(text);
}
