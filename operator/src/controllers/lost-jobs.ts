import type { ObservedAttempt } from '../core/work-item/observed.ts';

/**
 * Jobs that were there and are gone, although nobody has taken their result: somebody deleted them. The attempt is lost, and
 * its name is not used again: Pods of it may still run. Known to this process alone, as long as it sees the Jobs.
 */
export class LostJobs {
  readonly #seen = new Map<string, Map<string, ObservedAttempt>>();

  /** The attempts of a WorkItem whose Jobs are there, and those whose Jobs were and are no longer. */
  observe(workItemUid: string, present: readonly ObservedAttempt[]): readonly ObservedAttempt[] {
    const seen = this.#seen.get(workItemUid);
    if (seen === undefined && present.length === 0) return present;
    const current = new Map(present.map((attempt) => [keyOf(attempt), attempt]));
    const lost = Array.from(seen?.values() ?? [])
      .filter((attempt) => !current.has(keyOf(attempt)))
      .map((attempt) => ({ ...attempt, outcome }));
    this.#seen.set(workItemUid, new Map([...(seen ?? []), ...current]));
    return [...present, ...lost];
  }

  /** Forgets the attempts that have ended, which may go. `open` has them as `number path`. */
  keep(workItemUid: string, open: ReadonlySet<string>): void {
    const seen = this.#seen.get(workItemUid);
    for (const key of [...(seen?.keys() ?? [])]) if (!open.has(key)) seen?.delete(key);
    if (seen?.size === 0) this.#seen.delete(workItemUid);
  }

  forget(workItemUid: string): void {
    this.#seen.delete(workItemUid);
  }
}

const outcome = { result: 'Disrupted', reason: 'JobDeleted', message: 'its Job was deleted' } as const;

const keyOf = ({ path, number }: ObservedAttempt) => `${number} ${path}`;
