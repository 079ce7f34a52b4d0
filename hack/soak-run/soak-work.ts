import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkItem } from '../../operator/src/api/work-item.ts';
import type { Kubectl } from '../operator-process/kubectl.ts';
import { type CountedJob, judgeSoak, type SoakVerdict } from './judge-soak.ts';
import type { MortalOperator } from './mortal-operator.ts';
import { type SoakPlace, soakPipeline, soakTenant, soakWorkItem } from './soak-objects.ts';

interface List<T> {
  readonly items: readonly T[];
}

interface Job {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
}

/** The runs of a soak. */
export class SoakWork {
  readonly #kubectl: Kubectl;
  readonly #place: SoakPlace;

  private constructor(kubectl: Kubectl, place: SoakPlace) {
    this.#kubectl = kubectl;
    this.#place = place;
  }

  /** Makes all that is to run, in the namespace whose pods go to fake nodes. */
  static async begin(kubectl: Kubectl, place: SoakPlace & { readonly name: string }): Promise<SoakWork> {
    const apply = (objects: readonly unknown[]) =>
      kubectl(['apply', '--server-side', '-f', '-'], {
        input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
      });
    await kubectl(['create', 'namespace', place.namespace]).catch(() => undefined);
    await kubectl(['-n', place.namespace, 'delete', 'workitems', '--all']);
    await apply([soakTenant(place), soakPipeline(place)]);
    await apply(Array.from({ length: place.workItems }, (_, index) => soakWorkItem(place, index)));
    return new SoakWork(kubectl, place);
  }

  /** Lets the operator live until all runs are over, or time is. */
  async follow(
    operator: MortalOperator,
    { minutes, say }: { readonly minutes: number; readonly say: (line: string) => void },
  ): Promise<SoakVerdict> {
    operator.begin();
    const endsAt = Date.now() + minutes * 60_000;
    for (let told = -1; Date.now() < endsAt;) {
      const ended = (await this.#workItems()).filter(({ status }) => status?.finishedAt !== undefined).length;
      if (ended !== told) say(`${ended} of ${this.#place.workItems} have ended; ${operator.kills} kills`);
      told = ended;
      if (ended >= this.#place.workItems) break;
      await sleep(5_000);
    }
    return judgeSoak(await this.#workItems(), await this.#jobs(), this.#place.stepsEach);
  }

  async #workItems(): Promise<readonly WorkItem[]> {
    return (await this.#get<WorkItem>('workitems')).items;
  }

  async #jobs(): Promise<readonly CountedJob[]> {
    const { items } = await this.#get<Job>('jobs');
    return items.map(({ metadata: { labels, annotations } }) => ({
      workItemUid: labels['conclave.dev/work-item-uid'] ?? '',
      path: annotations['conclave.dev/path'] ?? '',
      attempt: Number(labels['conclave.dev/attempt']),
    }));
  }

  async #get<T>(resource: string): Promise<List<T>> {
    return JSON.parse(await this.#kubectl(['-n', this.#place.namespace, 'get', resource, '-o', 'json'])) as List<T>;
  }
}
