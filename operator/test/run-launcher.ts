/** The launcher of users' programs as a real process, confined as in a pod as far as this machine allows. */
import { spawn } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../src/api/json.ts';
import { runnerResult, terminationMessage } from '../src/api/runner-result.ts';

const launcher = fileURLToPath(new URL('../runtimes/launcher', import.meta.url));
export const isRoot = process.getuid?.() === 0;

/** As root: the first process of a process namespace of its own, as a user without rights. Else as whoever tests. */
const confinement = isRoot
  ? [
      ...['unshare', '--pid', '--fork', '--mount-proc', '--kill-child', '--'],
      ...[
        'setpriv',
        '--reuid=65532',
        '--regid=65532',
        '--clear-groups',
        '--bounding-set=-all',
        '--inh-caps=-all',
        '--',
      ],
    ]
  : [];

/** What to run. */
export interface Launch {
  readonly runtime: 'python' | 'javascript';
  readonly program: string;
  readonly inputs?: JsonObject;
  readonly deadlineSeconds?: number;
  /** Sent to the launcher's process group after it said its first word. */
  readonly signal?: NodeJS.Signals;
}

/** What it left. The documents have passed their schemas. */
export interface Launched {
  readonly exitCode: number | null;
  readonly outputs?: JsonObject | undefined;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly log: string;
  readonly durationMs: number;
}

/** Runs a program to its end and answers with what is left behind; the folder that containers share goes away. */
export async function launch({ signal, deadlineSeconds = 20, inputs = {}, ...work }: Launch): Promise<Launched> {
  const scratch = mkdtempSync(join(tmpdir(), 'launch-'));
  chmodSync(scratch, 0o755);
  const [folder, terminationLog] = [join(scratch, 'shared'), join(scratch, 'termination-log')];
  mkdirSync(folder);
  chmodSync(folder, 0o1777);
  writeFileSync(terminationLog, '');
  chmodSync(terminationLog, 0o666);
  const task = { apiVersion: 'conclave.dev/v1alpha1', kind: 'Task', inputs, deadlineSeconds };
  writeFileSync(join(folder, 'task.json'), JSON.stringify({ ...task, work: { kind: 'code', ...work } }));
  const started = performance.now();
  try {
    const { exitCode, log } = await finish({ folder, terminationLog, signal });
    return { exitCode, log, durationMs: performance.now() - started, ...readLeft(folder, terminationLog) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Places {
  readonly folder: string;
  readonly terminationLog: string;
  readonly signal: NodeJS.Signals | undefined;
}

function finish({ folder, terminationLog, signal }: Places) {
  const python = ['/usr/bin/python3', '-I', '-B', launcher, 'run'];
  const places = ['--folder', folder, '--termination-log', terminationLog];
  const words = [...confinement, ...python, ...places];
  const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin:/usr/sbin:/sbin`, SECRET_OF_THE_LAUNCHER: 'hunter2' };
  const child = spawn(words[0] ?? '', words.slice(1), { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let log = '';
  const take = (chunk: string): void => {
    if (log === '' && signal !== undefined && child.pid !== undefined) process.kill(-child.pid, signal);
    log += chunk;
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  return new Promise<{ readonly exitCode: number | null; readonly log: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve({ exitCode, log });
    });
  });
}

function readLeft(folder: string, terminationLog: string): Pick<Launched, 'outputs' | 'reason' | 'message'> {
  const result = join(folder, 'result.json');
  const isFile = lstatSync(result, { throwIfNoEntry: false })?.isFile() ?? false;
  const { outputs } = isFile ? runnerResult.parse(JSON.parse(readFileSync(result, 'utf8'))) : {};
  const left = readFileSync(terminationLog);
  if (left.length > 1024) throw new Error(`a termination message of ${left.length} bytes`);
  const { error } = left.length === 0 ? {} : terminationMessage.parse(JSON.parse(left.toString('utf8')));
  return { outputs, reason: error?.reason, message: error?.message };
}
