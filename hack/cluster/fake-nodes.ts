/** Nodes that do not exist, played by kwok: they take any number of pods and end them as their annotations say. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { countReadyNodes, type ApiClient } from './api-request.ts';
import { ClusterError } from './cluster-error.ts';
import { kwok } from './component-commands.ts';
import { ensureComponent, waitForComponent } from './node.ts';
import { repositoryRoot } from './paths.ts';
import type { Instance } from './start-components.ts';
import { waitUntil } from './wait-until.ts';

/** Where the stages stand that say how fake pods behave. */
export const stagesFile = join(repositoryRoot, 'hack/kwok/stages.yaml');

/** The namespace whose pods run on fake nodes without saying so themselves. */
export const fakeNamespace = 'fake';

/** Marks a fake node, for kwok and for selectors. */
const fakeLabel = 'conclave.dev/fake';
const fakeTaint = { key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' };

const resources = { cpu: '256', memory: '2Ti', pods: '1000', 'ephemeral-storage': '10Ti', 'nvidia.com/gpu': '64' };

/** The n-th fake node, with GPUs; real pods keep away from it unless they tolerate its taint. */
export function fakeNode(index: number): Readonly<Record<string, unknown>> {
  const name = `gpu-${index}`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: {
        [fakeLabel]: 'true',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'nvidia.com/gpu.product': 'fake',
      },
    },
    spec: { taints: [fakeTaint] },
    status: { capacity: resources, allocatable: resources },
  };
}

/** The namespace in which the API server itself sends every pod to the fake nodes. */
export function fakeNodesNamespace(): unknown {
  const { key, value, effect } = fakeTaint;
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: fakeNamespace,
      annotations: {
        'scheduler.alpha.kubernetes.io/node-selector': `${fakeLabel}=true`,
        'scheduler.alpha.kubernetes.io/defaultTolerations': JSON.stringify([{ key, value, effect, operator: 'Equal' }]),
      },
    },
  };
}

/** Starts kwok and creates the fake nodes that are missing, until all are ready. */
export async function ensureFakeNodes(instance: Instance, count: number): Promise<void> {
  const { paths, init, api } = instance;
  copyFileSync(stagesFile, join(paths.configuration, 'stages.yaml'));
  await ensureComponent(paths, init, kwok(instance));
  await create(api, '/api/v1/namespaces', fakeNodesNamespace());
  const nodes = Array.from({ length: count }, (_, index) => fakeNode(index + 1));
  await Promise.all(nodes.map((node) => create(api, '/api/v1/nodes', node)));
  await waitForComponent(paths, init, 'kwok', async () => (await countReadyNodes(api, `${fakeLabel}=true`)) >= count);
}

async function create(api: ApiClient, path: string, object: unknown): Promise<void> {
  let refusal = '';
  await waitUntil(
    `the API server accepts ${path}`,
    async () => {
      const { status, body } = await api({ method: 'POST', path, body: object });
      if (status >= 400 && status < 500 && status !== 409 && status !== 429) refusal = body;
      return refusal !== '' || status === 409 || (status >= 200 && status < 300);
    },
    { timeoutMs: 30_000 },
  );
  if (refusal !== '') throw new ClusterError(`the API server refused ${path}: ${refusal.slice(0, 500)}`);
}
