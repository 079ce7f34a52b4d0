import { setTimeout as sleep } from 'node:timers/promises';
import { runnerTask, type RunnerTask } from '../src/api/runner-task.ts';
import type { TerminationMessage } from '../src/api/runner-result.ts';
import { annotationNames, indexedTaskName, indexLabel } from '../src/core/manifest/labels.ts';
import { type Pod, pods } from '../src/kube/pod.ts';
import type { PlayedNode } from './played-node.ts';
import type { Work } from './work-items.ts';

/** A Pod as the API server has it, as far as the operator made it. */
export interface WholePod extends Pod {
  readonly spec: NonNullable<Pod['spec']> & {
    readonly containers: readonly Readonly<Record<string, unknown>>[];
    readonly initContainers?: readonly Readonly<Record<string, unknown>>[];
  };
}

/** How the runner ends an attempt, told its task. */
export type Answer = (task: RunnerTask) => { readonly says: TerminationMessage; readonly exitCode?: number };

/** A task that the runner was given, and its Pod. */
export interface GivenTask {
  readonly task: RunnerTask;
  readonly pod: WholePod;
}

/** Stands in for the agent runner in the Pods of a namespace: reads their tasks as documents, and ends them as a test says. */
export class PlayedRunner {
  /** What it was given, in order. */
  readonly given: GivenTask[] = [];
  readonly #over = new AbortController();
  readonly #seen = new Set<string>();
  readonly #failures: unknown[] = [];

  constructor({ client, namespace }: Work, node: PlayedNode, answer: Answer) {
    node.follow(namespace, () => 'runs on');
    void this.#run(async () => {
      const found = node.podsOf(namespace).filter(({ metadata, spec }) => {
        const isNew = spec?.nodeName !== undefined && metadata.deletionTimestamp === undefined;
        return isNew && !this.#seen.has(metadata.uid ?? '');
      });
      for (const { metadata } of found) {
        this.#seen.add(metadata.uid ?? '');
        const pod = (await client.get(pods, metadata)) as WholePod;
        const task = runnerTask.parse(JSON.parse(taskTextOf(pod)));
        this.given.push({ task, pod });
        const status = ended(pod, answer(task));
        const { name } = pod.metadata;
        await client.patch(pods, { namespace, name }, { merge: { status } }, { subresource: 'status' });
      }
    });
  }

  /** The task of a step, the last one given. @throws Error when there is none, or something went wrong before */
  taskOf(path: string): GivenTask {
    if (this.#failures.length > 0) throw this.#failures[0];
    const found = this.given.findLast(({ task }) => task.step.path === path);
    if (found === undefined) throw new Error(`no task was given for ${path}`);
    return found;
  }

  stop(): void {
    this.#over.abort();
  }

  async #run(look: () => Promise<void>): Promise<void> {
    while (!this.#over.signal.aborted) {
      await look().catch((error: unknown) => this.#failures.push(error));
      await sleep(20);
    }
  }
}

/** The task of a Pod, as its container sees it: of an Indexed Job that of its own index. */
function taskTextOf({ metadata: { annotations = {}, labels = {} } }: WholePod): string {
  const index = labels[indexLabel];
  return annotations[index === undefined ? annotationNames.task : indexedTaskName(Number(index))] ?? '';
}

/** The status of a Pod whose first container has ended, as a kubelet tells it. */
function ended({ spec }: WholePod, { says, exitCode = 0 }: ReturnType<Answer>): object {
  const at = new Date().toISOString();
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  const terminated = { exitCode, reason, startedAt: at, finishedAt: at, message: JSON.stringify(says) };
  const name = spec.containers[0]?.['name'];
  const container = { name, image: 'played', imageID: '', ready: false, restartCount: 0, state: { terminated } };
  return { phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: [container] };
}
