import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** Commands that need nothing that runs; each answers a wrong call before it does anything. */
const commands = {
  certify: 'certification/certify.ts',
  promote: 'scripts/promote.ts',
  'cross-references': 'scripts/cross-references.ts',
  'api-key': 'api/auth/api-key.ts',
  fuzz: 'test/fuzz/fuzz.ts',
  bench: 'bench/run.ts',
};

function call(file: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

it.each(Object.entries(commands))('%s says how it is called, and what is wrong with a call', (name, file) => {
  expect(call(file, '--help')).toEqual({
    status: 0,
    stdout: expect.stringMatching(`^npm run ${name} -- `),
    stderr: '',
  });
  expect(call(file, '--hlep')).toEqual({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(`^Unknown option '--hlep'\n\nnpm run ${name} -- `),
  });
});

it('a number that is none is refused, and never taken for nothing to do', () => {
  for (const [option, value] of [
    ['--minutes', 'x'],
    ['--minutes', '-1'],
    ['--minutes', '0'],
    ['--runs', '1.5'],
    ['--seed', ''],
  ] as const) {
    const { status, stderr } = call('test/fuzz/fuzz.ts', `${option}=${value}`);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(`^${option} ${value}: must be a `) });
  }
  expect(call('bench/run.ts', 'nonsense')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^there is no benchmark nonsense\n/),
  });
});
