import { answersOk, type Part, type ProcessSpec, startProcess, waitFor } from './part.ts';

/** Our own processes as parts of the stack. Each runs from its TypeScript source, or from dist/ if requested. */

interface ProcessOptions {
  /** Complete environment: settings of runtime/config.ts and variables that systems and partners name. */
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly onLine?: (line: string) => void;
  readonly onUnexpectedEnd?: (how: string) => void;
}

interface ProductOptions extends ProcessOptions {
  /** Runs the build in dist/, as a container does. */
  readonly built?: boolean;
}

/** Starts a TypeScript or JavaScript entry point with the same Node; `ready` as in `ProcessSpec`. */
export function startNode(
  name: string,
  entry: string,
  options: ProcessOptions & Pick<ProcessSpec, 'ready'> & { args?: readonly string[]; graceSeconds?: number },
): Promise<Part> {
  const { args = [], ...rest } = options;
  const loader = entry.endsWith('.ts') ? ['--import', 'tsx'] : [];
  return startProcess({ name, command: process.execPath, args: [...loader, entry, ...args], ...rest });
}

/** The environment that the Dockerfile sets. */
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

/** Starts the API with the console. `env` must contain PORT; `url` is the base URL. Ready when it reaches Postgres and Temporal. */
export function startApi(options: ProductOptions): Promise<Part> {
  const url = `http://${options.env.HOST || '127.0.0.1'}:${options.env.PORT}`;
  return startProduct('api', 'api/server', { ...options, ready: readyAt(url, '/readyz') });
}

/** Starts a worker. `env` must contain WORKER_HEALTH_PORT; `url` is the base URL of its health page. Ready when it polls all its queues. */
export function startWorker(options: ProductOptions & { name?: string }): Promise<Part> {
  const { name = 'worker', ...rest } = options;
  const url = `http://127.0.0.1:${options.env.WORKER_HEALTH_PORT}`;
  return startProduct(name, 'workers/main', { ...rest, ready: readyAt(url, '/healthz') });
}

export type SandboxSystem = 'erp' | 'wms' | 'partners';

/** Starts systems of the sandbox in one process. `env` must contain their SANDBOX_…_PORT; `url` is that of the first system. */
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
