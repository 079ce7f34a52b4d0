import { describe, expect, it } from 'vitest';
import type { Method } from '../../api/method.ts';
import type { Model } from '../../api/model.ts';
import { runnerTask } from '../../api/runner-task.ts';
import { aCouncil, aModel, aRole } from '../../testing/a-world.ts';
import { anAttempt, aStep } from '../../testing/an-attempt.ts';
import { aMethod } from '../../testing/planned-run.ts';
import { resolveWork } from '../agent/resolve-work.ts';
import { renderAttemptJob } from './render-attempt-job.ts';
import { type JobParts, renderJob } from './render-job.ts';

const images = { conclave: 'registry/conclave:1', runtime: 'registry/runtime:1' };
const apiKeySecretRef = { name: 'keys', key: 'large' };
const large = aModel('large', { endpoint: { url: 'http://vllm.models:8000/v1', apiKeySecretRef } });
const secretEnv = [{ name: 'PASSWORD', secretKeyRef: { name: 'db', key: 'password' } }];
const writer = aRole('writer', {
  modelRef: { name: 'large' },
  tools: [{ name: 'db', mcp: { image: 'db:1', command: ['serve'], env: { MODE: 'read' }, secretEnv } }],
  resources: { cpu: 1, memory: '1Gi', gpu: 1 },
  placement: {
    ...{ nodeSelector: { pool: 'gpu' }, tolerations: [{ key: 'gpu', operator: 'Exists' }] },
    ...{ runtimeClassName: 'gvisor', priorityClassName: 'batch' },
  },
});
const pinned = {
  ...{ roles: [writer], models: [large], methods: [] },
  councils: [aCouncil('board', { roleRef: { name: 'writer' } })],
};

/** The Job of a step that the agent runner carries out. */
function jobOf(
  step: object,
  method?: Method,
  more: Pick<JobParts, 'storedTask'> = {},
  world: { readonly models?: readonly Model[] } = {},
) {
  const parsed = aStep({ ...step, outputs: { text: 'text' } });
  const attempt = anAttempt({ start: { step: parsed, ...(parsed.role === undefined ? {} : { role: parsed.role }) } });
  const found = resolveWork({ ...attempt, pinned: { ...pinned, ...world }, method });
  if ('problem' in found) throw new Error(found.problem.message);
  const artifacts = { url: 'https://server:8443' };
  const made = { ...attempt, method, program: undefined, agent: found.resolved, images, artifacts };
  const manifest = renderJob({ ...renderAttemptJob(made), certificateAuthorities: 'PEM', ...more });
  const { template } = manifest.spec as { template: Template };
  return {
    manifest,
    template,
    pod: template.spec,
    task: JSON.parse(template.metadata.annotations['conclave.dev/task'] ?? 'null') as unknown,
  };
}

interface Template {
  readonly metadata: { readonly labels: Record<string, string>; readonly annotations: Record<string, string> };
  readonly spec: Record<string, unknown> & {
    readonly initContainers?: readonly object[];
    readonly containers: readonly object[];
  };
}

const agent = { type: 'llm_agent', role: 'writer', goal: 'Write.' };
const variable = { name: 'CONCLAVE_VALUE_1', valueFrom: { secretKeyRef: apiKeySecretRef } };
const mounts = {
  shared: { name: 'shared', mountPath: '/conclave' },
  task: { name: 'task', mountPath: '/conclave/task.json', subPath: 'task.json', readOnly: true },
  authorities: { name: 'task', mountPath: '/conclave/ca.pem', subPath: 'ca.pem', readOnly: true },
  scratch: { name: 'scratch', mountPath: '/tmp' },
  token: { name: 'token', mountPath: '/var/run/secrets/conclave', readOnly: true },
};
const restricted = {
  ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsNonRoot: true },
  capabilities: { drop: ['ALL'] },
};

describe('the Job of an agent', () => {
  it('has one container, with the token, the key of the Model by reference, and what the role asks for', () => {
    const amounts = { cpu: '1', memory: '1Gi', 'nvidia.com/gpu': '1' };
    expect(jobOf(agent).pod.containers).toEqual([
      {
        ...{ name: 'agent', image: 'registry/conclave:1', command: ['node', '/app/dist/cmd/agent.js', 'run'] },
        env: [variable],
        resources: { requests: amounts, limits: amounts },
        securityContext: restricted,
        volumeMounts: [mounts.shared, mounts.task, mounts.authorities, mounts.scratch, mounts.token],
      },
    ]);
  });

  it('has the server of a tool beside it, which sees neither the token nor the task', () => {
    expect(jobOf(agent).pod.initContainers).toEqual([
      {
        ...{ name: 'tools-1', image: 'db:1', command: ['serve'], restartPolicy: 'Always' },
        env: [
          { name: 'MODE', value: 'read' },
          { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
        ],
        resources: { requests: { cpu: '50m', memory: '512Mi' }, limits: { memory: '512Mi' } },
        securityContext: restricted,
        startupProbe: { tcpSocket: { port: 8000 }, periodSeconds: 1, failureThreshold: 120 },
        volumeMounts: [mounts.shared, mounts.scratch],
      },
    ]);
  });

  it('fetches a task that is too large for its Pod before anything else begins, and checks it', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const { pod } = jobOf(agent, undefined, { storedTask: { digest, images, serverUrl: 'https://server:8443' } });
    const env = [
      { name: 'CONCLAVE_TASK_DIGEST', value: digest },
      { name: 'CONCLAVE_ARTIFACTS_URL', value: 'https://server:8443' },
    ];
    expect(pod.initContainers).toMatchObject([{ name: 'prepare', env }, { name: 'tools-1' }]);
    expect(pod.containers).toMatchObject([{ name: 'agent', env: [variable, ...env] }]);
  });

  it('runs where its role says, without a token of the service account, and is labelled by its role', () => {
    const { manifest, template } = jobOf(agent);
    expect(template.spec).toMatchObject({
      ...{ automountServiceAccountToken: false, restartPolicy: 'Never' },
      ...{ nodeSelector: { pool: 'gpu' }, tolerations: [{ key: 'gpu', operator: 'Exists' }] },
      ...{ runtimeClassName: 'gvisor', priorityClassName: 'batch' },
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    const token = { serviceAccountToken: { audience: 'conclave', expirationSeconds: 3600, path: 'token' } };
    expect(template.spec['volumes']).toContainEqual({ name: 'token', projected: { sources: [token] } });
    for (const { labels } of [manifest.metadata, template.metadata])
      expect(labels).toMatchObject({ 'conclave.dev/role': 'writer', 'conclave.dev/attempt': '2' });
  });

  it('holds no value of a Secret and no name of one in its task', () => {
    const text = JSON.stringify(jobOf(agent).task);
    for (const secret of ['keys', 'password', 'PASSWORD', 'secretKeyRef']) expect(text).not.toContain(secret);
  });
});

const query = aMethod('ask-db', { type: 'mcp', mcp: { url: 'https://db.example.com/mcp', tool: 'query' } });
const every: Record<string, readonly [step: object, kind: string, type: string, method?: Method]> = {
  'an agent': [agent, 'agent', 'llm_agent'],
  'a flow': [{ type: 'llm_flow', prompt: 'Say it.', role: 'writer' }, 'flow', 'llm_flow'],
  'a deliberation': [{ type: 'council', council: 'board', topic: 'Which way?' }, 'council', 'council'],
  'a tool of an MCP server': [{ type: 'function', method: 'ask_db' }, 'method', 'function', query],
};

describe('the task', () => {
  it.each(Object.entries(every))('of %s is a document that the runner understands', (_, [step, kind, type, method]) => {
    const { task, pod } = jobOf(step, method);
    expect(runnerTask.parse(task)).toEqual(task);
    expect(task).toMatchObject({
      ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'Task', work: { kind }, outputs: ['text'] },
      step: { path: 'each[3].build', type, attempt: 2 },
      ...{ inputs: { number: 7 }, deadlineSeconds: 600 },
      artifacts: { url: 'https://server:8443', tokenFile: '/var/run/secrets/conclave/token' },
    });
    expect(pod.containers).toMatchObject([{ name: 'agent' }]);
  });

  it('of an agent says its limits', () => {
    const limits = { maxTurns: 20, maxToolCalls: 50, maxTokens: 200_000, maxOutputTokens: 4096, wallTimeSeconds: 600 };
    expect(jobOf(agent).task).toMatchObject({ limits });
  });

  it('names the Models whose servers it needs, and has the GPUs of a Model beside it on that alone', () => {
    const served = aModel('large', { dedicated: { image: 'vllm', source: 'x' } });
    const models = [{ ...served, status: { url: 'http://model-large.ns.svc:8000/v1' } }];
    const needs = jobOf(agent, undefined, {}, { models }).manifest.metadata.annotations;
    expect(needs['conclave.dev/models']).toBe('large');
    const beside = aModel('large', { sidecar: { image: 'vllm', source: 'x', gpus: 2 } });
    const { pod, manifest } = jobOf(
      { type: 'llm_agent', modelRef: { name: 'large' } },
      undefined,
      {},
      { models: [beside] },
    );
    expect(manifest.metadata.annotations).not.toHaveProperty(['conclave.dev/models']);
    expect(pod.initContainers).toMatchObject([
      { name: 'model-1', restartPolicy: 'Always', resources: { limits: { 'nvidia.com/gpu': '2' } } },
    ]);
    expect(pod.containers).not.toMatchObject([
      { resources: { limits: { 'nvidia.com/gpu': expect.anything() as string } } },
    ]);
  });
});
