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

/** Installs a file of config/rbac; by default the one that gives the operator its account and its rights. */
export async function installRights(client: KubeClient, name = 'operator.yaml'): Promise<void> {
  const file = new URL(`../../config/rbac/${name}`, import.meta.url);
  for (const manifest of loadAll(readFileSync(file, 'utf8')) as KubeObject[]) {
    const type = types.find(({ kind }) => kind === manifest.kind);
    if (type === undefined) throw new Error(`unexpected kind ${manifest.kind}`);
    await client.apply(type, manifest, { force: true });
  }
}
