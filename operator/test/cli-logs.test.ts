/** Logs of real Pods on a real node, and what is told once they are gone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Attempt, StepStatus } from '../src/api/step-status.ts';
import { annotationNames, labelNames } from '../src/core/manifest/labels.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { CliWorld } from './cli-world.ts';
import { until } from './work-items.ts';

const at = '2026-11-29T10:00:00.000Z';
const digest = `sha256:3fa9c1d2${'0'.repeat(56)}`;
const podType: ResourceType = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
const nodeType: ResourceType = { ...podType, kind: 'Node', plural: 'nodes', namespaced: false };

let world: CliWorld;
let image: string | undefined;
beforeAll(async () => {
  world = await CliWorld.start();
  await world.add('vera', { verbs: [], clusterRoles: ['conclave-viewer', 'view'] });
  await world.add('rob', {});
  for await (const node of world.client.list(nodeType)) image ??= shellImage(node);
});
afterAll(() => world.stop());

/** An image with a shell that the node has already. */
function shellImage(node: KubeObject): string | undefined {
  const { images = [] } = (node as unknown as { status: { images?: { names: string[] }[] } }).status;
  return images.flatMap(({ names }) => names).find((name) => /busybox|debian|alpine|conclave/.test(name));
}

async function addRun(name: string): Promise<string> {
  const step = { name: 'write', type: 'custom_code', runtime: 'python3', code: { source: 'inline', content: 'x' } };
  const { metadata } = await world.work.run(name, [step]);
  await world.record(name, {
    phase: 'Running',
    startedAt: at,
    steps: [{ path: 'write', phase: 'Running', startedAt: at }],
  });
  return metadata.uid ?? '';
}

async function addPod(name: string, uid: string, script: string): Promise<void> {
  const command = ['sh', '-c', script];
  await world.client.create(podType, {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: {
      ...{ name, namespace: world.namespace, annotations: { [annotationNames.path]: 'write' } },
      labels: { [labelNames.workItemUid]: uid, [labelNames.attempt]: '1' },
    },
    spec: { restartPolicy: 'Never', containers: [{ name: 'code', image, imagePullPolicy: 'Never', command }] },
  } as unknown as KubeObject);
}

const phaseOf = async (name: string) =>
  ((await world.client.get(podType, { namespace: world.namespace, name })) as { status?: { phase?: string } }).status
    ?.phase;

describe('conclave logs', () => {
  test('shows and follows what Pods write', async ({ skip }) => {
    if (image === undefined) skip('the node has no image with a shell');
    const uid = await addRun('busy');
    await addPod('busy-1', uid, 'echo one; echo; sleep 3; printf two');
    await until('it writes', async () => (await phaseOf('busy-1')) === 'Running', 60_000);
    const following = world.as('vera', 'logs', 'busy', '-f');
    await until('it has ended', async () => (await phaseOf('busy-1')) === 'Succeeded', 60_000);
    await world.record('busy', { phase: 'Succeeded', startedAt: at, finishedAt: at });
    expect(await following).toEqual({
      ...{ exitCode: 0, err: '', out: '[write#1 code] one\n[write#1 code] \n[write#1 code] two\n' },
    });
    expect(await world.as('vera', 'logs', 'busy', 'write')).toMatchObject({ exitCode: 0, out: 'one\n\ntwo\n' });
    expect(await world.as('vera', 'logs', 'busy', '--tail', '1')).toMatchObject({ out: 'two\n' });
  });

  test('says what is left once the Pods are gone, and where', async () => {
    await addRun('past');
    const attempt: Attempt = {
      ...{ number: 1, result: 'Failed', exitCode: 20, reason: 'NoTurnsLeft', message: 'it gave up' },
      resultDigest: digest,
    };
    const step: StepStatus = { path: 'write', phase: 'Failed', reason: 'AttemptsExhausted', attempts: [attempt] };
    await world.record('past', { phase: 'Failed', startedAt: at, finishedAt: at, steps: [step] });
    const { exitCode, out, err } = await world.as('vera', 'logs', 'past');
    expect([exitCode, out]).toEqual([
      0,
      [
        'write: Failed (AttemptsExhausted)',
        '  attempt 1: Failed, exit code 20 (NoTurnsLeft: it gave up)',
        `  its whole result, which names the transcript, is ${digest}`,
        '',
      ].join('\n'),
    ]);
    expect(err).toContain('docs/guide/run-work-items.md');
    expect((await world.as('vera', 'logs', 'past', 'send')).out).toBe('the step send has not begun yet\n');
  });

  test('says whom to ask for the right that is missing', async () => {
    const { exitCode, err } = await world.as('rob', 'logs', 'past');
    expect(exitCode).toBe(1);
    expect(err).toContain('hint: ask for a RoleBinding to the ClusterRole view in this namespace');
  });
});
