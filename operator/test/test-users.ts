import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { KubeClient } from '../src/kube/client.ts';
import { connect } from '../src/kube/connect.ts';
import type { KubeObject, ObjectRef, ResourceType } from '../src/kube/resource-type.ts';
import { testKubeconfig } from './test-cluster.ts';

const core = { group: '', version: 'v1', namespaced: true };
const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: true };
const roles: ResourceType = { ...rbac, kind: 'Role', plural: 'roles' };
const roleBindings: ResourceType = { ...rbac, kind: 'RoleBinding', plural: 'rolebindings' };

/** Accounts of the cluster. */
export const serviceAccounts: ResourceType = { ...core, kind: 'ServiceAccount', plural: 'serviceaccounts' };

/** A request for a token of an account, and its answer. */
export interface TokenRequest extends KubeObject {
  readonly spec: {
    readonly audiences?: readonly string[];
    readonly boundObjectRef?: { readonly kind: string; readonly name: string; readonly uid: string };
  };
  readonly status?: { readonly token: string };
}

/** `create(tokens, aTokenRequest(account), { subresource: 'token' })` asks for a token. */
export const tokens: ResourceType<TokenRequest> = { ...core, kind: 'TokenRequest', plural: 'serviceaccounts' };

/** A request for a token of an account, for the API server's own audience unless `spec` says otherwise. */
export function aTokenRequest(account: ObjectRef, spec: TokenRequest['spec'] = {}): TokenRequest {
  return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: account, spec };
}

/** A client that is `account`, by a token of it. */
export async function connectAs(admin: KubeClient, account: ObjectRef): Promise<KubeClient> {
  const { status } = await admin.create(tokens, aTokenRequest(account), { subresource: 'token' });
  const { clusters } = load(readFileSync(testKubeconfig(), 'utf8')) as { clusters: readonly { name: string }[] };
  const folder = mkdtempSync(join(tmpdir(), 'test-user-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const context = { cluster: clusters[0]?.name, user: account.name };
  const users = [{ name: account.name, user: { token: status?.token } }];
  const config = { apiVersion: 'v1', kind: 'Config', clusters, users, contexts: [{ name: 'only', context }] };
  writeFileSync(kubeconfig, JSON.stringify({ ...config, 'current-context': 'only' }), { mode: 0o600 });
  const { client } = await connect({ kubeconfig, version: 'test' });
  rmSync(folder, { recursive: true });
  return client;
}

/** A new account of the namespace with the ClusterRole `edit` in it, and further rules of its own. */
export async function createTenant(
  admin: KubeClient,
  account: Required<ObjectRef>,
  rules: readonly object[],
): Promise<KubeClient> {
  const metadata = { ...account };
  await admin.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  await admin.create(roles, { apiVersion, kind: 'Role', metadata, rules } as KubeObject);
  const subjects = [{ kind: 'ServiceAccount', ...account }];
  for (const [kind, name] of [
    ['ClusterRole', 'edit'],
    ['Role', account.name],
  ]) {
    const binding = { ...account, name: `${account.name}-${String(kind).toLowerCase()}` };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name };
    await admin.create(roleBindings, {
      apiVersion,
      kind: 'RoleBinding',
      metadata: binding,
      roleRef,
      subjects,
    } as KubeObject);
  }
  return connectAs(admin, account);
}
