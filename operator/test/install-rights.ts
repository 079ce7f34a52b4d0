import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import type { KubeClient } from '../src/kube/client.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { namespaces } from './test-cluster.ts';
import { serviceAccounts } from './test-users.ts';

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' };
const types: readonly ResourceType[] = [
  namespaces,
  serviceAccounts,
  { ...rbac, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false },
  { ...rbac, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', namespaced: false },
  { ...rbac, kind: 'Role', plural: 'roles', namespaced: true },
  { ...rbac, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true },
];

/** Gives the operator's account in another namespace what it has in its own: its Lease and its Secrets are there then. */
export async function installRightsIn(client: KubeClient, namespace: string): Promise<void> {
  for (const manifest of readRights('operator.yaml')) {
    if (manifest.kind !== 'Role' && manifest.kind !== 'RoleBinding') continue;
    await client.apply(
      typeOf(manifest),
      { ...manifest, metadata: { ...manifest.metadata, namespace } },
      { force: true },
    );
  }
}

const readRights = (name: string) =>
  loadAll(readFileSync(new URL(`../../config/rbac/${name}`, import.meta.url), 'utf8')) as KubeObject[];

function typeOf(manifest: KubeObject): ResourceType {
  const type = types.find(({ kind }) => kind === manifest.kind);
  if (type === undefined) throw new Error(`unexpected kind ${manifest.kind}`);
  return type;
}

/** Installs a file of config/rbac; by default the one that gives the operator its account and its rights. */
export async function installRights(client: KubeClient, name = 'operator.yaml'): Promise<void> {
  for (const manifest of readRights(name)) await client.apply(typeOf(manifest), manifest, { force: true });
}
