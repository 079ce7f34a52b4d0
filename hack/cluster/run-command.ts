/** Runs programs to their end. */
import { spawn } from 'node:child_process';

/** What a finished program said. */
export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which the program is killed. */
  readonly timeoutMs?: number;
  /** Called with each line of standard error while the program runs. */
  readonly onErrorLine?: (line: string) => void;
}

/** A program that could not be started or ended with a status other than 0; the message ends with what it said last. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly result: CommandResult;

  constructor(command: string, args: readonly string[], result: CommandResult) {
    const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-10).join('\n');
    super(`${command} ${args.join(' ')} ended with ${result.status}: ${said}`);
    this.result = result;
  }
}

const notStarted = 127;

/** Runs a program and answers with its status and output, whatever the status; 127 when it could not be started. */
export function tryCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    let errorLine = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
      const lines = (errorLine + chunk).split('\n');
      errorLine = lines.pop() ?? '';
      for (const line of lines) options.onErrorLine?.(line);
    });
    child.on('error', (error) => {
      resolve({ status: notStarted, stdout, stderr: error.message });
    });
    child.on('close', (code, signal) => {
      const killed = signal === null ? '' : `\nkilled by ${signal}`;
      resolve({ status: code ?? 128, stdout, stderr: stderr + killed });
    });
    child.stdin?.on('error', () => undefined); // a program that ends without reading its input is judged by its status
    child.stdin?.end(options.input);
  });
}

/** Runs a program and answers with its standard output; throws CommandFailed unless it ends with 0. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await tryCommand(command, args, options);
  if (result.status !== 0) throw new CommandFailed(command, args, result);
  return result.stdout;
}
