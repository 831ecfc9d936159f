import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** Commands that need no running service; each rejects an invalid command line before it acts. */
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

it.each(Object.entries(commands))('%s prints its usage, and the reason for an invalid command line', (name, file) => {
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

it('an invalid number is rejected, never treated as zero', () => {
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
