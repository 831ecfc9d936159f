import { defineConfig } from 'vitest/config';
import { testLanes } from './test/lanes.ts';

/**
 * Unit tests stand beside what they test; suites that start servers live under test/. The fast lane has the pure tests alone. The
 * kill test and certification have commands of their own.
 */
const { fast, rest } = testLanes(import.meta.dirname);

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'fast', include: fast, isolate: false } },
      { extends: true, test: { name: 'rest', include: rest, globalSetup: ['test/support/servers.ts'] } },
    ],
  },
});
