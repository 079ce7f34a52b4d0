import type { WorkItem } from '../api/work-item.ts';
import type { UnreadableDecision } from '../core/decision/read-decisions.ts';
import type { ProgressNotice } from '../core/work-item/describe-progress.ts';

/** Decisions that did not count and were told of: each is told once. */
export class RefusedDecisions {
  readonly #told = new Map<string, Set<string>>();

  /** What people have to hear. `key` is that of the WorkItem. */
  tell(key: string, { metadata }: WorkItem, refused: readonly UnreadableDecision[]): readonly ProgressNotice[] {
    if (refused.length === 0) return [];
    const told = this.#told.get(key) ?? new Set();
    this.#told.set(key, told);
    return refused.flatMap(({ key: annotation, why }): readonly ProgressNotice[] => {
      const id = JSON.stringify([metadata.uid, annotation, metadata.annotations?.[annotation]]);
      if (told.has(id)) return [];
      told.add(id);
      const note = `${annotation} does not count: ${why}`;
      return [{ type: 'Warning', reason: 'DecisionRefused', action: 'Decide', note }];
    });
  }

  /** It is gone. */
  forget(key: string): void {
    this.#told.delete(key);
  }
}
