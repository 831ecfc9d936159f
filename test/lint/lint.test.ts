import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ESLint } from 'eslint';
import { afterAll, describe, expect, it } from 'vitest';
import { projectDir } from '../../scripts/stack/part.ts';

const run = promisify(execFile);

describe('ESLint finds', () => {
  // One module and its imports instead of the whole project: the rules are the same, and the types are there in seconds.
  // Where `CI` is set, typescript-eslint would read the file on disk and not the text.
  const parserOptions = { project: ['test/lint/tsconfig.json'], disallowAutomaticSingleRunInference: true };
  const overrideConfig = [{ files: ['**/*.ts'], languageOptions: { parserOptions } }];
  const eslint = new ESLint({ cwd: projectDir, overrideConfig });
  /** The rules that the text breaks when it stands in the place of a real module. */
  async function brokenBy(text: string): Promise<(string | null)[]> {
    const [result] = await eslint.lintText(text, { filePath: join(projectDir, 'api', 'idempotency.ts') });
    return (result?.messages ?? []).map(({ ruleId }) => ruleId);
  }

  it.each([
    [
      'a query of the records',
      "import type { Database } from '../prisma/client.ts';\nexport const f = (db: Database): void => { db.order.count(); };",
    ],
    ['a file operation', "import { rm } from 'node:fs/promises';\nexport const f = (): void => { rm('x'); };"],
  ])('%s that nobody awaits', async (_, text) => {
    expect(await brokenBy(text)).toEqual(['@typescript-eslint/no-floating-promises']);
  });

  it('an async callback where its promise is lost', async () => {
    const text = 'export const f = (list: string[]): void => list.forEach(async () => undefined);';
    expect(await brokenBy(text)).toEqual(['@typescript-eslint/no-misused-promises']);
  });

  it('a switch that forgets a case', async () => {
    const text = "export function f(kind: 'a' | 'b'): void {\n  switch (kind) {\n    case 'a':\n      return;\n  }\n}";
    expect(await brokenBy(text)).toEqual(['@typescript-eslint/switch-exhaustiveness-check']);
  });
});

describe('the check of imports finds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-imports-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The rules that a tree of these files breaks. */
  async function brokenBy(files: Record<string, string>, config = '.dependency-cruiser.cjs'): Promise<string[]> {
    const root = mkdtempSync(join(folder, 'tree-'));
    writeFileSync(join(root, 'tsconfig.json'), '{ "compilerOptions": { "module": "NodeNext" } }');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const cruise = join(projectDir, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
    const tops = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))];
    const args = [cruise, '--config', join(projectDir, config), '--output-type', 'json', ...tops];
    const { stdout } = await run(process.execPath, args, { cwd: root, maxBuffer: 1e8 }).catch(
      (error: { stdout: string }) => error,
    );
    const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
    return [...new Set(summary.violations.map(({ rule }) => rule.name))].toSorted();
  }
  const leaf = 'export interface A { a: string }\nexport const a = 1;';

  it('a layer that imports one above it, types included', async () => {
    const files = {
      'domain/a.ts': "import type { A } from '../workflows/b.ts';\nexport type B = A;",
      'workflows/b.ts': leaf,
    };
    expect(await brokenBy(files)).toEqual(['domain-knows-the-layers-below']);
  });

  it('a workflow that imports more of an activity than its types', async () => {
    const types = {
      'workflows/a.ts': "import type { A } from '../activities/erp/b.ts';\nexport type B = A;",
      'activities/erp/b.ts': leaf,
    };
    expect(await brokenBy(types)).toEqual([]);
    const code = { ...types, 'workflows/a.ts': "import { a } from '../activities/erp/b.ts';\nexport const b = a;" };
    expect(await brokenBy(code)).toEqual(['workflows-imports-types-alone']);
  });

  it('a product file that imports a test', async () => {
    const files = { 'certification/a.ts': "import { a } from '../test/b.ts';\nexport const b = a;", 'test/b.ts': leaf };
    expect(await brokenBy(files)).toContain('nothing-imports-tests');
  });

  it('two folders that need each other, though no two modules do', async () => {
    const files = {
      'scripts/stack/a.ts': "import { a } from '../../sandbox/b.ts';\nexport const b = a;",
      'sandbox/b.ts': leaf,
      'sandbox/c.ts': "import { a } from '../scripts/stack/d.ts';\nexport const b = a;",
      'scripts/stack/d.ts': leaf,
    };
    expect(await brokenBy(files, '.dependency-cruiser.folders.cjs')).toEqual(['no-folder-cycles']);
  });
});
