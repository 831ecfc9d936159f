import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

describe('in the sandbox of workflows', () => {
  const context = createContext();
  runInContext(readFileSync(new URL('./stack-traces.ts', import.meta.url), 'utf8'), context);
  const evaluated = (code: string): unknown => runInContext(code, context);

  it('an error that only a promise hook would create has no stack trace', () => {
    expect(evaluated('new Error().stack')).toBeUndefined();
  });

  it('every other error has one', () => {
    expect(evaluated("new Error('lost').stack")).toMatch(/^Error: lost\n +at /);
    expect(evaluated('class Stopped extends Error {} new Stopped().stack')).toMatch(/\n +at /);
    expect(evaluated('try { undefined.x } catch (error) { error.stack }')).toMatch(/^TypeError: .*\n +at /);
  });

  it('errors stay errors', () => {
    expect(evaluated("new Error('lost') instanceof Error && new TypeError() instanceof Error")).toBe(true);
    expect(evaluated('class Held extends Error {} new Held() instanceof Held')).toBe(true);
  });
});
