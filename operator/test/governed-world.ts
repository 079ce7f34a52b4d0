import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkItem } from '../src/api/work-item.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { leases } from '../src/kube/lease.ts';
import { aWorkItem } from './attempt-objects.ts';
import { EngineWorld } from './engine-world.ts';
import { installPolicies, readPolicies, removePolicies } from './install-policies.ts';
import { installRights, installRightsIn } from './install-rights.ts';
import type { OperatorProcess } from './operator-process.ts';
import { ignoreGone } from './played-node.ts';
import { createToken, ensureAccount, writeKubeconfig } from './service-account.ts';
import { People } from './test-people.ts';
import { until, workItemType } from './work-items.ts';

const account = { namespace: 'conclave-system', name: 'conclave-operator' };
const policyFolder = fileURLToPath(new URL('../../config/policies/', import.meta.url));

/** The policies that decisions rest on, as they are shipped. */
export const decisionPolicies = readPolicies(['decisions.yaml', 'status.yaml', 'work-items.yaml']);

/**
 * The real operator with its own rights, the shipped policies and ClusterRoles, a namespace that it watches, and people in
 * it who act as people do. The policies are the cluster's: no other test that has any may run at the same time.
 */
export class GovernedWorld {
  readonly engine: EngineWorld;
  readonly namespace: string;
  readonly people: People;
  /** Makes WorkItems, and may change them. */
  readonly rita: KubeClient;
  readonly #folder: string;

  private constructor(parts: Pick<GovernedWorld, 'engine' | 'people' | 'namespace' | 'rita'>, folder: string) {
    [this.engine, this.people, this.namespace, this.rita] = [parts.engine, parts.people, parts.namespace, parts.rita];
    this.#folder = folder;
  }

  /** Sets it up, without an operator yet. `earlier` is what rita does before there are policies. */
  static async start(earlier?: (rita: KubeClient, namespace: string) => Promise<unknown>): Promise<GovernedWorld> {
    const engine = await EngineWorld.start();
    const { client } = engine;
    await installRights(client);
    await installRights(client, 'roles.yaml');
    await ensureAccount(client, account);
    await installRightsIn(client, engine.namespace);
    const namespace = await engine.addNamespace();
    const people = new People(client, namespace);
    const rita = await people.add('rita', { verbs: ['get', 'list', 'create', 'update', 'patch'] });
    await earlier?.(rita, namespace);
    const world = new GovernedWorld({ engine, people, namespace, rita }, mkdtempSync(join(tmpdir(), 'governed-')));
    writeKubeconfig(world.kubeconfigOf('operator'), await createToken(client, account));
    await installPolicies(client, decisionPolicies);
    await world.#policiesHold().catch(async (error: unknown) => {
      // Other tests on the cluster know nothing of them.
      await removePolicies(client, decisionPolicies);
      throw error;
    });
    engine.node.follow(namespace, () => ({}));
    return world;
  }

  /** A file for somebody's kubeconfig; the operator's is there. */
  kubeconfigOf(who: string): string {
    return join(this.#folder, `${who}.kubeconfig`);
  }

  startOperator(): OperatorProcess {
    return this.engine.startOperator({
      ...{ kubeconfig: this.kubeconfigOf('operator'), namespace: this.namespace, leaseName: account.name },
      flags: ['--policies', policyFolder],
    });
  }

  /** Ends an operator as a crash does; the next one need not wait until its Lease is over. */
  async crash(operator: OperatorProcess): Promise<void> {
    await operator.kill();
    const lease = { namespace: this.engine.namespace, name: account.name };
    await this.engine.client.delete(leases, lease).catch(ignoreGone);
  }

  async stop(): Promise<void> {
    // Its writes would be refused once the policies are gone, or taken for somebody else's.
    await this.engine.killOperators();
    await removePolicies(this.engine.client, decisionPolicies);
    await this.people.close();
    await this.engine.stop();
    rmSync(this.#folder, { recursive: true });
  }

  #policiesHold(): Promise<void> {
    const probe = { ...aWorkItem({ namespace: this.namespace, name: 'probe' }) } as WorkItem;
    return until('the policies say who asks', async () => {
      const made = await this.rita.create(workItemType, probe, { dryRun: true }).catch(() => undefined);
      return made?.metadata.annotations?.['conclave.dev/requested-by'] === 'rita';
    });
  }
}
