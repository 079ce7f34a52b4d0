import { setTimeout as sleep } from 'node:timers/promises';
import type { Kubectl } from '../operator-process/kubectl.ts';
import { describeChanges, describeTree, type ShownStep } from './describe-steps.ts';

/** A WorkItem, as far as the story is told by it. */
export interface ShownWorkItem {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status?: {
    readonly phase?: string;
    readonly message?: string;
    readonly finishedAt?: string;
    readonly outputs?: Readonly<Record<string, unknown>>;
    readonly steps?: readonly ShownStep[];
  };
}

/** What is told, and to whom. */
export interface StoryTelling {
  readonly kubectl: Kubectl;
  readonly namespace: string;
  readonly say: (line: string) => void;
}

const pollMs = 1_000;
const patienceMs = 300_000;

/** Tells of each step of a WorkItem as it goes, then all of them as a tree; answers with the WorkItem as it has ended. */
export async function followWorkItem(name: string, { kubectl, namespace, say }: StoryTelling): Promise<ShownWorkItem> {
  const endsAt = Date.now() + patienceMs;
  let told: readonly ShownStep[] = [];
  while (Date.now() < endsAt) {
    const text = await kubectl(['-n', namespace, 'get', 'workitem', name, '-o', 'json']);
    const workItem = JSON.parse(text) as ShownWorkItem;
    const { steps = [], finishedAt, phase = '', message } = workItem.status ?? {};
    for (const line of describeChanges(told, steps)) say(line);
    told = steps;
    if (finishedAt === undefined) {
      await sleep(pollMs);
      continue;
    }
    say(`\n${name}: ${phase}${message === undefined ? '' : ` (${message})`}`);
    for (const line of describeTree(steps)) say(line);
    return workItem;
  }
  throw new Error(`${name} has not ended after ${patienceMs / 1000} s`);
}
