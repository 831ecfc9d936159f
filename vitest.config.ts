import { defineConfig } from 'vitest/config';

/** Unit tests stand beside what they test; suites that start servers live under test/. */
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
