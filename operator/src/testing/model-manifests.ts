import type { Model, ModelSpec } from '../api/model.ts';
import { resolveWork } from '../core/agent/resolve-work.ts';
import type { ClusterObject } from '../core/delegation/cluster-object.ts';
import { renderAttemptJob } from '../core/manifest/render-attempt-job.ts';
import { renderJob } from '../core/manifest/render-job.ts';
import { type Dedicated, renderDedicated } from '../core/model/render-dedicated.ts';
import { aModel } from './a-world.ts';
import { anAttempt, aStep } from './an-attempt.ts';

const tokenSecretRef = { name: 'hub', key: 'token' };
const server = { image: 'vllm/vllm-openai:v0.32.0', source: 'org/large', revision: '0123abc' };

function ofDedicated(
  dedicated: Partial<Dedicated>,
  spec: Partial<ModelSpec> = {},
  queueName?: string,
): ClusterObject[] {
  const all: Dedicated = { ...server, ...dedicated };
  const model: Model = aModel('large', { ...spec, dedicated: all });
  const known = { ...model, metadata: { ...model.metadata, uid: 'model-uid' } };
  const keyDigest = `sha256:${'0'.repeat(64)}`;
  const { service, workload } = renderDedicated({ model: known, dedicated: all, replicas: 1, keyDigest, queueName });
  return [service, workload];
}

function ofSidecar(): ClusterObject[] {
  const sidecar = {
    ...server,
    startupSeconds: 300,
    resources: { cpu: 4, memory: '24Gi' },
    placement: { nodeSelector: { gpu: 'a100' }, tolerations: [{ key: 'gpu', operator: 'Exists' as const }] },
  };
  const step = { type: 'llm_agent', goal: 'Write.', modelRef: { name: 'large' } };
  const attempt = anAttempt({ start: { step: aStep(step), prompt: [{ text: step.goal }] } });
  const pinned = { roles: [], methods: [], councils: [], models: [aModel('large', { sidecar })] };
  const found = resolveWork({ ...attempt, pinned, method: undefined });
  if ('problem' in found) throw new Error(found.problem.message);
  const images = { conclave: 'conclave:1', runtime: 'runtime:1' };
  const artifacts = { url: 'https://server:8443' };
  const parts = renderAttemptJob({
    ...{ ...attempt, method: undefined, program: undefined },
    ...{ agent: found.resolved, images, artifacts },
  });
  return [renderJob({ ...parts, certificateAuthorities: 'PEM' }) as unknown as ClusterObject];
}

/** What is made for Models of every kind, by a word for each. */
export const modelManifests: Readonly<Record<string, readonly ClusterObject[]>> = {
  'one-gpu': ofDedicated({ tokenSecretRef, env: { HF_HOME: '/models/hub' }, volumeClaim: 'weights' }),
  'four-gpus': ofDedicated(
    {
      gpus: 4,
      args: ['--enable-auto-tool-choice', '--tool-call-parser', 'hermes'],
      ...{ sharedMemory: '16Gi', resources: { cpu: 16, memory: '200Gi' } },
      placement: { nodeSelector: { pool: 'gpu' }, runtimeClassName: 'nvidia', priorityClassName: 'serving' },
    },
    { contextLength: 32_768 },
    'team-a',
  ),
  'two-nodes': ofDedicated({ gpus: 8, nodes: 2 }),
  'resource-claim': ofDedicated({ resources: { resourceClaimTemplateName: 'one-gpu' } }),
  sidecar: ofSidecar(),
};

/** The pods that an object makes, each as its spec. */
export function podSpecsOf({ kind, spec = {} }: ClusterObject): object[] {
  const templates = spec as Readonly<Record<string, Readonly<Record<string, { readonly spec: object }>>>>;
  if (kind === 'Service') return [];
  const groups = templates['leaderWorkerTemplate'];
  if (groups === undefined) return [(spec['template'] as unknown as { readonly spec: object }).spec];
  return ['leaderTemplate', 'workerTemplate'].flatMap((part) => groups[part]?.spec ?? []);
}
