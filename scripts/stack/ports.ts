import { createServer } from 'node:net';

/** A TCP port that is currently free; another program may still take it. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const { port, close } = await listen(0, host);
  await close();
  return port;
}

/** Several different free ports. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => listen(0, host)));
  await Promise.all(held.map(({ close }) => close()));
  return held.map(({ port }) => port);
}

export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  try {
    await (await listen(port, host)).close();
    return true;
  } catch {
    return false;
  }
}

/** A required port is taken; the message names the setting that changes it. */
export class PortTaken extends Error {
  readonly code = 'port-taken';

  constructor(port: number, what: string, setting: string) {
    super(
      `Port ${port} is taken, and ${what} needs it. Free it, or set ${setting} to another port (for example ${setting}=${port + 1}).`,
    );
    this.name = 'PortTaken';
  }
}

export async function requireFreePort(port: number, what: string, setting: string, host = '127.0.0.1'): Promise<void> {
  if (port !== 0 && !(await isPortFree(port, host))) throw new PortTaken(port, what, setting);
}

function listen(port: number, host: string): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        close: () => new Promise((done) => server.close(() => done())),
      });
    });
  });
}
