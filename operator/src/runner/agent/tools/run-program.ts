import { spawn } from 'node:child_process';
import { ToolFailure } from './tool.ts';

/** A program, with nothing of our own environment. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Bytes that it may print; with more it is ended. */
  readonly mostBytes: number;
}

/** How a program ended, and what it printed, errors among the rest. */
export interface Ended {
  readonly code: number;
  readonly output: string;
}

/**
 * Runs a program without a shell, as a group of its own that is ended with it: nothing that it has started stays.
 * @throws ToolFailure when it cannot be started, takes too long or prints too much; the signal's reason when that is aborted
 */
export async function runProgram(program: Program, signal: AbortSignal): Promise<Ended> {
  const { file, args, folder, environment, timeoutMs, mostBytes } = program;
  signal.throwIfAborted();
  const child = spawn(file, args, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const kill = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  limit.addEventListener('abort', kill, { once: true });
  const parts: Buffer[] = [];
  let size = 0;
  const keep = (part: Buffer) => {
    size += part.length;
    if (size > mostBytes) kill();
    else parts.push(part);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  try {
    const code = await ending(child);
    if (size > mostBytes) throw new ToolFailure(`it printed more than ${mostBytes} bytes and was ended`);
    signal.throwIfAborted();
    if (limit.aborted) throw new ToolFailure(`it took longer than ${timeoutMs} ms and was ended`);
    return { code, output: Buffer.concat(parts).toString('utf8') };
  } finally {
    limit.removeEventListener('abort', kill);
    kill();
  }
}

/** What is left behind in the background holds the pipes open: the end of the program itself counts, a moment later. */
function ending(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    const end = (code: number | null) => resolve(code ?? 128);
    child.once('close', end);
    child.once('exit', (code) => setTimeout(end, lastOutputMs, code));
    child.once('error', ({ code }: NodeJS.ErrnoException) => {
      reject(
        new ToolFailure(
          code === 'ENOENT'
            ? `ToolUnavailable: there is no ${child.spawnfile} here`
            : `it cannot be started (${code ?? ''})`,
        ),
      );
    });
  });
}

const lastOutputMs = 500;
