/** An instance's node: one tree of processes in namespaces of its own, found and ended by its first process. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClusterError } from './cluster-error.ts';
import type { Component } from './component-commands.ts';
import { conclaveHome, type InstancePaths } from './paths.ts';
import { insideNode } from './node-configuration.ts';
import { runCommand } from './run-command.ts';
import { waitUntil } from './wait-until.ts';

const initScript = fileURLToPath(new URL('node-init.sh', import.meta.url));

/** The process ids that are the instance's: `init` is the first process of its namespaces, `outer` the one that made them. */
export interface NodeProcesses {
  readonly init: number | undefined;
  readonly outer: number | undefined;
}

/** Finds the node's processes by their command line, so that no recorded id can be stale. */
export function findNode({ folder }: InstancePaths): NodeProcesses {
  const ours = listInitProcesses().filter((process) => process.folder === folder);
  const isFirst = (pid: number): boolean => /^NSpid:\s+\d+\s+1$/m.test(readProcFile(pid, 'status'));
  return {
    outer: ours.find(({ program }) => program.endsWith('unshare'))?.pid,
    init: ours.find(({ program, pid }) => !program.endsWith('unshare') && isFirst(pid))?.pid,
  };
}

/** The names of all instances of which a node runs, also those whose folders somebody has removed. */
export function listRunningNodes(home: string = conclaveHome()): string[] {
  const clusters = join(home, 'clusters');
  const folders = listInitProcesses().map(({ folder }) => folder);
  return [...new Set(folders.filter((folder) => dirname(folder) === clusters).map((folder) => basename(folder)))];
}

/** Every process with node-init.sh in its command line, and the state folder that stands behind it there. */
function listInitProcesses(): { pid: number; program: string; folder: string }[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    const words = readProcFile(entry, 'cmdline').split('\0');
    const folder = words[words.findIndex((word) => word.endsWith('/node-init.sh')) + 1];
    const isInit = words.some((word) => word.endsWith('/node-init.sh'));
    return isInit && folder !== undefined ? [{ pid: Number(entry), program: words[0] ?? '', folder }] : [];
  });
}

/** Whether a process is gone; one that only waits to be collected by its parent is. */
export function hasEnded(pid: number): boolean {
  const status = readProcFile(pid, 'status');
  return status === '' || /^State:\s+[ZX]/m.test(status);
}

/** Empty when the process is gone. */
function readProcFile(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Starts the node's first process and answers with its id once the node's view of the machine is complete. */
export async function startNode(paths: InstancePaths, binaries: string): Promise<number> {
  const ready = join(paths.folder, 'node-is-ready');
  rmSync(ready, { force: true });
  for (const folder of ['var/lib', 'var/log', 'pid', 'log']) mkdirSync(join(paths.folder, folder), { recursive: true });
  const log = openSync(join(paths.logs, 'node.log'), 'a');
  const namespaces = ['--mount', '--net', '--pid', '--uts', '--ipc', '--fork', '--kill-child'];
  const child = spawn('unshare', [...namespaces, initScript, paths.folder, binaries], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
  });
  child.on('error', () => undefined); // told by the absence of the process
  child.unref();
  closeSync(log);
  const hasFailed = (): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  await waitUntil("the node's namespaces", () => hasFailed() || existsSync(ready), { intervalMs: 20 });
  const { init } = findNode(paths);
  if (init !== undefined) return init;
  throw new ClusterError(`the node's namespaces could not be made: ${lastLines(join(paths.logs, 'node.log'))}`, {
    hint: 'this needs root with CAP_SYS_ADMIN and CAP_NET_ADMIN, outside of unprivileged containers',
  });
}

/** The end of a log, for messages. */
export function lastLines(file: string, count = 5): string {
  if (!existsSync(file)) return '(no log)';
  return readFileSync(file, 'utf8').trim().split('\n').slice(-count).join('\n');
}

/** Runs a program inside the node and answers with its standard output. */
export function runInNode(init: number, command: readonly string[], input?: string): Promise<string> {
  return runCommand('nsenter', [...enterNode(init), ...command], input === undefined ? {} : { input });
}

/** The arguments of nsenter that lead into all of the node's namespaces. */
export function enterNode(init: number): string[] {
  return ['--target', String(init), '--mount', '--net', '--pid', '--uts', '--ipc', '--wd=/', '--'];
}

/** In the node: a session of its own for the program, its output in its log, its id in its pid file. */
const startScript = `cd /
log=${insideNode.state}/log/$1.log pid=${insideNode.state}/pid/$1
shift
setsid "$@" >>"$log" 2>&1 </dev/null &
echo $! >"$pid"`;

/** Starts a component inside the node unless it runs already; it goes on when this process ends. */
export async function ensureComponent(paths: InstancePaths, init: number, component: Component): Promise<void> {
  if (isRunning(paths, init, component.name)) return;
  await runInNode(init, ['/bin/sh', '-c', startScript, 'sh', component.name, ...component.command]);
}

/** Whether the component that was started under this name is still alive. */
export function isRunning(paths: InstancePaths, init: number, name: string): boolean {
  const file = join(paths.pids, name);
  if (!existsSync(file)) return false;
  const pid = readFileSync(file, 'utf8').trim();
  // The node's own /proc: ids in the pid files are those inside the node.
  const words = readProcFile(`${init}/root/proc/${pid}`, 'cmdline').split('\0');
  return words.slice(0, 4).some((word) => word === name || word.endsWith(`/${name}`));
}

/** Waits until a component answers, and fails at once, with the end of its log, when it has ended instead. */
export async function waitForComponent(
  paths: InstancePaths,
  init: number,
  name: string,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const log = join(paths.logs, `${name}.log`);
  await waitUntil(
    `${name} answers`,
    async () => {
      if (!isRunning(paths, init, name)) {
        throw new ClusterError(`${name} ended: ${lastLines(log)}`, { hint: `its whole log is ${log}` });
      }
      return isReady();
    },
    { timeoutMs: 90_000, hint: `its log is ${log}` },
  );
}
