import type { JsonObject } from '../api/json.ts';
import type { StartAttempt } from '../core/work-item/work-item-plan.ts';
import { PlannedRun, type PipelineSketch, type RunSketch } from './planned-run.ts';

/** Chooses: a whole number from 0 up to, and without, `below`. */
type Choose = (below: number) => number;

/** More than any run of the tests needs. */
const MOST_TURNS = 5000;

const outputs: JsonObject = { n: 2, list: [1, 2, 3] };

/**
 * A run in which attempts take as long as they may, or less, and mostly only the last of them succeeds; people approve at
 * once, and assets come late or never.
 */
export class SlowRun {
  readonly run: PlannedRun;
  readonly #choose: Choose;
  /** When the attempts under way will end, by path. */
  readonly #ends = new Map<string, { readonly attempt: number; readonly atMs: number }>();
  #people = 0;

  constructor(pipeline: PipelineSketch, sketch: RunSketch, choose: Choose) {
    this.run = new PlannedRun(pipeline, sketch);
    this.#choose = choose;
  }

  /** Lets the run go on until it has ended. @throws Error when it does not */
  finish(): this {
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      if (this.run.status.finishedAt !== undefined) return this;
      while (this.#approve());
      this.#schedule();
      this.#goOn();
    }
    throw new Error(`the run does not end: ${this.run.state}`);
  }

  /** Every attempt that was started. */
  get starts(): readonly StartAttempt[] {
    return this.run.actions.filter((action) => action.kind === 'start-attempt');
  }

  /** Time from beginning to end, in seconds. */
  get seconds(): number {
    const { startedAt, finishedAt } = this.run.status;
    return startedAt === undefined || finishedAt === undefined
      ? 0
      : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  }

  /** Whether somebody was asked. */
  #approve(): boolean {
    const people = this.#people;
    for (const { kind, name, roles = ['review'] } of this.run.status.waitingFor ?? [])
      if (kind === 'decision')
        for (const role of roles) this.run.decide(name, 'approved', { role, user: `user${this.#people++}` });
    return this.#people > people;
  }

  #schedule(): void {
    for (const path of this.run.running) {
      const start = this.run.startOf(path);
      if (start === undefined || this.#ends.get(path)?.attempt === start.attempt) continue;
      const timeoutMs = start.timeoutSeconds * 1000;
      const takesMs = this.#choose(4) > 0 ? timeoutMs : this.#choose(timeoutMs);
      this.#ends.set(path, { attempt: start.attempt, atMs: this.run.nowMs + takesMs });
    }
  }

  /** To the next moment at which something happens: an attempt ends, or the planner wants to look again. */
  #goOn(): void {
    const { run } = this;
    const running = run.running.flatMap((path) => this.#ends.get(path)?.atMs ?? []);
    const wakeAtMs = run.nowMs + (run.plan?.requeueAfterMs ?? 60_000);
    const nextMs = Math.min(...running, wakeAtMs);
    run.nowMs = Math.max(run.nowMs, nextMs);
    const due = run.running.filter((path) => (this.#ends.get(path)?.atMs ?? Infinity) <= run.nowMs);
    for (const path of due) if (run.running.includes(path)) this.#end(path);
    if (this.#choose(4) === 0) this.#announce();
    run.settle();
  }

  #end(path: string): void {
    const { step, attempt } = this.run.startOf(path) ?? {};
    const isLast = attempt === (step?.retryPolicy?.maxAttempts ?? 3);
    // Mostly the worst that still ends well: only the last attempt succeeds.
    const succeeds = this.#choose(8) === 0 ? !isLast : isLast;
    this.run.end(path, succeeds ? { result: 'Succeeded', outputs } : { result: 'Failed', reason: 'Crashed' });
  }

  #announce(): void {
    for (const { kind, name } of this.run.status.waitingFor ?? []) if (kind === 'asset') this.run.announce(name);
  }
}
