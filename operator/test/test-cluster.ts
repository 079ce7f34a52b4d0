import { randomUUID } from 'node:crypto';
import { NotFound } from '../src/kube/api-error.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { connect } from '../src/kube/connect.ts';
import type { ObjectRef, ResourceType } from '../src/kube/resource-type.ts';

export const namespaces: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};

/** The kubeconfig of the cluster that integration tests run on. */
export function testKubeconfig(): string {
  const kubeconfig = process.env['CONCLAVE_TEST_KUBECONFIG'];
  if (kubeconfig === undefined) throw new Error('set CONCLAVE_TEST_KUBECONFIG, or run ./hack/test integration');
  return kubeconfig;
}

/** A client with admin rights, and a namespace of the test's own. */
export interface TestNamespace {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Deletes the namespace, with all that is in it, and closes the client. */
  remove(): Promise<void>;
}

/** Creates a namespace whose name begins with `prefix`. */
export async function createTestNamespace(prefix: string): Promise<TestNamespace> {
  const { client } = await connect({ kubeconfig: testKubeconfig(), version: 'test' });
  const namespace = `${prefix}-${randomUUID().slice(0, 8)}`;
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const remove = async (): Promise<void> => {
    await client.delete(namespaces, { name: namespace });
    await client.close();
  };
  return { client, namespace, remove };
}

/** Whether the server has such an object. */
export async function exists(client: KubeClient, type: ResourceType, ref: ObjectRef): Promise<boolean> {
  try {
    await client.get(type, ref);
    return true;
  } catch (error) {
    if (error instanceof NotFound) return false;
    throw error;
  }
}
