/**
 * Prerequisites of every other script: the Node version, the packages and the generated database client. Plain JavaScript without
 * packages, because a fresh clone runs it first.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));
const LEAST_NODE = [20, 19];

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = LEAST_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  console.error(
    `Node ${LEAST_NODE.join('.')} or newer is required; this is ${process.versions.node} (https://nodejs.org).`,
  );
  process.exit(1);
}

/** Installs the packages if node_modules is missing or differs from package-lock.json. */
export async function ensurePackages() {
  const reason = whyInstall();
  if (reason === undefined) return;
  const npm = process.env.npm_execpath;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const [command, allArgs] = npm && /\.c?js$/.test(npm) ? [process.execPath, [npm, ...args]] : ['npm', args];
  await step(`Installing packages (${reason})`, command, allArgs);
}

function whyInstall() {
  const installedFile = join(projectDir, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return 'none are installed';
  const wanted = JSON.parse(readFileSync(join(projectDir, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const stale = Object.entries(wanted).find(
    // Optional packages for other platforms may be absent.
    ([path, { version, optional, link }]) =>
      path !== '' && !link && !(optional && !installed[path]) && installed[path]?.version !== version,
  );
  return stale && `package-lock.json has changed: ${stale[0].replace('node_modules/', '')}`;
}

/** Generates the database client if prisma/schema.prisma has changed since the last run. */
export async function ensureClient() {
  const mark = join(projectDir, 'prisma', 'generated', '.schema-hash');
  const version = JSON.parse(readFileSync(join(projectDir, 'node_modules', 'prisma', 'package.json'), 'utf8')).version;
  const schema = readFileSync(join(projectDir, 'prisma', 'schema.prisma'));
  const hash = createHash('sha256').update(version).update(schema).digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === hash) return;
  await step(
    'Generating the database client',
    process.execPath,
    [join('node_modules', 'prisma', 'build', 'index.js'), 'generate'],
    {
      // `generate` would download a schema engine that it never uses; naming any executable prevents that.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  );
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, hash);
}

/** Builds the console if its sources are newer than the last build. */
export async function ensureConsole() {
  const built = join(projectDir, 'dist', 'console', 'index.html');
  const sources = join(projectDir, 'console');
  if (existsSync(built) && newestIn(sources) <= statSync(built).mtimeMs) return;
  await step('Building the console', process.execPath, [
    join('node_modules', 'vite', 'bin', 'vite.js'),
    'build',
    'console',
    '--logLevel',
    'warn',
  ]);
}

function newestIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (newest, entry) =>
      entry.isFile() ? Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs) : newest,
    0,
  );
}

/**
 * Runs a command and reports its progress. Shows the output of the command only if it fails.
 *
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
export function step(title, command, args, env = {}) {
  const began = Date.now();
  const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
  console.log(`${title} …`);
  const progress = setInterval(() => console.log(`  still running (${seconds()})`), 5000);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: projectDir,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    const fail = (reason) => {
      clearInterval(progress);
      reject(new StepFailed(`${title} failed: ${reason}\n${Buffer.concat(output).toString('utf8').trim()}`));
    };
    child.once('error', (error) => fail(error.message));
    child.once('close', (code, signal) => {
      if (code !== 0) return fail(signal ?? `exit code ${code}`);
      clearInterval(progress);
      console.log(`  done in ${seconds()}`);
      resolve();
    });
  });
}

export class StepFailed extends Error {}

/** Runs the body; a failed step ends the process and prints only its message, without a stack. */
export async function orExplain(body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
