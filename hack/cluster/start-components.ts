/** Starts an instance's components in their order, each only once what it needs answers. */
import { rmSync } from 'node:fs';
import { countReadyNodes, type ApiClient } from './api-request.ts';
import { writeBaseImages } from './base-images.ts';
import { ClusterError } from './cluster-error.ts';
import * as components from './component-commands.ts';
import type { EmbeddedState } from './instance-state.ts';
import { insideNode, nodeName, realNodeGpus } from './node-configuration.ts';
import { ensureComponent, enterNode, runInNode, waitForComponent } from './node.ts';
import type { InstancePaths } from './paths.ts';
import { findProgram } from './prerequisites.ts';
import { tryCommand } from './run-command.ts';
import { waitUntil } from './wait-until.ts';

/** A running node and how to reach its API server. */
export interface Instance extends components.ComponentSettings {
  readonly paths: InstancePaths;
  readonly init: number;
  readonly api: ApiClient;
}

/** The names of all components that an instance in this state has. */
export function allComponents({ fakeNodes }: EmbeddedState): string[] {
  const always = [
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'containerd',
    'kubelet',
    'kube-proxy',
    'coredns',
    'kube-network-policies',
  ];
  return fakeNodes > 0 ? [...always, 'kwok'] : always;
}

/** etcd and the API server at once (it waits for etcd by itself), then those that would only wait for it. */
export async function startControlPlane(instance: Instance): Promise<void> {
  const { paths, init, api } = instance;
  await ensureComponent(paths, init, components.etcd(instance));
  await ensureComponent(paths, init, components.apiServer(instance));
  await waitForComponent(paths, init, 'kube-apiserver', async () => (await api({ path: '/readyz' })).status === 200);
  await ensureComponent(paths, init, components.controllerManager(instance));
  await ensureComponent(paths, init, components.scheduler(instance));
}

/** containerd with the images that every node has. */
export async function startContainers({ paths, init }: Instance): Promise<void> {
  await ensureComponent(paths, init, components.containerd());
  const busybox = findProgram('busybox');
  if (busybox === undefined) throw new ClusterError('busybox is missing', { hint: 'apt-get install busybox-static' });
  const archive = await writeBaseImages(paths.folder, busybox);
  const ctr = ['ctr', '--address', insideNode.containerd];
  await waitForComponent(paths, init, 'containerd', async () => {
    const { status } = await tryCommand('nsenter', [...enterNode(init), ...ctr, 'version']);
    return status === 0;
  });
  await importImages(init, `${insideNode.state}/base-images.tar`);
  rmSync(archive);
}

/** Loads an archive of images, at a path inside the node, where the kubelet finds them. */
export async function importImages(init: number, archiveInNode: string): Promise<string> {
  const ctr = ['ctr', '--address', insideNode.containerd, '--namespace', 'k8s.io'];
  return runInNode(init, [...ctr, 'images', 'import', archiveInNode]);
}

/** The kubelet and kube-proxy, until pods can be created and the node is ready and says that it has GPUs. */
export async function startRealNode(instance: Instance): Promise<void> {
  const { paths, init, api } = instance;
  await ensureComponent(paths, init, components.kubelet(instance));
  await ensureComponent(paths, init, components.kubeProxy(instance));
  const node = `/api/v1/nodes/${nodeName}`;
  await waitForComponent(
    paths,
    init,
    'kubelet',
    async () => (await countReadyNodes(api, `kubernetes.io/hostname=${nodeName}`)) > 0,
  );
  // After the kubelet registered: it drops extended resources that it does not know from a node that registers.
  const body = {
    status: { capacity: { 'nvidia.com/gpu': realNodeGpus }, allocatable: { 'nvidia.com/gpu': realNodeGpus } },
  };
  const contentType = 'application/merge-patch+json';
  const patched = await api({ method: 'PATCH', path: `${node}/status`, body, contentType });
  if (patched.status !== 200) throw new ClusterError(`the node's GPUs could not be declared: ${patched.body}`);
  await waitUntil('the default service account', async () => {
    const { status } = await api({ path: '/api/v1/namespaces/default/serviceaccounts/default' });
    return status === 200;
  });
}
