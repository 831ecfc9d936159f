import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** The results of a run for scripts/test.mjs, with the reason of each skip. */
export interface TestFigures {
  passed: number;
  failed: number;
  /** Full name and reason. */
  skipped: { test: string; reason: string }[];
}

/** Writes the results to the file named by THROUGHLINE_TEST_FIGURES. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const figures: TestFigures = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      // A file that fails to load, or a failing hook, counts as a failure although no test failed.
      if (module.errors().length > 0) figures.failed += 1;
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) figures.failed += 1;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') figures.passed += 1;
        else if (result.state === 'failed') figures.failed += 1;
        else {
          const reason = ('note' in result && result.note) || 'no reason given';
          figures.skipped.push({ test: `${module.relativeModuleId} › ${test.fullName}`, reason });
        }
      }
    }
    const file = process.env.THROUGHLINE_TEST_FIGURES;
    if (file) writeFileSync(file, JSON.stringify(figures));
  }
}
