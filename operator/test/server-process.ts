import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

const program = fileURLToPath(new URL('../src/cmd/server.ts', import.meta.url));

/** The server as a process of its own, as it runs in production. */
export class ServerProcess {
  readonly log: LogLine[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;

  private constructor(flags: readonly string[], environment: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [program, '--port', '0', '--health-port', '0', ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve));
    if (this.#child.stdout === null) throw new Error('the log is not piped');
    createInterface(this.#child.stdout).on('line', (line) => this.log.push(JSON.parse(line) as LogLine));
  }

  /** Resolves when it listens. */
  static async start(
    flags: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ServerProcess> {
    const server = new ServerProcess(flags, environment);
    while (server.#started === undefined) {
      if (server.#child.exitCode !== null) throw new Error(`the server ended with ${server.#child.exitCode}`);
      await sleep(20);
    }
    return server;
  }

  get port(): number {
    return this.#started?.['port'] as number;
  }

  get healthPort(): number {
    return this.#started?.['health_port'] as number;
  }

  has(message: string): boolean {
    return this.log.some((line) => line.message === message);
  }

  /** Asks it to end; its exit code. */
  async terminate(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.#ended;
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  get #started(): LogLine | undefined {
    return this.log.find(({ message }) => message === 'the server starts');
  }
}
