import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { identityOf } from './identity.mjs';
import { endLeftovers, StartFailed, startProcess, waitFor } from './part.ts';

const dir = mkdtempSync(join(tmpdir(), 'throughline-part-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const readyThenIdle = "console.log('ready'); setInterval(() => {}, 1000);";
const node = (name: string, code: string) => ({
  name,
  command: process.execPath,
  args: ['-e', code],
  env: process.env,
  logFile: join(dir, `${name}.log`),
});
const soon = () => AbortSignal.timeout(15_000);

test('a killed part restarts at the same address with another pid', async () => {
  const part = await startProcess({
    ...node('idle', readyThenIdle),
    ready: ({ firstLine }) => firstLine((line) => (line === 'ready' ? 'here' : undefined)),
  });
  const before = part.pid;
  await part.kill('SIGKILL');
  expect(part.pid).toBeUndefined();
  await part.restart();
  expect(part.pid).not.toBe(before);
  expect(part.url).toBe('here');
  await part.stop();
  expect(part.pid).toBeUndefined();
});

test('a part that fails to start reports the reason and its last lines', async () => {
  const failing = startProcess({
    ...node('failing', "console.error('no licence'); process.exit(3);"),
    ready: () => new Promise(() => undefined),
  });
  await expect(failing).rejects.toThrow(StartFailed);
  await expect(failing).rejects.toThrow(/ended with code 3.*no licence/s);
});

test('a part that ignores the stop signal is killed', async () => {
  const part = await startProcess({
    ...node('stubborn', `process.on('SIGTERM', () => {}); ${readyThenIdle}`),
    graceSeconds: 1,
    ready: ({ firstLine }) => firstLine((line) => line),
  });
  await part.stop();
  expect(part.pid).toBeUndefined();
});

test('if the supervisor is killed with SIGKILL, its parts end too', async () => {
  const script = `
    import { startProcess } from ${JSON.stringify(join(import.meta.dirname, 'part.ts'))};
    const part = await startProcess({
      name: 'orphan', command: process.execPath, args: ['-e', ${JSON.stringify(readyThenIdle)}], env: process.env,
      logFile: ${JSON.stringify(join(dir, 'orphan.log'))}, ready: ({ firstLine }) => firstLine((line) => line),
    });
    console.log(part.pid);
    setInterval(() => {}, 1000);`;
  const file = join(dir, 'holder.mts');
  writeFileSync(file, script);
  const holder = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: holder.stdout }), 'line')) as [string];
  const orphan = Number(line);
  expect(identityOf(orphan)).toBeDefined();
  holder.kill('SIGKILL');
  await waitFor(async () => identityOf(orphan) === undefined, soon());
});

test('a process recorded by an earlier run is ended only if its start time matches', async () => {
  const children = ['ours', 'strange'].map(() => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']));
  const [ours, strange] = children.map(({ pid = 0 }) => pid);
  const file = join(dir, 'processes.json');
  writeFileSync(
    file,
    JSON.stringify([
      { name: 'ours', pid: ours, identity: identityOf(ours ?? 0), signal: 'SIGTERM' },
      { name: 'reused pid', pid: strange, identity: 'another/start', signal: 'SIGTERM' },
    ]),
  );
  expect(await endLeftovers(file)).toEqual(['ours']);
  expect(identityOf(strange ?? 0)).toBeDefined();
  children[1]?.kill('SIGKILL');
});
