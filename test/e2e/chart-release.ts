/** The release of the chart on a cluster, and work under it. */
import { join } from 'node:path';
import { type E2eCluster, root, type WorkItem } from './e2e-cluster.ts';

export const chart = join(root, 'charts/conclave');
export const system = ['--namespace', 'conclave-system'] as const;

/** Values of a chart as arguments of Helm. */
export const sets = (values: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(values).flatMap(([path, value]) => ['--set', `${path}=${value}`]);

/** A program of Python as a step. */
export const program = (content: string): object => ({
  ...{ type: 'custom_code', runtime: 'python3' },
  code: { source: 'inline', content },
});

/** A program that takes its time, and gives 1 as `a`. */
export const slowly = (seconds: number): object => ({
  ...program(`import time\ndef execute(inputs):\n    time.sleep(${seconds})\n    return {"a": 1}`),
  outputs: { a: 'a' },
});

/** A program that adds 1 to `a` of the step `from`, and gives it as `b`. */
export const addOneTo = (from: string): object => ({
  ...program('def execute(inputs):\n    return {"b": inputs["a"] + 1}'),
  inputs: { a: { from: `{{${from}.a}}` } },
  outputs: { b: 'b' },
});

/** A WorkItem whose pipeline stands in it. */
export const workItemOf = (name: string, pipelineSpec: object): object => ({
  apiVersion: 'conclave.dev/v1alpha1',
  kind: 'WorkItem',
  metadata: { name },
  spec: { pipelineSpec },
});

/** What is done on a cluster with the release `conclave`, in one namespace. */
export class ChartRelease {
  readonly #cluster: E2eCluster;
  readonly #namespace: string;

  constructor(cluster: E2eCluster, namespace = cluster.namespace) {
    this.#cluster = cluster;
    this.#namespace = namespace;
  }

  /** Installs or upgrades, and waits until all is ready; gives the notes. */
  bring(verb: 'install' | 'upgrade', from: string, ...more: readonly string[]): string {
    return this.#cluster.run('helm', [verb, 'conclave', from, ...system, ...more, '--wait', '--timeout', '4m']);
  }

  uninstall(name = 'conclave'): string {
    return this.#cluster.run('helm', ['uninstall', name, ...system, '--wait', '--ignore-not-found']);
  }

  kubectl(...args: readonly string[]): string {
    return this.#cluster.run('kubectl', ['-n', this.#namespace, ...args]);
  }

  create(...objects: readonly object[]): void {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    this.#cluster.run('kubectl', ['-n', this.#namespace, 'create', '-f', '-'], list);
  }

  workItem(name: string): WorkItem {
    return JSON.parse(this.kubectl('get', 'workitem', name, '-o', 'json')) as WorkItem;
  }

  /** Waits at most two minutes for what `kubectl wait --for` takes. */
  wait(name: string, what: string): void {
    this.kubectl('wait', `workitem/${name}`, `--for=${what}`, '--timeout=120s');
  }

  /** How many attempts each step took that had any. */
  attemptsOf(name: string): readonly number[] {
    return this.workItem(name).status.steps.flatMap(({ attempts }) => attempts?.length ?? []);
  }
}
