import { answersOk, type Part, type ProcessSpec, startProcess, waitFor } from './part.ts';

/** Our own processes as parts of the stack. Each runs from its TypeScript source, or from dist/ on request. */

interface ProcessOptions {
  /** The whole environment: what runtime/config.ts reads, and the variables that systems and partners name. */
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly onLine?: (line: string) => void;
  readonly onUnexpectedEnd?: (how: string) => void;
}

interface ProductOptions extends ProcessOptions {
  /** Runs from dist/ (`npm run build`), as a container does. */
  readonly built?: boolean;
}

/** A TypeScript or JavaScript entry point run by this same Node; `ready` as in `ProcessSpec`. */
export function startNode(
  name: string,
  entry: string,
  options: ProcessOptions & Pick<ProcessSpec, 'ready'> & { args?: readonly string[]; graceSeconds?: number },
): Promise<Part> {
  const { args = [], ...rest } = options;
  const loader = entry.endsWith('.ts') ? ['--import', 'tsx'] : [];
  return startProcess({ name, command: process.execPath, args: [...loader, entry, ...args], ...rest });
}

/** The environment that the Dockerfile sets, beside the entry points in dist/. */
const DEPLOYED = { NODE_ENV: 'production', WORKFLOW_BUNDLE: 'dist/workflow-bundle.js' } as const;

function startProduct(
  name: string,
  entry: 'api/server' | 'workers/main',
  { built = false, env, ...options }: ProductOptions & Pick<ProcessSpec, 'ready'>,
): Promise<Part> {
  return built
    ? startNode(name, `dist/${entry}.js`, { ...options, env: { ...env, ...DEPLOYED } })
    : startNode(name, `${entry}.ts`, { ...options, env });
}

/** The API with the console. `env` must hold PORT; `url` is the base URL. Ready when Postgres and Temporal answer it too. */
export function startApi(options: ProductOptions): Promise<Part> {
  const url = `http://${options.env.HOST || '127.0.0.1'}:${options.env.PORT}`;
  return startProduct('api', 'api/server', { ...options, ready: readyAt(url, '/readyz') });
}

/** A worker. `env` must hold WORKER_HEALTH_PORT; `url` is its health page's base. Ready when every one of its queues is polled. */
export function startWorker(options: ProductOptions & { name?: string }): Promise<Part> {
  const { name = 'worker', ...rest } = options;
  const url = `http://127.0.0.1:${options.env.WORKER_HEALTH_PORT}`;
  return startProduct(name, 'workers/main', { ...rest, ready: readyAt(url, '/healthz') });
}

export type SandboxSystem = 'erp' | 'wms' | 'partners';

/** Systems of the sandbox in one process; `env` must hold their SANDBOX_…_PORT. `url` is that of the first. */
export function startSandbox(systems: readonly SandboxSystem[], options: ProcessOptions): Promise<Part> {
  const name = systems.length === 1 ? `sandbox-${systems[0]}` : 'sandbox';
  return startNode(name, 'sandbox/main.ts', {
    ...options,
    args: ['--only', systems.join(',')],
    ready: ({ firstLine }) =>
      firstLine((line) => {
        if (!line.startsWith('{')) return undefined;
        const answer = JSON.parse(line) as Partial<Record<SandboxSystem | 'ready', unknown>>;
        const url = systems[0] && answer[systems[0]];
        return answer.ready === true && typeof url === 'string' ? url : undefined;
      }),
  });
}

function readyAt(url: string, path: string): ProcessSpec['ready'] {
  return async ({ signal }) => {
    await waitFor(() => answersOk(`${url}${path}`), signal);
    return url;
  };
}
