import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { AlreadyExists } from '../src/kube/api-error.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { connect } from '../src/kube/connect.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { testKubeconfig } from './test-cluster.ts';

interface TokenRequest extends KubeObject {
  readonly spec: object;
  readonly status?: { readonly token: string };
}

const core = { group: '', version: 'v1', plural: 'serviceaccounts', namespaced: true };
const serviceAccounts: ResourceType = { ...core, kind: 'ServiceAccount' };
const tokens: ResourceType<TokenRequest> = { ...core, kind: 'TokenRequest' };

/** Makes a service account without any rights, unless it is there, and gives a client that acts as it. */
export async function connectAs(
  admin: KubeClient,
  metadata: { readonly namespace: string; readonly name: string },
): Promise<KubeClient> {
  await admin.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata }).catch(ignoreThere);
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata, spec: {} };
  const { status } = await admin.create(tokens, request, { subresource: 'token' });
  const directory = mkdtempSync(join(tmpdir(), 'connect-as-'));
  const kubeconfig = join(directory, 'kubeconfig');
  const config = load(readFileSync(testKubeconfig(), 'utf8')) as {
    readonly users: readonly { readonly name: string }[];
  };
  const users = config.users.map(({ name }) => ({ name, user: { token: status?.token ?? '' } }));
  writeFileSync(kubeconfig, JSON.stringify({ ...config, users }));
  try {
    const { client } = await connect({ kubeconfig, version: 'test' });
    // Credentials are read when they are first needed.
    await client.getText('/version');
    return client;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function ignoreThere(error: unknown): void {
  if (!(error instanceof AlreadyExists)) throw error;
}
