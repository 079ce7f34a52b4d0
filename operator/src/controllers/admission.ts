import type { WorkItem } from '../api/work-item.ts';
import { priorityOf, type QueueEntry } from '../core/queue/queue-order.ts';
import { WaitingLine } from '../core/queue/waiting-line.ts';

/** How many WorkItems of a namespace may run at the same time. */
export interface QueueLimits {
  readonly maxConcurrentWorkItems: number;
  readonly maxConcurrentPerProject: number;
  readonly defaultPriority?: string | undefined;
  readonly priorities?: readonly { readonly name: string; readonly value: number }[] | undefined;
}

/** Whether a WorkItem may run now. */
export type Admitted = { readonly admitted: boolean; readonly message?: string };

interface NamespaceQueue {
  /** Those that run, and those that were let in and have not begun yet, with the project of each. */
  readonly running: Map<string, string | undefined>;
  /** Those that wait, in the order in which they are let in. */
  readonly waiting: WaitingLine;
  /** Those that cannot begin for now: they stand in no line until they ask again. */
  readonly aside: Set<string>;
}

/**
 * Lets WorkItems in: at most so many of a namespace at the same time, by priority and age. It follows the cache; who was let
 * in and has not begun yet keeps its place, so that two turns at once do not take the same one.
 */
export class Admission {
  readonly #limitsOf: (namespace: string) => QueueLimits;
  readonly #wake: (key: string) => void;
  readonly #queues = new Map<string, NamespaceQueue>();

  constructor(limitsOf: (namespace: string) => QueueLimits, wake: (key: string) => void) {
    this.#limitsOf = limitsOf;
    this.#wake = wake;
  }

  /** Takes in how a WorkItem stands now. */
  follow(workItem: WorkItem): void {
    const { uid = '', namespace = '', deletionTimestamp } = workItem.metadata;
    const { startedAt, finishedAt } = workItem.status ?? {};
    const queue = this.#queueOf(namespace);
    if (finishedAt !== undefined || deletionTimestamp !== undefined) this.remove(workItem);
    else if (startedAt !== undefined) {
      queue.running.set(uid, workItem.spec.project);
      queue.waiting.delete(uid);
    } else if (mayNotBegin(workItem)) this.setAside(workItem);
    else if (!queue.running.has(uid) && !queue.aside.has(uid)) this.#putIn(queue, workItem);
  }

  /** It is gone, or has ended: others may come in. */
  remove(workItem: WorkItem): void {
    const { uid = '', namespace = '' } = workItem.metadata;
    const queue = this.#queueOf(namespace);
    queue.aside.delete(uid);
    this.#takeOut(queue, { uid, namespace });
  }

  /** It cannot begin for now, and must not keep others from it. */
  setAside(workItem: WorkItem): void {
    const { uid = '', namespace = '' } = workItem.metadata;
    const queue = this.#queueOf(namespace);
    queue.aside.add(uid);
    this.#takeOut(queue, { uid, namespace });
  }

  /** Whether it may run: a place that it is given stays its own until it ends or is set aside. */
  admit(workItem: WorkItem): Admitted {
    const { uid = '', namespace = '' } = workItem.metadata;
    const queue = this.#queueOf(namespace);
    if (queue.running.has(uid)) return { admitted: true };
    queue.aside.delete(uid);
    this.#putIn(queue, workItem);
    const next = this.#next(namespace, queue);
    if (next.some((entry) => entry.uid === uid)) {
      queue.running.set(uid, workItem.spec.project);
      queue.waiting.delete(uid);
      return { admitted: true };
    }
    // It may have stood before them until now: nobody else tells them.
    for (const { key } of next) this.#wake(key);
    const { maxConcurrentWorkItems } = this.#limitsOf(namespace);
    return { admitted: false, message: describeQueue(queue.running.size, maxConcurrentWorkItems) };
  }

  /** Gives a turn to those that may come in now. */
  wakeNext(namespace: string): void {
    const queue = this.#queueOf(namespace);
    for (const { key } of this.#next(namespace, queue)) this.#wake(key);
  }

  /** How many run and wait. */
  count(namespace: string): { readonly running: number; readonly waiting: number } {
    const { running, waiting } = this.#queueOf(namespace);
    return { running: running.size, waiting: waiting.length };
  }

  /** Those that fit in now, in order; a project that has all it may have is passed over. */
  #next(namespace: string, { running, waiting }: NamespaceQueue): QueueEntry[] {
    const { maxConcurrentWorkItems, maxConcurrentPerProject } = this.#limitsOf(namespace);
    const projects = new Map<string, number>();
    for (const project of running.values()) if (project !== undefined) countOne(projects, project);
    const next: QueueEntry[] = [];
    for (const entry of waiting) {
      if (running.size + next.length >= maxConcurrentWorkItems) break;
      const { project } = entry;
      if (project !== undefined && (projects.get(project) ?? 0) >= maxConcurrentPerProject) continue;
      if (project !== undefined) countOne(projects, project);
      next.push(entry);
    }
    return next;
  }

  #putIn(queue: NamespaceQueue, workItem: WorkItem): void {
    const { uid = '', namespace = '', name, creationTimestamp = '' } = workItem.metadata;
    const priority = priorityOf(workItem.spec.priority, this.#limitsOf(namespace));
    queue.waiting.put({
      ...{ uid, key: `${namespace}/${name}`, priority, createdAt: creationTimestamp },
      project: workItem.spec.project,
    });
  }

  #takeOut(queue: NamespaceQueue, { uid, namespace }: { readonly uid: string; readonly namespace: string }): void {
    const [waited, ran] = [queue.waiting.delete(uid), queue.running.delete(uid)];
    // Whoever stood before others in the line and leaves it lets them in, too.
    if (waited || ran) this.wakeNext(namespace);
  }

  #queueOf(namespace: string): NamespaceQueue {
    const queue: NamespaceQueue = this.#queues.get(namespace) ?? {
      running: new Map(),
      waiting: new WaitingLine(),
      aside: new Set(),
    };
    this.#queues.set(namespace, queue);
    return queue;
  }
}

const mayNotBegin = ({ spec }: WorkItem) => spec.suspend === true || spec.cancel === true;

function countOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Says no position: it would change with every other that begins, and every change is a write. */
function describeQueue(running: number, most: number): string {
  return `${running} of ${most} work items of the namespace run; it waits for its turn`;
}
