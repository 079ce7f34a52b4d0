/** The real vLLM on CPUs, with a tiny model of random weights: what it says is nonsense that fits the schema asked for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '../cluster/cluster-error.ts';
import { conclaveHome, repositoryRoot } from '../cluster/paths.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { runCommand } from '../suites/run-command.ts';

const version = '0.32.0';

/** Where it is installed, for all clones of the repository. */
export const vllmFolder = join(conclaveHome(), `vllm-${version}`);

/** Name that requests ask for. */
export const vllmModel = 'tiny';

/** Tokens that prompt and answer may have together. */
const contextLength = 16_384;

/** Loading takes seconds; the first start compiles. */
const startMs = 300_000;

/** Whether it has been installed on this machine. */
export function isVllmInstalled(): boolean {
  return existsSync(join(vllmFolder, 'ready'));
}

/** Installs it unless it is there. @throws ClusterError */
export async function installVllm(report: (line: string) => void): Promise<void> {
  if (isVllmInstalled()) return;
  report(`installing vLLM ${version} for CPUs into ${vllmFolder}: some minutes, 6 GB`);
  const exitCode = await runCommand(join(repositoryRoot, 'hack/vllm/install.sh'), [vllmFolder]);
  if (exitCode !== 0)
    throw new ClusterError('vLLM could not be installed', {
      hint: 'read what pip says above; python3 with its module venv (Debian: python3-venv) and the package index are needed',
    });
}

/** A server that runs. */
export class VllmServer {
  /** Base URL of its API. */
  readonly url: string;
  readonly process: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.process = child;
  }

  /** Starts it, and waits until it answers. Its log goes to standard error where `isTalkative`. @throws ClusterError */
  static async start({
    host,
    port,
    isTalkative = false,
  }: {
    readonly host: string;
    readonly port: number;
    readonly isTalkative?: boolean;
  }): Promise<VllmServer> {
    const output = isTalkative ? 'inherit' : 'ignore';
    const child = spawn(join(vllmFolder, 'venv/bin/vllm'), argumentsOf(host, port), {
      stdio: ['ignore', output, output],
      env: { ...process.env, ...environment },
    });
    const server = new VllmServer(`http://${host}:${port}/v1`, child);
    const health = `http://${host}:${port}/health`;
    await waitUntil('vLLM answers', () => isHealthy(health, child), { timeoutMs: startMs, intervalMs: 500 });
    return server;
  }

  /** Ends it with all its processes. */
  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
  }
}

async function isHealthy(url: string, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) throw new ClusterError(`vLLM has ended with ${child.exitCode} before it answered`);
  return await fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

const environment = {
  ...{ HF_HUB_OFFLINE: '1', VLLM_NO_USAGE_STATS: '1', DO_NOT_TRACK: '1' },
  ...{ VLLM_CPU_KVCACHE_SPACE: '1', VLLM_CPU_OMP_THREADS_BIND: 'nobind' },
};

const argumentsOf = (host: string, port: number): readonly string[] => [
  ...['serve', join(vllmFolder, 'tiny'), '--served-model-name', vllmModel, '--host', host, '--port', String(port)],
  ...['--max-model-len', String(contextLength), '--dtype', 'bfloat16', '--enforce-eager'],
  ...['--enable-auto-tool-choice', '--tool-call-parser', 'hermes'],
  ...['--structured-outputs-config.backend', 'xgrammar'],
  ...['--structured-outputs-config.disable_any_whitespace', 'true'],
];
