/** Pods of agents that run commands, as a real API server judges them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { without } from '../src/core/defined.ts';
import { pods } from '../src/kube/pod.ts';
import { podOf, shellJob } from '../src/testing/shell-job.ts';
import { ignoreGone } from './played-node.ts';
import { createTestNamespace, namespaces, type TestNamespace } from './test-cluster.ts';

let own: TestNamespace;
const namespace = `shell-${randomUUID().slice(0, 8)}`;

beforeAll(async () => {
  own = await createTestNamespace('shell');
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await own.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
});

afterAll(async () => {
  await own.client.delete(namespaces, { name: namespace }).catch(ignoreGone);
  await own.remove();
});

it.each([
  ['with what is usual', {}],
  ['with resources of its own', { shell: { resources: { cpu: 1, memory: '2Gi', ephemeralStorage: '4Gi' } } }],
])('are taken where pods have to be restricted: %s', async (_, more) => {
  const metadata = { name: `shell-${randomUUID().slice(0, 8)}`, namespace };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: podOf(shellJob(more)) };
  const taken = await own.client.create(pods, pod, { dryRun: true, fieldValidation: 'Strict' });
  expect(taken).toMatchObject({ spec: { automountServiceAccountToken: false } });
});

it('are refused there when the shell may do more', async () => {
  const metadata = { name: 'shell-more', namespace };
  const { initContainers = [], ...spec } = podOf(shellJob());
  const loose = initContainers.map((each) => without(each as unknown as Record<string, unknown>, 'securityContext'));
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...spec, initContainers: loose } };
  await expect(own.client.create(pods, pod, { dryRun: true })).rejects.toThrow('restricted');
});
