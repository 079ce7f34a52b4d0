import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../cluster/paths.ts';

/** Where it writes, and what its life depends on. */
export interface MortalOptions {
  readonly folder: string;
  readonly random: () => number;
  /** Takes away the Lease of the dead, which would have to run out first. */
  readonly release: () => Promise<unknown>;
}

/** Between two deaths, in milliseconds: long enough to lead for a while. */
const life = { leastMs: 4_000, mostMs: 20_000 };

/** An operator that is killed at random moments, and follows itself at once. */
export class MortalOperator {
  readonly #kubeconfig: string;
  readonly #options: MortalOptions;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  /** How often it was killed. */
  kills = 0;

  constructor(kubeconfig: string, options: MortalOptions) {
    this.#kubeconfig = kubeconfig;
    this.#options = options;
  }

  /** Begins to live and to die. */
  begin(): void {
    const { folder, random } = this.#options;
    const log = openSync(join(folder, 'operator.log'), 'a');
    // As it was built: it begins in half the time, and it begins often.
    const program = join(repositoryRoot, 'dist/cmd/operator.js');
    const child = spawn(process.execPath, [program, '--kubeconfig', this.#kubeconfig, '--health-port', '0'], {
      stdio: ['ignore', log, log],
    });
    this.#child = child;
    child.once('close', () => {
      void this.#options.release().finally(() => {
        if (!this.#isOver) this.begin();
      });
    });
    const lifeMs = life.leastMs + random() * (life.mostMs - life.leastMs);
    this.#timer = setTimeout(() => {
      this.kills += 1;
      child.kill('SIGKILL');
    }, lifeMs);
  }

  /** It dies for the last time. */
  async end(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}
