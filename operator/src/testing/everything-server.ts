import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** The reference server of the Model Context Protocol, as a process of its own; for tests. */
export class EverythingServer {
  readonly port: number;
  readonly #stop: () => Promise<void>;

  private constructor(port: number, stop: () => Promise<void>) {
    this.port = port;
    this.#stop = stop;
  }

  /** Started at a port that was free a moment ago, or at the one that is given. */
  static async start(port?: number): Promise<EverythingServer> {
    const at = port ?? (await freePort());
    const program = 'node_modules/@modelcontextprotocol/server-everything/dist/index.js';
    const child = spawn(process.execPath, [program, 'streamableHttp'], {
      env: { PATH: process.env['PATH'], PORT: String(at) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => (told += part));
    const ended = once(child, 'exit');
    while (!told.includes('listening on port')) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server has ended: ${told}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return new EverythingServer(at, async () => {
      child.kill('SIGKILL');
      await ended;
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/mcp`;
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}

/** A port of this machine that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
