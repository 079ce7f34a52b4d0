import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkItem } from '../src/api/work-item.ts';
import type { WorkItemStatus } from '../src/api/work-item-status.ts';
import type { KubeClient } from '../src/kube/client.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { type CommandLineRun, runCommandLine } from '../src/testing/run-command-line.ts';
import { installCrds } from './install-crds.ts';
import { installRights } from './install-rights.ts';
import { createTestNamespace, testKubeconfig, type TestNamespace } from './test-cluster.ts';
import { People, type Rights, writePersonKubeconfig } from './test-people.ts';
import { Work, workItemType } from './work-items.ts';

/** Command lines on the real API server, by people with rights of their own, in a namespace of the test's own. */
export class CliWorld {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly work: Work;
  readonly #place: TestNamespace;
  readonly #people: People;
  readonly #folder = mkdtempSync(join(tmpdir(), 'cli-world-'));

  private constructor(place: TestNamespace) {
    this.#place = place;
    [this.client, this.namespace] = [place.client, place.namespace];
    this.work = new Work(place.client, place.namespace);
    this.#people = new People(place.client, place.namespace);
  }

  static async start(): Promise<CliWorld> {
    const place = await createTestNamespace('cli');
    await installCrds(place.client);
    await installRights(place.client, 'roles.yaml');
    return new CliWorld(place);
  }

  /** Somebody with these rights in the namespace. */
  async add(user: string, rights: Rights): Promise<void> {
    await this.#people.add(user, rights);
    writePersonKubeconfig(this.kubeconfigOf(user), user);
  }

  /** The file of somebody's kubeconfig. */
  kubeconfigOf(user: string): string {
    return join(this.#folder, `${user}.kubeconfig`);
  }

  /** Runs a command line as somebody, in the namespace. */
  as(user: string, ...words: readonly string[]): Promise<CommandLineRun> {
    const [command = '', ...rest] = words;
    return runCommandLine([command, '--kubeconfig', this.kubeconfigOf(user), '-n', this.namespace, ...rest]);
  }

  /** The same as whoever runs the tests, who may do everything. */
  admin(...words: readonly string[]): Promise<CommandLineRun> {
    const [command = '', ...rest] = words;
    return runCommandLine([command, '--kubeconfig', testKubeconfig(), '-n', this.namespace, ...rest]);
  }

  /** Writes the status of a WorkItem as the operator would. */
  async record(name: string, status: WorkItemStatus): Promise<WorkItem> {
    const workItem = await this.work.get(name);
    return this.client.updateStatus(workItemType, { ...workItem, status });
  }

  /** Writes the status of any other object. */
  async recordOf<T extends KubeObject>(type: ResourceType<T>, name: string, status: object): Promise<T> {
    const object = await this.client.get(type, { namespace: this.namespace, name });
    return this.client.updateStatus(type, { ...object, status });
  }

  async stop(): Promise<void> {
    await this.#people.close();
    await this.#place.remove();
    rmSync(this.#folder, { recursive: true });
  }
}
