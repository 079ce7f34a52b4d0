import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { ApiError, NotFound } from '../../operator/src/kube/api-error.ts';
import type { KubeClient } from '../../operator/src/kube/client.ts';
import { connect } from '../../operator/src/kube/connect.ts';
import type { KubeObject, ResourceType } from '../../operator/src/kube/resource-type.ts';
import { startCluster } from '../cluster/cluster.ts';
import { repositoryRoot } from '../cluster/paths.ts';
import { probeCrd, samples } from './sample-objects.ts';

const crdType: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
/** Namespaces. */
export const namespaces: ResourceType = {
  ...{ group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
};

/** The kubeconfig to measure with: the one given, else that of the embedded cluster `instance`, started if need be. */
export async function findKubeconfig(
  options: {
    readonly kubeconfig?: string;
    readonly instance: string;
    readonly install: boolean;
    /** Fake nodes that an embedded cluster is to have at least. */
    readonly fakeNodes: number;
  },
  report: (line: string) => void,
): Promise<string> {
  if (options.kubeconfig !== undefined) return options.kubeconfig;
  const { instance, install, fakeNodes } = options;
  const cluster = await startCluster({ instance, install, fakeNodes, provider: { kind: 'embedded' }, report });
  return cluster.kubeconfig;
}

/** Runs `work` in a namespace of its own; CRDs that are missing are installed first, those that are there stay as they are. */
export async function inOwnNamespace<T>(
  kubeconfig: string,
  work: (place: { readonly client: KubeClient; readonly namespace: string }) => Promise<T>,
): Promise<T> {
  const { client } = await connect({ kubeconfig, version: 'bench', fieldManager: 'conclave-bench' });
  const namespace = `bench-${randomUUID().slice(0, 8)}`;
  try {
    await installMissingCrds(client);
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    try {
      return await work({ client, namespace });
    } finally {
      await client.delete(namespaces, { name: namespace });
    }
  } finally {
    await client.close();
  }
}

/** Kubernetes' version. */
export async function describeKubernetes(client: KubeClient): Promise<string> {
  const { gitVersion } = JSON.parse(await client.getText('/version')) as { readonly gitVersion: string };
  return gitVersion;
}

async function installMissingCrds(client: KubeClient): Promise<void> {
  const folder = join(repositoryRoot, 'crds');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const crds = files.map((file) => load(readFileSync(join(folder, file), 'utf8')) as KubeObject);
  for (const crd of [...crds, probeCrd]) {
    try {
      await client.get(crdType, crd.metadata);
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      await client.apply(crdType, crd);
    }
  }
  for (const { type } of Object.values(samples)) await waitUntilServed(client, type);
}

async function waitUntilServed(client: KubeClient, type: ResourceType): Promise<void> {
  for (const end = performance.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
    try {
      await client.listPage(type, { limit: 1 });
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || performance.now() > end) throw error;
    }
  }
}
