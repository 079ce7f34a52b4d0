import { readFileSync, writeFileSync } from 'node:fs';
import { dump, load } from 'js-yaml';
import { AlreadyExists, NotFound } from '../src/kube/api-error.ts';
import type { KubeClient } from '../src/kube/client.ts';
import type { KubeObject, ObjectRef, ResourceType } from '../src/kube/resource-type.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { testKubeconfig } from './test-cluster.ts';

interface TokenRequest extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: { readonly token: string };
}

export const serviceAccounts: ResourceType = {
  ...{ group: '', version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts' },
  namespaced: true,
};

/** What a token is for. */
export interface TokenOptions {
  /** The API server's own when absent. */
  readonly audience?: string;
  /** The Pod that it is bound to. */
  readonly pod?: KubeObject;
}

/** A token of a service account, as a kubelet would mount it. */
export async function createToken(client: KubeClient, account: ObjectRef, { audience, pod }: TokenOptions = {}) {
  const spec = {
    ...(audience === undefined ? {} : { audiences: [audience] }),
    ...(pod === undefined
      ? {}
      : { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: pod.metadata.name, uid: pod.metadata.uid } }),
  };
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: account, spec };
  const type = serviceAccounts as ResourceType<TokenRequest>;
  const { status } = await client.create(type, request, { subresource: 'token' });
  if (status === undefined) throw new Error('no token came back');
  return status.token;
}

/** Creates what is not there yet. */
export async function ensure(client: KubeClient, type: ResourceType, object: KubeObject): Promise<void> {
  await client.create(type, object).catch((error: unknown) => {
    if (!(error instanceof AlreadyExists)) throw error;
  });
}

/** A service account, once it is there. */
export async function ensureAccount(client: KubeClient, { namespace = '', name }: ObjectRef): Promise<void> {
  await ensure(client, serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } });
  for (;;) {
    const found = await client.get(serviceAccounts, { namespace, name }).catch((error: unknown) => {
      if (error instanceof NotFound) return undefined;
      throw error;
    });
    if (found !== undefined) return;
    await sleep(50);
  }
}

/** Writes a kubeconfig that acts as a service account, with no more rights than it has. */
export function writeKubeconfig(file: string, token: string): void {
  const config = load(readFileSync(testKubeconfig(), 'utf8')) as { users: { name: string; user: object }[] };
  const users = config.users.map(({ name }) => ({ name, user: { token } }));
  writeFileSync(file, dump({ ...config, users }), { mode: 0o600 });
}
