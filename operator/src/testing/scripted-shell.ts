import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is answered to a request; undefined for nothing. */
export type ShellScript = (request: Readonly<Record<string, unknown>>) => string | undefined;

/** A shell that comes to an agent's socket and answers by script; for tests. */
export class ScriptedShell {
  readonly asked: Readonly<Record<string, unknown>>[] = [];
  readonly #script: ShellScript;
  #socket: Socket | undefined;
  #isOver = false;

  private constructor(script: ShellScript) {
    this.#script = script;
  }

  /** Comes, and comes again whenever it is sent away, until it is stopped. */
  static start(path: string, script: ShellScript): ScriptedShell {
    const shell = new ScriptedShell(script);
    void shell.#come(path);
    return shell;
  }

  /** An answer as the launcher gives it. */
  static answer(output: string, exitCode = 0): string {
    return JSON.stringify({ exitCode, signal: null, isTimedOut: false, output });
  }

  async #come(path: string): Promise<void> {
    while (!this.#isOver) {
      const socket = connect(path);
      this.#socket = socket;
      socket.setEncoding('utf8').on('data', (line: string) => {
        const request = JSON.parse(line) as Record<string, unknown>;
        this.asked.push(request);
        const answer = this.#script(request);
        if (answer !== undefined) socket.write(`${answer}\n`);
      });
      await new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
      await sleep(20);
    }
  }

  /** Leaves, and comes again. */
  leave(): void {
    this.#socket?.destroy();
  }

  stop(): void {
    this.#isOver = true;
    this.#socket?.destroy();
  }
}
