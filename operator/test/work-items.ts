import { setTimeout as sleep } from 'node:timers/promises';
import { apiVersion } from '../src/api/kind.ts';
import { pipelineKind, type Pipeline } from '../src/api/pipeline.ts';
import { tenantKind, type Tenant } from '../src/api/tenant.ts';
import { workItemKind, type WorkItem } from '../src/api/work-item.ts';
import type { StepStatus } from '../src/api/step-status.ts';
import { resourceTypeOf } from '../src/cmd/resource-types.ts';
import type { KubeClient } from '../src/kube/client.ts';

export const workItemType = resourceTypeOf<WorkItem>(workItemKind);
export const pipelineType = resourceTypeOf<Pipeline>(pipelineKind);
export const tenantType = resourceTypeOf<Tenant>(tenantKind);

/** Resolves when something is so, looking again and again. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, timeoutMs = 120_000): Promise<void> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < timeoutMs) {
    if (await isSo()) return;
    await sleep(50);
  }
  throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
}

/** WorkItems, Pipelines and Tenants of one namespace, as users write and read them. */
export class Work {
  readonly client: KubeClient;
  readonly namespace: string;

  constructor(client: KubeClient, namespace: string) {
    this.client = client;
    this.namespace = namespace;
  }

  addPipeline(name: string, spec: object): Promise<Pipeline> {
    return this.client.create(pipelineType, this.#object('Pipeline', name, spec) as Pipeline);
  }

  addTenant(spec: object): Promise<Tenant> {
    return this.client.create(tenantType, this.#object('Tenant', 'default', spec) as Tenant);
  }

  /** Lets the Tenant of the namespace let things into production. */
  allowProduction(): Promise<Tenant> {
    const merge = { spec: { safety: { allowProduction: true } } };
    return this.client.patch(tenantType, { namespace: this.namespace, name: 'default' }, { merge });
  }

  add(name: string, spec: object): Promise<WorkItem> {
    return this.client.create(workItemType, this.#object('WorkItem', name, spec) as WorkItem);
  }

  /** Runs steps that are given inline. */
  run(name: string, steps: readonly object[], more: object = {}): Promise<WorkItem> {
    return this.add(name, { pipelineSpec: { steps }, ...more });
  }

  get(name: string): Promise<WorkItem> {
    return this.client.get(workItemType, { namespace: this.namespace, name });
  }

  /** All of them. */
  async list(): Promise<readonly WorkItem[]> {
    return (await this.client.listPage(workItemType, { namespace: this.namespace, limit: 500 })).items;
  }

  /** Changes fields of its spec. */
  change(name: string, spec: Readonly<Record<string, unknown>>): Promise<WorkItem> {
    return this.client.patch(workItemType, { namespace: this.namespace, name }, { merge: { spec } });
  }

  remove(name: string): Promise<void> {
    return this.client.delete(workItemType, { namespace: this.namespace, name });
  }

  /** Resolves with a WorkItem that has reached a phase. */
  async reaches(name: string, phase: string, timeoutMs = 120_000): Promise<WorkItem> {
    let seen = await this.get(name);
    const describe = () => JSON.stringify(seen.status ?? {}).slice(0, 2_000);
    await until(`${name} is ${phase}`, async () => (seen = await this.get(name)).status?.phase === phase, timeoutMs)
      // What it stands at instead says more than that time is over.
      .catch((error: unknown) => {
        throw new Error(`${String(error)}; it is ${describe()}`);
      });
    return seen;
  }

  #object(kind: string, name: string, spec: object): object {
    return { apiVersion, kind, metadata: { name, namespace: this.namespace }, spec };
  }
}

/** Phases of the steps of a run, by path. */
export function phasesOf({ status }: WorkItem): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries((status?.steps ?? []).map(({ path, phase }) => [path, phase]));
}

/** The record of a step. */
export function stepOf({ status }: WorkItem, path: string): StepStatus | undefined {
  return status?.steps?.find((step) => step.path === path);
}
