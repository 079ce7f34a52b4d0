import { spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** One line of the operator's log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** As its sources are, unless a built one is to be tried. */
const program =
  process.env['CONCLAVE_TEST_OPERATOR'] ?? fileURLToPath(new URL('../src/cmd/operator.ts', import.meta.url));

/** The operator as a process of its own, as it runs in production. */
export class OperatorProcess {
  readonly log: LogLine[] = [];
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  /** `environment` is added to this process's own. */
  constructor(flags: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [program, '--health-port', '0', ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // Tests start many: those that end by themselves leave compiled code to the next.
      env: { NODE_COMPILE_CACHE: join(tmpdir(), 'conclave-compile-cache'), ...process.env, ...environment },
    });
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
    if (this.child.stdout === null) throw new Error('the log is not piped');
    createInterface(this.child.stdout).on('line', (line) => this.log.push(JSON.parse(line) as LogLine));
  }

  /** Asks it to end; resolves with its exit code and the milliseconds that it took. */
  async terminate(): Promise<{ readonly code: number | null; readonly tookMs: number }> {
    const startedAt = performance.now();
    this.child.kill('SIGTERM');
    return { code: await this.ended, tookMs: performance.now() - startedAt };
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  has(message: string): boolean {
    return this.log.some((line) => line.message === message);
  }

  /** What a health endpoint answers; undefined while nothing listens. */
  async ask(path: string): Promise<{ readonly status: number; readonly body: string } | undefined> {
    const port = this.log.find(({ message }) => message === 'the operator starts')?.health_port as number | undefined;
    if (port === undefined) return undefined;
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: response.status, body: await response.text() };
    } catch {
      return undefined;
    }
  }

  async isReady(): Promise<boolean> {
    return (await this.ask('/readyz'))?.status === 200;
  }
}
