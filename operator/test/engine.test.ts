import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCondition } from '../src/core/conditions.ts';
import { attemptName } from '../src/core/manifest/names.ts';
import { networkPolicies } from '../src/kube/isolation.ts';
import { jobs, type Job } from '../src/kube/job.ts';
import { pods, type Pod } from '../src/kube/pod.ts';
import type { ResourceType } from '../src/kube/resource-type.ts';
import { EngineWorld } from './engine-world.ts';
import { kubectl } from './kubectl.ts';
import type { PodEnd, Script } from './played-node.ts';
import { exists } from './test-cluster.ts';
import { phasesOf, pipelineType, stepOf, until, Work } from './work-items.ts';

const resourceQuotas: ResourceType = {
  ...{ group: '', version: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true },
};

let world: EngineWorld;

beforeAll(async () => {
  world = await EngineWorld.start();
  world.startOperator();
});

afterAll(async () => {
  await world.stop();
});

/** A namespace of a story's own, whose Pods end by a script: at once and well by default. */
async function aStory(script: Script = () => ({})): Promise<Work> {
  const namespace = await world.addNamespace();
  world.node.follow(namespace, script);
  return new Work(world.client, namespace);
}

/** A step that runs as a Pod on the played node. */
const aStep = (name: string, more: object = {}): object => ({
  ...{ name, type: 'custom_code', runtime: 'python3', code: { source: 'inline', content: 'pass' } },
  placement: world.node.placement,
  ...more,
});

const says = (outputs: object): PodEnd => ({ says: { outcome: 'succeeded', outputs } }) as PodEnd;
const fails = (reason: string, retryable: boolean): PodEnd => ({
  exitCode: retryable ? 10 : 20,
  says: { outcome: 'failed', error: { reason, message: 'as the test wants it', retryable } },
});
const runsOn: Script = () => 'runs on';
const soon = { retryPolicy: { initialBackoffSeconds: 1 } };

/** The one Pod of a namespace that runs, once it is there. */
async function theRunningPod({ namespace }: Work, path?: string): Promise<Pod> {
  const find = () =>
    world.node
      .podsOf(namespace)
      .find(
        ({ metadata, status, spec }) =>
          metadata.deletionTimestamp === undefined &&
          spec?.nodeName !== undefined &&
          status?.phase === 'Pending' &&
          (path === undefined || metadata.annotations?.['conclave.dev/path'] === path),
      );
  await until('a Pod runs', () => find() !== undefined);
  return find()!;
}

const jobOf = ({ metadata }: Pod): string => metadata.labels?.['job-name'] ?? '';
const runningPods = ({ namespace }: Work) =>
  world.node.podsOf(namespace).filter(({ status }) => status?.phase === 'Pending');

describe.concurrent('a work item', () => {
  it('runs a chain of steps, and hands on what they give', async () => {
    const work = await aStory(({ path }) => says({ text: `from ${path}` }));
    const given = { outputs: { text: 'text' } };
    const last = aStep('c', { inputs: { text: { from: '{{b.text}}' } } });
    const steps = [aStep('a', given), aStep('b', { ...given, dependsOn: ['a'] }), last];
    const outputs = { told: { from: '{{b.text}}' } };
    await work.add('chain', { pipelineSpec: { steps, outputs } });
    const done = await work.reaches('chain', 'Succeeded');
    expect(phasesOf(done)).toEqual({ a: 'Succeeded', b: 'Succeeded', c: 'Succeeded' });
    expect(done.status?.outputs).toEqual({ told: 'from b' });
    expect(done.status).toMatchObject({ progress: '3/3', reason: 'AllStepsSucceeded' });
  });

  it('runs programs only where a policy keeps them from the network', async () => {
    const work = await aStory(runsOn);
    await work.run('kept', [aStep('a')]);
    const pod = await theRunningPod(work);
    expect(pod.metadata.labels).toMatchObject({ 'conclave.dev/network': 'server' });
    const policy = await world.client.get(networkPolicies, { namespace: work.namespace, name: 'conclave-programs' });
    expect(policy).toMatchObject({
      spec: { podSelector: { matchLabels: { 'conclave.dev/network': 'server' } }, policyTypes: ['Ingress', 'Egress'] },
    });
    await world.node.end(pod);
    await work.reaches('kept', 'Succeeded');
  });

  it('runs the steps of a parallel group at the same time', async () => {
    const work = await aStory(runsOn);
    await work.run('side-by-side', [{ name: 'both', type: 'parallel_group', steps: [aStep('a'), aStep('b')] }]);
    await until('both run', () => runningPods(work).length === 2);
    await Promise.all(runningPods(work).map((pod) => world.node.end(pod)));
    const done = await work.reaches('side-by-side', 'Succeeded');
    expect(phasesOf(done)).toEqual({ both: 'Succeeded', a: 'Succeeded', b: 'Succeeded' });
  });

  it('takes the branch that its inputs decide', async () => {
    const work = await aStory();
    const branches = { ifTrue: { steps: [aStep('large')] }, ifFalse: { steps: [aStep('small')] } };
    const steps = [{ name: 'size', type: 'conditional', condition: { expression: '{{input.count}} > 3' }, branches }];
    const pipelineSpec = { parameters: [{ name: 'count', schema: { type: 'integer' } }], steps };
    await work.add('branching', { pipelineSpec, inputs: { count: 5 } });
    const done = await work.reaches('branching', 'Succeeded');
    expect(phasesOf(done)).toMatchObject({ size: 'Succeeded', large: 'Succeeded', small: 'Skipped' });
    expect(world.node.jobsOf(work.namespace)).toHaveLength(1);
  });

  it('runs the steps of a loop once for each item, and gathers what they give', async () => {
    const work = await aStory(({ path }) => says({ where: path }));
    const child = aStep('look', { inputs: { at: { from: '{{item}}' } }, outputs: { where: 'where' } });
    const loop = { name: 'each', type: 'loop', iterateOver: [1, 2, 3], loopVariable: 'item', maxParallel: 2 };
    const outputs = { where: { from: '{{each.results[*].look.where}}' }, count: { from: '{{each.count}}' } };
    await work.add('looping', { pipelineSpec: { steps: [{ ...loop, steps: [child] }], outputs } });
    const done = await work.reaches('looping', 'Succeeded');
    expect(done.status?.outputs).toEqual({ where: ['each[0].look', 'each[1].look', 'each[2].look'], count: 3 });
    // The first two share a Job.
    const sizes = world.node.jobsOf(work.namespace).map(({ spec }) => spec?.completions);
    expect(sizes.sort()).toEqual([1, 2]);
  });

  it('tries again what failed, until it succeeds', async () => {
    const work = await aStory(({ attempt }) => (attempt < 3 ? fails('Flaky', true) : {}));
    await work.run('flaky', [aStep('a', soon)]);
    const done = await work.reaches('flaky', 'Succeeded');
    const attempts = stepOf(done, 'a')?.attempts?.map(({ result, reason }) => [result, reason]);
    expect(attempts).toEqual([
      ['Failed', 'Flaky'],
      ['Failed', 'Flaky'],
      ['Succeeded', undefined],
    ]);
  });

  it('fails with what cannot be mended, and begins nothing that depends on it; a retry is asked for', async () => {
    let isMended = false;
    const work = await aStory(({ path }) => (path === 'a' && !isMended ? fails('Broken', false) : {}));
    await work.run('failing', [aStep('first'), aStep('a', { dependsOn: ['first'] }), aStep('b', { dependsOn: ['a'] })]);
    const failed = await work.reaches('failing', 'Failed');
    expect(findCondition(failed.status?.conditions, 'Succeeded')).toMatchObject({ status: 'False' });
    expect(failed.status?.ending).toMatchObject({ failedStep: 'a' });
    expect(world.node.jobsOf(work.namespace)).toHaveLength(2);
    isMended = true;
    await work.change('failing', { retryCount: 1 });
    const done = await work.reaches('failing', 'Succeeded');
    expect(stepOf(done, 'first')?.attempts).toHaveLength(1);
    expect(stepOf(done, 'a')?.attempts?.map(({ result }) => result)).toEqual(['Failed', 'Succeeded']);
    expect(done.status?.retryCount).toBe(1);
  });

  it('ends its Jobs when it is cancelled', async () => {
    const work = await aStory(runsOn);
    await work.run('cancelled', [aStep('a'), aStep('b', { dependsOn: ['a'] })]);
    const pod = await theRunningPod(work);
    await work.change('cancelled', { cancel: true });
    const done = await work.reaches('cancelled', 'Cancelled');
    expect(phasesOf(done)).toMatchObject({ a: 'Cancelled' });
    await until(
      'its Job is gone',
      async () => !(await exists(work.client, jobs, { ...pod.metadata, name: jobOf(pod) })),
    );
    await until('its Pod is gone', async () => !(await exists(work.client, pods, pod.metadata)));
  });

  it('begins nothing new while it is suspended', async () => {
    const work = await aStory(({ path }) => (path === 'a' ? 'runs on' : {}));
    await work.run('suspended', [aStep('a'), aStep('b', { dependsOn: ['a'] })]);
    const pod = await theRunningPod(work);
    await work.change('suspended', { suspend: true });
    await world.node.end(pod);
    const paused = await work.reaches('suspended', 'Suspended');
    await until('a has ended', async () => stepOf(await work.get('suspended'), 'a')?.phase === 'Succeeded');
    expect(stepOf(paused, 'b')).toBeUndefined();
    expect(world.node.jobsOf(work.namespace)).toHaveLength(1);
    await work.change('suspended', { suspend: false });
    await work.reaches('suspended', 'Succeeded');
  });

  it('replays another from a step on, with the earlier results of the rest', async () => {
    const work = await aStory(({ path }) => says({ text: path }));
    const given = { outputs: { text: 'text' } };
    const steps = [aStep('a', given), aStep('b', { inputs: { text: { from: '{{a.text}}' } } })];
    await work.addPipeline('two', { steps });
    await work.add('original', { pipelineRef: { name: 'two' } });
    await work.reaches('original', 'Succeeded');
    const replay = { workItemName: 'original', fromStep: 'b' };
    const replaying = await work.add('again', { pipelineRef: { name: 'two' }, replay });
    const done = await work.reaches('again', 'Succeeded');
    expect(stepOf(done, 'a')).toMatchObject({ reason: 'Replayed', outputs: { text: 'a' } });
    const uid = replaying.metadata.uid;
    const labelled = world.node
      .jobsOf(work.namespace)
      .filter(({ metadata }) => metadata.labels?.['conclave.dev/work-item-uid'] === uid);
    expect(labelled.map(({ metadata }) => metadata.annotations?.['conclave.dev/path'])).toEqual(['b']);
  });

  it('is another one when it was deleted and comes back under its name', async () => {
    const work = await aStory(runsOn);
    const first = await work.run('phoenix', [aStep('a')]);
    const pod = await theRunningPod(work);
    await work.remove('phoenix');
    await until('its Pod is gone', async () => !(await exists(work.client, pods, pod.metadata)));
    world.node.follow(work.namespace, () => ({}));
    const second = await work.run('phoenix', [aStep('a')]);
    const done = await work.reaches('phoenix', 'Succeeded');
    expect(done.metadata.uid).toBe(second.metadata.uid);
    expect(second.metadata.uid).not.toBe(first.metadata.uid);
    expect(stepOf(done, 'a')?.attempts?.map(({ number }) => number)).toEqual([1]);
  });
});

describe.concurrent('the pipeline of a work item', () => {
  it('counts as it was when the run began', async () => {
    const work = await aStory(({ path }) => (path === 'a' ? 'runs on' : {}));
    const pipeline = await work.addPipeline('edited', { steps: [aStep('a'), aStep('b', { dependsOn: ['a'] })] });
    await work.add('pinned', { pipelineRef: { name: 'edited' } });
    const pod = await theRunningPod(work);
    const { metadata } = await work.client.get(pipelineType, { namespace: work.namespace, name: 'edited' });
    const spec = { ...pipeline.spec, steps: [aStep('a'), aStep('c', { dependsOn: ['a'] })] };
    await work.client.update(pipelineType, { ...pipeline, metadata, spec } as typeof pipeline);
    await world.node.end(pod);
    expect(phasesOf(await work.reaches('pinned', 'Succeeded'))).toEqual({ a: 'Succeeded', b: 'Succeeded' });
    await work.client.delete(pipelineType, metadata);
    world.node.follow(work.namespace, () => ({}));
  });

  it('may come later', async () => {
    const work = await aStory();
    await work.add('early', { pipelineRef: { name: 'later' } });
    await until('it waits', async () => (await work.get('early')).status?.reason === 'PipelineNotFound');
    expect((await work.get('early')).status?.waitingFor).toMatchObject([{ kind: 'dependency', name: 'later' }]);
    await work.addPipeline('later', { steps: [aStep('a')] });
    await work.reaches('early', 'Succeeded');
  });

  it('holds the run back while it is invalid, and says why', async () => {
    const work = await aStory();
    const wrong = { steps: [aStep('a', { inputs: { x: { from: '{{nobody.text}}' } } })] };
    const pipeline = await work.addPipeline('wrong', wrong);
    await work.add('held', { pipelineRef: { name: 'wrong' } });
    await until('it is refused', async () => (await work.get('held')).status?.reason === 'PipelineInvalid');
    expect((await work.get('held')).status?.message).toContain('nobody');
    const { metadata } = await work.client.get(pipelineType, { namespace: work.namespace, name: 'wrong' });
    await work.client.update(pipelineType, { ...pipeline, metadata, spec: { steps: [aStep('a')] } } as typeof pipeline);
    await work.reaches('held', 'Succeeded');
  });
});

describe.concurrent('the queue of a namespace', () => {
  const begun = async (work: Work): Promise<string[]> => {
    const found = await Promise.all(['one', 'two', 'three', 'low', 'high'].map((name) => work.get(name)));
    return found.flatMap(({ metadata, status }) => (status?.startedAt === undefined ? [] : [metadata.name]));
  };

  it('lets three run at the same time, then the most important; a Tenant may let in more', async () => {
    const work = await aStory(runsOn);
    for (const name of ['one', 'two', 'three']) await work.run(name, [aStep('a')]);
    await until('three run', () => runningPods(work).length === 3);
    await work.run('low', [aStep('a')], { priority: 'low' });
    await work.run('high', [aStep('a')], { priority: 'high' });
    for (const name of ['low', 'high']) {
      const { status } = await work.reaches(name, 'Queued');
      expect(status?.waitingFor).toMatchObject([{ kind: 'quota', name: 'queue' }]);
    }
    expect(await begun(work)).toEqual(['one', 'two', 'three']);
    await world.node.end(await theRunningPod(work));
    await until('a fourth begins', async () => (await begun(work)).length === 4);
    expect(await begun(work)).toContain('high');
    expect(await begun(work)).not.toContain('low');
    await work.addTenant({ queue: { maxConcurrentWorkItems: 10 } });
    await until('all have begun', async () => (await begun(work)).length === 5);
    world.node.follow(work.namespace, () => ({}));
    await until('no Pod is left to come', () => runningPods(work).length === 4);
    await Promise.all(runningPods(work).map((pod) => world.node.end(pod)));
    for (const name of ['one', 'two', 'three', 'low', 'high']) await work.reaches(name, 'Succeeded');
  });
});

describe.concurrent('Jobs that others touch', () => {
  it('are tried again when a quota refuses them, and the work item says so', async () => {
    const work = await aStory();
    const { client, namespace } = work;
    const metadata = { name: 'no-jobs', namespace };
    const spec = { hard: { 'count/jobs.batch': '0' } };
    await client.create(resourceQuotas, { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec } as never);
    await until('the quota counts', async () => 'status' in (await client.get(resourceQuotas, metadata)));
    await work.run('poor', [aStep('a')]);
    const quota = async () => (await work.get('poor')).status?.waitingFor?.find(({ kind }) => kind === 'quota');
    await until('it waits for the quota', async () => (await quota()) !== undefined);
    expect((await quota())?.message).toContain('no-jobs');
    await client.delete(resourceQuotas, metadata);
    const done = await work.reaches('poor', 'Succeeded');
    expect(stepOf(done, 'a')?.attempts).toHaveLength(1);
  });

  it('are not taken for ours because they have our name', async () => {
    const work = await aStory();
    const { client, namespace } = work;
    const { metadata } = await work.run('robbed', [aStep('a', soon)], { suspend: true });
    const name = attemptName({ workItemUid: metadata.uid ?? '', path: 'a', attempt: 1 });
    const container = { name: 'forger', image: 'example.test/none' };
    const template = { spec: { restartPolicy: 'Never', containers: [container], nodeSelector: { nowhere: 'yes' } } };
    const forged = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace }, spec: { template } };
    await client.create(jobs, forged as Job);
    await work.change('robbed', { suspend: false });
    const done = await work.reaches('robbed', 'Succeeded');
    const attempts = stepOf(done, 'a')?.attempts?.map(({ result, reason }) => [result, reason]);
    expect(attempts).toEqual([
      ['Failed', 'NameTaken'],
      ['Succeeded', undefined],
    ]);
    expect(await exists(client, jobs, { namespace, name })).toBe(true);
  });

  it('are replaced when they are deleted before their result, which is no failure', async () => {
    const work = await aStory(({ attempt }) => (attempt === 1 ? 'runs on' : {}));
    await work.run('disturbed', [aStep('a', { retryPolicy: { maxAttempts: 1 } })]);
    const pod = await theRunningPod(work);
    await work.client.delete(jobs, { namespace: work.namespace, name: jobOf(pod) });
    const done = await work.reaches('disturbed', 'Succeeded');
    const attempts = stepOf(done, 'a')?.attempts?.map(({ result }) => result);
    expect(attempts).toEqual(['Disrupted', 'Succeeded']);
  });

  it('are not missed when they are deleted after their result', async () => {
    const work = await aStory(({ path }) => (path === 'b' ? 'runs on' : {}));
    await work.run('tidied', [aStep('a'), aStep('b', { dependsOn: ['a'] })]);
    const pod = await theRunningPod(work, 'b');
    const ofA = world.node.jobsOf(work.namespace).find(({ metadata }) => metadata.name !== jobOf(pod));
    await work.client.delete(jobs, ofA!.metadata);
    await until('it is gone', async () => !(await exists(work.client, jobs, ofA!.metadata)));
    await world.node.end(pod);
    const done = await work.reaches('tidied', 'Succeeded');
    expect(stepOf(done, 'a')?.attempts?.map(({ result }) => result)).toEqual(['Succeeded']);
  });

  it('lose their Pod without that being a failure', async () => {
    const work = await aStory(({ attempt }) => (attempt === 1 ? 'runs on' : {}));
    await work.run('evicted', [aStep('a', { retryPolicy: { maxAttempts: 1 } })]);
    const pod = await theRunningPod(work);
    await work.client.delete(pods, pod.metadata);
    const done = await work.reaches('evicted', 'Succeeded');
    expect(stepOf(done, 'a')?.attempts?.at(-1)?.result).toBe('Succeeded');
  });
});

describe.concurrent('kubectl', () => {
  it('waits for a run by its condition', async () => {
    const work = await aStory(() => ({ afterMs: 1_000 }));
    await work.run('awaited', [aStep('a')]);
    const target = ['-n', work.namespace, 'workitem/awaited', '--for=condition=Succeeded', '--timeout=60s'];
    expect(await kubectl(['wait', ...target])).toContain('condition met');
    expect((await work.get('awaited')).status?.phase).toBe('Succeeded');
  });

  it('finds nothing to change when what has run is applied again', async () => {
    const work = await aStory();
    const metadata = { name: 'declared', namespace: work.namespace };
    const spec = { pipelineSpec: { steps: [aStep('a')] }, priority: 'high' };
    const manifest = JSON.stringify({ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', metadata, spec });
    const apply = () => kubectl(['apply', '--server-side', '-f', '-'], manifest);
    await apply();
    const done = await work.reaches('declared', 'Succeeded');
    await apply();
    const after = await work.get('declared');
    expect(after.metadata.resourceVersion).toBe(done.metadata.resourceVersion);
    expect(await kubectl(['diff', '--server-side', '-f', '-'], manifest)).toBe('');
  });
});
