/** Runs the installed command as a user does, and watches what it takes from the machine. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const command = join(root, 'dist/cmd/cli.js');

/**
 * Processor time that any answer may take, in seconds. An idle machine takes two at most for the most hostile input; a slow
 * or a shared one takes several times that, and what has no end takes more than any limit.
 */
export const longestProcessorSeconds = 15;

export interface ConclaveRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Largest resident memory, in MiB. */
  readonly peakMemoryMiB: number;
  /** Processor time, in seconds; on a busy machine the clock says more. */
  readonly processorSeconds: number;
}

export interface ConclaveCall {
  readonly args: readonly string[];
  /** What comes by standard input: its pieces, repeated until the command reads no more when there are many. */
  readonly input?: Iterable<string | Buffer>;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Builds the command when a source is newer than what was built. */
export function buildConclave(): void {
  const built = existsSync(command) ? statSync(command).mtimeMs : 0;
  const sources = readdirSync(join(root, 'operator/src'), { recursive: true, withFileTypes: true });
  const isStale = sources.some((file) => file.isFile() && statSync(join(file.parentPath, file.name)).mtimeMs > built);
  if (!isStale) return;
  const { status, stderr, stdout } = spawnSync('npm', ['run', 'build'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm run build failed:\n${stdout}${stderr}`);
}

/** Runs `conclave` to its end; it is killed after a minute. */
export async function runConclave({ args, input, cwd, env }: ConclaveCall): Promise<ConclaveRun> {
  const child = spawn(process.execPath, [command, ...args], { cwd, env: { ...process.env, ...env }, timeout: 60_000 });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  let usage = { peakMemoryMiB: 0, processorSeconds: 0 };
  const watch = setInterval(() => (usage = readUsage(child.pid) ?? usage), 10);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  await feed(child.stdin, input ?? []);
  const exitCode = await ended;
  clearInterval(watch);
  const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('utf8');
  return { exitCode, stdout: text(stdout), stderr: text(stderr), ...usage };
}

/** The command may stop reading before everything is written. */
async function feed(stdin: Writable, input: Iterable<string | Buffer>): Promise<void> {
  stdin.on('error', () => undefined);
  for (const piece of input) {
    if (stdin.destroyed || stdin.closed) return;
    if (!stdin.write(piece)) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  stdin.end();
}

/** What the system counts for a process; undefined when it has ended. Linux only. */
function readUsage(pid: number | undefined) {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
    const fields = readFileSync(`/proc/${pid ?? 0}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    // Fields 14 and 15 of stat(5), in hundredths of a second; the first two were cut off.
    const ticks = Number(fields[11]) + Number(fields[12]);
    return peak === undefined ? undefined : { peakMemoryMiB: Number(peak) / 1024, processorSeconds: ticks / 100 };
  } catch {
    return undefined;
  }
}
