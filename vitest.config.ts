import { defineConfig } from 'vitest/config';

/** Unit tests stand beside what they test; suites that start servers live under test/. The kill test has a command of its own. */
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', '.cache/**', 'test/chaos/**'],
    globalSetup: ['test/support/servers.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
