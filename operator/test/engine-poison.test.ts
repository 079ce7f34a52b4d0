import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepStatus } from '../src/api/step-status.ts';
import type { WorkItem } from '../src/api/work-item.ts';
import type { WorkItemStatus } from '../src/api/work-item-status.ts';
import { without } from '../src/core/defined.ts';
import { Conflict } from '../src/kube/api-error.ts';
import { jobs } from '../src/kube/job.ts';
import { expectRest, leads } from './engine-runs.ts';
import { aStep } from './engine-sample.ts';
import { EngineWorld } from './engine-world.ts';
import type { OperatorProcess } from './operator-process.ts';
import { until, Work, workItemType } from './work-items.ts';

let world: EngineWorld;
let operator: OperatorProcess;
let work: Work;

beforeAll(async () => {
  world = await EngineWorld.start();
  operator = world.startOperator();
  await leads(operator);
  const namespace = await world.addNamespace();
  world.node.follow(namespace, () => ({ afterMs: 3_000 }));
  work = new Work(world.client, namespace);
  const queue = { maxConcurrentWorkItems: 100 };
  await work.addTenant({ queue, retention: { finishedJobsSeconds: 1 } });
});

afterAll(async () => {
  await world.stop();
});

const step = (name: string, more: object = {}) => aStep(name, { placement: world.node.placement, ...more });
const pipeline = () => {
  const each = { name: 'each', type: 'loop', iterateOver: [1, 2], loopVariable: 'item', steps: [step('look')] };
  return { steps: [step('a'), each, step('b', { dependsOn: ['a', 'each'] })] };
};

type Poison = (status: WorkItemStatus) => WorkItemStatus;

/** Changes records of steps, or adds some. */
const withSteps =
  (...poisoned: readonly StepStatus[]): Poison =>
  (status) => {
    const paths = new Set(poisoned.map(({ path }) => path));
    return { ...status, steps: [...(status.steps ?? []).filter(({ path }) => !paths.has(path)), ...poisoned] };
  };
const changing =
  (path: string, change: Partial<StepStatus>): Poison =>
  (status) => ({
    ...status,
    steps: status.steps?.map((each) => (each.path === path ? { ...each, ...change } : each)) ?? [],
  });

const running = (path: string): StepStatus => ({ path, phase: 'Running', attempts: [{ number: 1 }] });
const succeeded = (path: string): StepStatus => ({
  ...{ path, phase: 'Succeeded', reason: 'Completed', outputs: { text: 'forged' } },
  attempts: [{ number: 1, result: 'Succeeded' }],
});
const digest = `sha256:${'0'.repeat(64)}`;
const longRanges = Array.from({ length: 800 }, () => '0-9999999').join(',');
const strange = [
  '__proto__',
  'constructor',
  'toString',
  'a[',
  ']a[',
  'a[0].b',
  'each[-1].look',
  'each[99999999999].look',
];

/** What somebody with the right to do so writes into the status of a run, and how the run may end. */
const poisons: Record<string, readonly [Poison, ...string[]]> = {
  'strange-paths': [withSteps(...strange.map(succeeded)), 'Succeeded'],
  'strange-attempts': [withSteps(...strange.map(running)), 'Failed'],
  'unknown-result': [withSteps(succeeded('nobody')), 'Succeeded'],
  'unknown-attempt': [withSteps(running('nobody')), 'Succeeded'],
  'twice-the-same': [
    (status) => ({ ...status, steps: [...(status.steps ?? []), ...(status.steps ?? [])] }),
    'Succeeded',
  ],
  'five-thousand': [withSteps(...Array.from({ length: 4_990 }, (_, at) => succeeded(`s${at}`))), 'Succeeded', 'Failed'],
  'endless-ranges': [
    changing('each', { iterations: { count: 1_000_000, succeeded: longRanges } }),
    'Succeeded',
    'Failed',
  ],
  'all-done-ranges': [changing('each', { iterations: { count: 2, succeeded: '0-9999999' } }), 'Succeeded', 'Failed'],
  'last-number': [
    changing('a', { attempts: [{ number: 10_000, result: 'Disrupted' }], phase: 'Waiting', reason: 'WaitingToRetry' }),
    'Failed',
  ],
  'no-reason': [changing('a', { attempts: [], reason: 'Nobody', phase: 'Running' }), 'Succeeded', 'Failed'],
  'parts-of-none': [changing('a', { attempts: [], reason: 'PartsRunning', phase: 'Running' }), 'Succeeded', 'Failed'],
  'decision-of-none': [
    changing('a', { attempts: [], reason: 'WaitingForDecision', phase: 'Waiting' }),
    'Succeeded',
    'Failed',
  ],
  'fallback-of-none': [changing('a', { attempts: [], reason: 'FallbackRunning', phase: 'Waiting' }), 'Failed'],
  'in-the-first-year': [changing('a', { startedAt: '0001-01-01T00:00:00Z' }), 'Succeeded', 'Failed'],
  'in-the-last-year': [changing('a', { startedAt: '9999-12-31T23:59:59Z' }), 'Succeeded'],
  'retry-in-the-last-year': [
    changing('a', { phase: 'Waiting', reason: 'WaitingToRetry', attempts: [], retryAt: '9999-12-31T23:59:59Z' }),
    'Succeeded',
  ],
  'no-revision': [(status) => ({ ...status, pipeline: { revision: 'nobody', digest } }), 'Failed'],
  'revision-elsewhere': [
    (status) => ({ ...status, pipeline: { revision: '../../../../api/v1/secrets', digest } }),
    'Failed',
  ],
  'lost-result': [changing('a', { ...succeeded('a'), outputsRef: { digest, sizeBytes: 1 } }), 'Succeeded', 'Failed'],
  'lost-results': [
    changing('each', { phase: 'Succeeded', iterations: { count: 2, succeeded: '0-1', resultsRef: digest } }),
    'Succeeded',
    'Failed',
  ],
  'end-of-nothing': [
    (status) => ({ ...status, ending: { phase: 'Succeeded', reason: 'Forged' } }),
    'Succeeded',
    'Failed',
  ],
  'many-waits': [
    (status) => ({
      ...status,
      waitingFor: Array.from({ length: 32 }, () => ({
        ...{ kind: 'decision' as const, name: '__proto__', since: '9999-12-31T23:59:59Z', message: 'x'.repeat(1024) },
      })),
    }),
    'Succeeded',
  ],
  'large-outputs': [
    changing('a', { ...succeeded('a'), outputs: { text: 'x'.repeat(800_000) } }),
    'Succeeded',
    'Failed',
  ],
  'not-pinned': [(status) => without(status, 'pipeline'), 'Succeeded', 'Failed'],
  'nothing-at-all': [() => ({}), 'Succeeded'],
};

async function poison(name: string, change: Poison): Promise<void> {
  for (;;) {
    const workItem = await work.get(name);
    try {
      await work.client.updateStatus(workItemType, { ...workItem, status: change(workItem.status ?? {}) });
      return;
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
    }
  }
}

const hasBoth = ({ status }: WorkItem) =>
  ['a', 'each'].every((path) => status?.steps?.some((each) => each.path === path));

describe('a status that somebody else wrote', () => {
  it.concurrent.each(Object.entries(poisons))(
    'ends its own run at worst: %s',
    async (name, [change, ...phases]) => {
      await work.add(name, { pipelineSpec: pipeline() });
      await until('it runs', async () => hasBoth(await work.get(name)));
      await poison(name, change);
      await until(
        `${name} has ended`,
        async () => (await work.get(name)).status?.finishedAt !== undefined,
        240_000,
      ).catch(async (error: unknown) => {
        throw new Error(`${String(error)}: ${JSON.stringify((await work.get(name)).status).slice(0, 3_000)}`);
      });
      const { status } = await work.get(name);
      expect(phases).toContain(status?.phase);
      if (status?.phase === 'Failed') expect(status.message).not.toBe('');
    },
    600_000,
  );

  it('hurts no other run', async () => {
    await work.add('sane', { pipelineSpec: pipeline() });
    await work.reaches('sane', 'Succeeded');
    expect(operator.child.exitCode).toBeNull();
    expect(operator.has('this process no longer leads; it stands again')).toBe(false);
    await expectRest(world, work);
  }, 600_000);
});

describe('a Job whose annotations somebody changed', () => {
  it.each(['__proto__', 'each[99999999999].look', '', 'x'.repeat(100_000)].map((path) => [path.slice(0, 30), path]))(
    'counts no longer, at the latest when the time of its attempt is over, and another follows: %j',
    async (_, path) => {
      const namespace = await world.addNamespace();
      world.node.follow(namespace, ({ attempt }) => (attempt === 1 ? 'runs on' : {}));
      const own = new Work(world.client, namespace);
      await own.addTenant({ retention: { finishedJobsSeconds: 1 } });
      await own.run('run', [step('a', { timeoutSeconds: 15 })]);
      await until('its Job is there', () => world.node.jobsOf(namespace).length === 1);
      const annotations = { 'conclave.dev/path': path };
      const [job] = world.node.jobsOf(namespace);
      await own.client.patch(jobs, { namespace, name: job!.metadata.name }, { merge: { metadata: { annotations } } });
      await own.reaches('run', 'Succeeded', 240_000);
      await expectRest(world, own);
    },
    600_000,
  );
});
