import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tenantKind } from '../../../operator/src/api/tenant.ts';
import { apiVersion } from '../../../operator/src/api/kind.ts';
import { resourceTypeOf } from '../../../operator/src/cmd/resource-types.ts';
import type { KubeClient } from '../../../operator/src/kube/client.ts';
import { connect } from '../../../operator/src/kube/connect.ts';
import { fakeNodesNamespace } from '../../cluster/fake-nodes.ts';
import { anyKubectl } from '../../cluster/kubectl.ts';
import { runCommand } from '../../cluster/run-command.ts';
import type { Kubectl } from '../../operator-process/kubectl.ts';
import { writeOperatorKubeconfig } from '../../operator-process/operator-kubeconfig.ts';
import { installOperator } from '../../operator-process/operator-process.ts';
import { namespaces } from '../bench-cluster.ts';
import { startBenchServer } from './bench-server.ts';
import type { ClusterContext } from '../scenario.ts';

/** Where the engine is measured: namespaces on fake nodes, and the operator's own rights. */
export interface EnginePlace extends ClusterContext {
  readonly kubectl: Kubectl;
  /** A folder that is gone afterwards. */
  readonly folder: string;
  /** A client that is the operator's account: nobody else may make the Jobs of attempts. */
  readonly asOperator: KubeClient;
  /** By which operators find the server of artifacts. */
  readonly serverFlags: readonly string[];
  /** A namespace for what is made without an operator, which does not watch it. */
  readonly bareNamespace: string;
}

/** Installs the operator's rights and policies, and lets `work` measure in namespaces whose pods run on fake nodes. */
export async function inEnginePlace<T>(context: ClusterContext, work: (place: EnginePlace) => Promise<T>): Promise<T> {
  const { client, namespace, kubeconfig } = context;
  const kubectl = await kubectlWith(kubeconfig, context.report);
  await installOperator(kubectl);
  const bareNamespace = `${namespace}-bare`;
  const folder = mkdtempSync(join(tmpdir(), 'conclave-bench-'));
  const account = await writeOperatorKubeconfig(kubectl, join(folder, 'bare'));
  const { client: asOperator } = await connect({ kubeconfig: account.file, version: 'bench' });
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: bareNamespace } });
  const server = await startBenchServer(client, folder);
  try {
    for (const name of [namespace, bareNamespace]) await sendToFakeNodes(client, name);
    return await work({ ...context, kubectl, folder, asOperator, bareNamespace, serverFlags: server.flags });
  } finally {
    await client.delete(namespaces, { name: bareNamespace });
    await server.stop();
    await asOperator.close();
    account.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Lets so many WorkItems run at the same time. */
export async function letRun(client: KubeClient, namespace: string, maxConcurrentWorkItems: number): Promise<void> {
  const queue = { maxConcurrentWorkItems, maxConcurrentPerProject: maxConcurrentWorkItems };
  const tenant = { apiVersion, kind: 'Tenant', metadata: { name: 'default', namespace }, spec: { queue } };
  await client.create(resourceTypeOf(tenantKind), tenant);
}

async function kubectlWith(kubeconfig: string, report: (line: string) => void): Promise<Kubectl> {
  const { file, args, environment } = await anyKubectl(report);
  const env = { ...environment, KUBECONFIG: kubeconfig };
  return (words, options = {}) => runCommand(file, [...args.slice(1), ...words], { ...options, env });
}

async function sendToFakeNodes(client: KubeClient, name: string): Promise<void> {
  const { metadata } = fakeNodesNamespace() as { readonly metadata: { readonly annotations: object } };
  await client.patch(namespaces, { name }, { merge: { metadata: { annotations: metadata.annotations } } });
}
