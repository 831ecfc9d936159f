import { defineConfig } from 'vitest/config';

/** Unit tests stand beside what they test; suites that start servers live under test/. The kill test and certification have commands of their own. */
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', '.cache/**', 'test/chaos/**', 'test/certification/**'],
    globalSetup: ['test/support/servers.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
