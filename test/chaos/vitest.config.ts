import { defineConfig } from 'vitest/config';

/** The kill test has a run of its own: it takes minutes and all of the machine. */
export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  test: { include: ['test/chaos/**/*.test.ts'], disableConsoleIntercept: true },
});
