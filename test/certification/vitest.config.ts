import { defineConfig } from 'vitest/config';

/** Certification starts networks of its own and takes minutes. */
export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  test: { include: ['test/certification/**/*.test.ts'], disableConsoleIntercept: true },
});
