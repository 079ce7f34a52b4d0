import type { WorkItem } from '../api/work-item.ts';
import type { WorkItemStatus } from '../api/work-item-status.ts';
import { openAttempt } from '../core/work-item/attempts.ts';

/**
 * Attempts that this process has recorded and not started yet. Of any other recorded attempt nobody knows whether it was
 * started: a call that may not be sent twice is then not sent again.
 */
export class FreshAttempts {
  readonly #fresh = new Set<string>();

  /** Records a status; the attempts that are new in it are fresh unless recording them failed. */
  async around(workItem: WorkItem, status: WorkItemStatus, record: () => Promise<void>): Promise<void> {
    const added = newAttempts(workItem, status);
    for (const attempt of added) this.#fresh.add(attempt);
    try {
      await record();
    } catch (error) {
      for (const attempt of added) this.#fresh.delete(attempt);
      throw error;
    }
  }

  /** Whether an attempt is fresh; it is no longer, because it is started now. */
  take(workItem: WorkItem, { path, attempt }: { readonly path: string; readonly attempt: number }): boolean {
    return this.#fresh.delete(idOf(workItem, path, attempt));
  }
}

function newAttempts(workItem: WorkItem, status: WorkItemStatus): readonly string[] {
  const known = new Set(openIds(workItem, workItem.status));
  return openIds(workItem, status).filter((id) => !known.has(id));
}

function openIds(workItem: WorkItem, status: WorkItemStatus | undefined): readonly string[] {
  return (status?.steps ?? []).flatMap((step) => {
    const open = openAttempt(step);
    return open === undefined ? [] : [idOf(workItem, step.path, open.number)];
  });
}

const idOf = ({ metadata }: WorkItem, path: string, attempt: number) => `${metadata.uid ?? ''} ${attempt} ${path}`;
