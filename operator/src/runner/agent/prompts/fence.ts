import { createHash } from 'node:crypto';
import type { JsonValue } from '../../../api/json.ts';
import type { RunnerTask } from '../../../api/runner-task.ts';

/**
 * The mark by which an agent tells data from what it is asked to do. It is drawn from the whole task, so that nothing in the
 * task can know it beforehand; attempts at the same work share it, and with it what a model server has cached.
 */
export function markOf({ workItem, step, inputs, work }: RunnerTask): string {
  const what = JSON.stringify([workItem.uid, step.path, step.index, inputs, work]);
  return createHash('sha256').update(what).digest('hex').slice(0, 24);
}

/** Data between two lines with the mark, which stands nowhere inside: an agent may have told it to whoever wrote the data. */
export function fence(label: string, data: JsonValue, mark: string): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data, undefined, 1);
  const inside = withoutMark(text, mark);
  return `<<<DATA ${mark} ${withoutMark(label, mark).replace(/\s+/g, ' ')}\n${inside}\n${mark} DATA>>>`;
}

const withoutMark = (text: string, mark: string) => text.replace(new RegExp(mark, 'gi'), '[mark]');
