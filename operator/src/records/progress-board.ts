import { randomUUID } from 'node:crypto';
import type { ToldProgress } from '../api/attempt-progress.ts';
import { RecentByWorkItem, type RecentLimits } from '../core/records/recent-by-work-item.ts';
import type { WorkItemScope } from '../core/records/work-item-scope.ts';
import { Bell } from './bell.ts';

/** How far an attempt of a WorkItem has come. */
export interface PostedProgress extends WorkItemScope, ToldProgress {
  readonly sequence: number;
}

/** The last that each attempt has told, in memory: what is lost is told again soon. */
export class ProgressBoard {
  /** Changes with each start: sequence numbers of before mean nothing then. */
  readonly identity = randomUUID();
  readonly #bell = new Bell();
  readonly #posted: RecentByWorkItem<PostedProgress>;
  #sequence = 0;

  constructor(limits?: RecentLimits) {
    this.#posted = new RecentByWorkItem(limits);
  }

  post({ namespace, workItem }: WorkItemScope, told: ToldProgress): void {
    this.#sequence += 1;
    const posted = { sequence: this.#sequence, namespace, workItem, ...told };
    this.#posted.set(workItem, `${told.attempt} ${told.step}`, posted);
    this.#bell.ring();
  }

  /** What was told after a sequence number, in its order, of each attempt the last; at most `limit`. */
  after(sequence: number, limit: number): PostedProgress[] {
    const newer = [...this.#posted.values()].filter((posted) => posted.sequence > sequence);
    return newer.sort((one, other) => one.sequence - other.sequence).slice(0, limit);
  }

  /** Resolves with the next post, or the end of `signal`. */
  arrival(signal: AbortSignal): Promise<void> {
    return this.#bell.next(signal);
  }
}
