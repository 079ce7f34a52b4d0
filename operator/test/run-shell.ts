/** The shell of an agent as a real process, confined as in a pod as far as this machine allows, and the agent's end of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ShellLine, type ShellPatience } from '../src/runner/agent/tools/shell/shell-line.ts';
import { shellFunctions } from '../src/runner/agent/tools/shell/shell-tool.ts';
import type { ToolSurroundings } from '../src/runner/agent/tools/tool.ts';
import { isRoot } from './run-launcher.ts';

const launcher = fileURLToPath(new URL('../runtimes/launcher', import.meta.url));
const podUser = 65_532;

/** As root: the first process of its own namespace, without rights, to which the socket's folder cannot be written. */
const confinement = isRoot
  ? [
      ...['unshare', '--pid', '--mount', '--fork', '--mount-proc', '--kill-child', '--'],
      ...['sh', '-c', 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'],
    ]
  : [];
const unprivileged = [
  ...['setpriv', `--reuid=${podUser}`, `--regid=${podUser}`, '--clear-groups'],
  ...['--bounding-set=-all', '--inh-caps=-all', '--'],
];

export interface ShellOptions {
  readonly patience?: ShellPatience;
}

/** Both ends. */
export class ShellBench {
  readonly root = mkdtempSync(join(tmpdir(), 'shell-'));
  readonly workspace = join(this.root, 'workspace');
  readonly scratch = join(this.root, 'scratch');
  readonly folder = join(this.root, 'socket');
  readonly socket = join(this.folder, 'socket');
  readonly #patience: ShellPatience;
  #line: ShellLine | undefined;
  #server: ChildProcess | undefined;
  log = '';

  private constructor({ patience = { comingMs: 60_000, answerMs: 60_000, settlingMs: 60_000 } }: ShellOptions) {
    this.#patience = patience;
    chmodSync(this.root, 0o755);
    for (const folder of [this.workspace, this.scratch, this.folder]) {
      mkdirSync(folder);
      if (isRoot) chownSync(folder, podUser, podUser);
    }
  }

  static async start(options: ShellOptions = {}): Promise<ShellBench> {
    const bench = new ShellBench(options);
    await bench.listen();
    bench.startServer();
    return bench;
  }

  /** Both ends, of which the agent's is somebody else's. */
  static startServerAlone(): ShellBench {
    const bench = new ShellBench({});
    bench.startServer();
    return bench;
  }

  async listen(): Promise<void> {
    this.#line = await ShellLine.open(this.socket, this.#patience);
    // Here the agent has another user than the shell.
    chmodSync(this.socket, 0o666);
  }

  get line(): ShellLine {
    if (this.#line === undefined) throw new Error('nobody listens');
    return this.#line;
  }

  startServer(): void {
    const python = ['/usr/bin/python3', '-I', '-B', launcher, 'shell'];
    const places = ['--socket', this.socket, '--workspace', this.workspace];
    const words = isRoot
      ? [...confinement, this.folder, ...unprivileged, ...python, ...places]
      : [...python, ...places];
    const PATH = `${dirname(process.execPath)}:/usr/bin:/bin:/usr/sbin:/sbin`;
    const env = { PATH, TMPDIR: this.scratch, SECRET_OF_THE_LAUNCHER: 'hunter2' };
    const server = spawn(words[0] ?? '', words.slice(1), { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        this.log += chunk;
      });
    }
    this.#server = server;
  }

  /** Sends a signal to the server and answers when it has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server;
    if (server?.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('close', resolve));
    process.kill(-server.pid, signal);
    await ended;
  }

  /** What the model is told of a command. */
  run(command: string, more: { readonly timeoutSeconds?: number } = {}, signal = neverAborted): Promise<string> {
    const surroundings: ToolSurroundings = { workspace: this.workspace, access: { name: 'shell' }, signal };
    const [shellRun] = shellFunctions(this.line);
    if (shellRun === undefined) throw new Error('the tool has no function');
    return shellRun.run({ command, ...more }, surroundings);
  }

  /** What a program in Python prints in the shell. */
  async python(program: string): Promise<string> {
    const told = await this.run(`python3 - <<'END'\n${program}\nEND`);
    return told.replace(/^\[exit code 0\]\n/, '');
  }

  async stop(): Promise<void> {
    this.#line?.close();
    await this.end('SIGKILL');
    rmSync(this.root, { recursive: true, force: true });
  }
}

const neverAborted = new AbortController().signal;
