import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { ToolFailure } from '../tool.ts';
import { isShellAnswer, type ShellAnswer } from './shell-answer.ts';

/** A command, and how much it may take. */
export interface ShellRequest {
  readonly command: string;
  readonly timeoutMs: number;
  /** Bytes of what it prints that are kept, at its beginning and its end. */
  readonly maxBytes: number;
}

/** How long what is not there is waited for, in milliseconds. */
export interface ShellPatience {
  /** Until the shell has come: the kubelet may have to start it again. */
  readonly comingMs: number;
  /** For an answer, beyond the time that the command may take. */
  readonly answerMs: number;
  /** For the end of a command that nobody waits for any more. */
  readonly settlingMs: number;
}

const usualPatience: ShellPatience = { comingMs: 30_000, answerMs: 30_000, settlingMs: 2_000 };

/**
 * The line to the shell in the container beside. The agent listens, and the shell comes: its container sees the socket's folder
 * only for reading, and its commands cannot open sockets.
 */
export class ShellLine {
  readonly #server: Server;
  readonly #patience: ShellPatience;
  #shell: Socket | undefined;
  #onShell: () => void = () => undefined;
  #isQuiet = true;

  private constructor(patience: ShellPatience) {
    this.#patience = patience;
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  /** Begins to listen at a path. */
  static async open(path: string, patience: ShellPatience = usualPatience): Promise<ShellLine> {
    await rm(path, { force: true });
    const line = new ShellLine(patience);
    await new Promise<void>((resolve, reject) => line.#server.once('error', reject).listen(path, resolve));
    return line;
  }

  /** Nobody else can come; whoever tries is sent away as long as the shell is there. */
  #welcome(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.#shell !== undefined) {
      socket.destroy();
      return;
    }
    this.#shell = socket;
    // It comes only when nothing runs.
    this.#isQuiet = true;
    socket.once('close', () => this.#dismiss(socket));
    // It says nothing unasked; without this its end would not be noticed.
    socket.resume();
    this.#onShell();
  }

  /** Whether no command runs, nor may have been left running. */
  readonly isQuiet = (): boolean => this.#isQuiet;

  /**
   * Has a command run; one at a time. When it answers, nothing runs there any more. @throws ToolFailure when the shell does not
   * come, ends or does not answer; the signal's reason when that is aborted, upon which the command is ended
   */
  async ask(request: ShellRequest, signal: AbortSignal): Promise<ShellAnswer> {
    signal.throwIfAborted();
    const shell = this.#shell ?? (await this.#coming(this.#patience.comingMs, signal));
    if (shell === undefined) throw unavailable('the shell is not there now');
    const limit = AbortSignal.any([signal, AbortSignal.timeout(request.timeoutMs + this.#patience.answerMs)]);
    this.#isQuiet = false;
    shell.write(`${JSON.stringify(request)}\n`);
    const text = await readLine(shell, mostBytesOf(request), limit);
    const answer = text === undefined ? undefined : parse(text);
    if (answer === undefined) await this.#restart(shell);
    else this.#isQuiet = true;
    signal.throwIfAborted();
    if (answer !== undefined) return answer;
    throw unavailable(
      limit.aborted
        ? 'the shell did not answer'
        : 'the shell ended while the command ran, most likely because that used more memory than it may',
    );
  }

  async #coming(patienceMs: number, signal: AbortSignal): Promise<Socket | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    const end = () => resolve(undefined);
    limit.addEventListener('abort', end, { once: true });
    this.#onShell = end;
    await promise;
    limit.removeEventListener('abort', end);
    this.#onShell = () => undefined;
    signal.throwIfAborted();
    return this.#shell;
  }

  /** When it comes again nothing is left of what it did. */
  async #restart(shell: Socket): Promise<void> {
    this.#dismiss(shell);
    await this.#coming(this.#patience.settlingMs, neverAborted);
  }

  #dismiss(shell: Socket): void {
    shell.destroy();
    if (this.#shell === shell) this.#shell = undefined;
  }

  close(): void {
    this.#shell?.destroy();
    this.#server.close();
  }
}

const neverAborted = new AbortController().signal;

const unavailable = (why: string) => new ToolFailure(`ToolUnavailable: ${why}.`);

/** A byte of what is printed takes at most six as JSON, and the rest of an answer few. */
const mostBytesOf = ({ maxBytes }: ShellRequest) => 6 * maxBytes + 4096;

/** One line; undefined when it does not come wholly. */
function readLine(socket: Socket, mostBytes: number, limit: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    const end = (text: string | undefined) => {
      socket.off('data', take).off('close', giveUp);
      limit.removeEventListener('abort', giveUp);
      resolve(text);
    };
    const giveUp = () => end(undefined);
    const take = (part: Buffer) => {
      size += part.length;
      parts.push(part);
      if (size > mostBytes) giveUp();
      else if (part.at(-1) === lineFeed) end(Buffer.concat(parts).toString('utf8'));
    };
    socket.on('data', take).once('close', giveUp);
    limit.addEventListener('abort', giveUp, { once: true });
    if (socket.destroyed || limit.aborted) giveUp();
  });
}

const lineFeed = 0x0a;

function parse(text: string): ShellAnswer | undefined {
  try {
    const given: unknown = JSON.parse(text);
    return isShellAnswer(given) ? given : undefined;
  } catch {
    return undefined;
  }
}
