import { setTimeout as sleep } from 'node:timers/promises';
import { describeChanges, type ShownStep } from './describe-steps.ts';
import { kubectlIn, type StoryTelling } from './story-telling.ts';

/** A WorkItem, as far as the story is told by it. */
export interface ShownWorkItem {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status?: {
    readonly phase?: string;
    readonly message?: string;
    readonly finishedAt?: string;
    readonly outputs?: Readonly<Record<string, unknown>>;
    readonly steps?: readonly ShownStep[];
    readonly waitingFor?: readonly { readonly kind: string; readonly name: string; readonly message: string }[];
    readonly lifecycle?: { readonly state: string; readonly digest?: string };
    readonly gates?: readonly ShownGate[];
    readonly transitions?: readonly ShownTransition[];
  };
}

/** A gate, as far as people decide at it. */
export interface ShownGate {
  readonly name: string;
  readonly state: string;
  readonly digest: string;
  readonly decisions?: readonly { readonly user: string; readonly role: string; readonly digest: string }[];
}

/** A record of the lifecycle. */
export interface ShownTransition {
  readonly from?: string;
  readonly to?: string;
  readonly action?: string;
  readonly actor: { readonly name: string };
  readonly message?: string;
}

const pollMs = 500;
/** Nobody waits for people any longer: an hour. */
const patienceMs = 3_600_000;

/** Follows one WorkItem, and tells of each step as it goes. */
export class FollowedWorkItem {
  readonly #name: string;
  readonly #telling: StoryTelling;
  #told: readonly ShownStep[] = [];

  constructor(name: string, telling: StoryTelling) {
    [this.#name, this.#telling] = [name, telling];
  }

  /** As it is once `reached` says so. @throws when it ends before */
  async until(reached: (workItem: ShownWorkItem) => boolean): Promise<ShownWorkItem> {
    const endsAt = Date.now() + patienceMs;
    while (Date.now() < endsAt) {
      const workItem = await this.#look();
      if (reached(workItem)) return workItem;
      const { finishedAt, phase, message } = workItem.status ?? {};
      if (finishedAt !== undefined) throw new Error(`${this.#name} has ended: ${phase ?? ''} (${message ?? ''})`);
      await sleep(pollMs);
    }
    throw new Error(`${this.#name} has not come further for ${patienceMs / 1000} s`);
  }

  async #look(): Promise<ShownWorkItem> {
    const text = await kubectlIn(this.#telling)(['get', 'workitem', this.#name, '-o', 'json']);
    const workItem = JSON.parse(text) as ShownWorkItem;
    const { steps = [] } = workItem.status ?? {};
    for (const line of describeChanges(this.#told, steps)) this.#telling.say(line);
    this.#told = steps;
    return workItem;
  }
}
