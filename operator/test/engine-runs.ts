import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { WorkItem } from '../src/api/work-item.ts';
import { samples, sampleScript, stepsOf } from './engine-sample.ts';
import type { EngineWorld, OperatorStart } from './engine-world.ts';
import type { OperatorProcess } from './operator-process.ts';
import { until, Work } from './work-items.ts';

/** Longer than any of it takes on a busy machine, in milliseconds. */
const patienceMs = 240_000;

/** A namespace for the samples, in which the Jobs of a run that has ended are removed at once. */
export async function aNamespace(world: EngineWorld): Promise<Work> {
  const namespace = await world.addNamespace();
  world.node.follow(namespace, sampleScript);
  const work = new Work(world.client, namespace);
  await work.addTenant({ retention: { finishedJobsSeconds: 1 } });
  return work;
}

/** An operator for one namespace alone, which leads. */
export async function aLeader(
  world: EngineWorld,
  { namespace }: Work,
  start: OperatorStart = {},
): Promise<OperatorProcess> {
  const operator = world.startOperator({ namespace, leaseName: namespace, ...start });
  await leads(operator);
  return operator;
}

/** Resolves once an operator leads. */
export const leads = (operator: OperatorProcess) => until('it leads', () => operator.has('this process leads'));

/** Makes a WorkItem of each sample. */
export async function runSamples(world: EngineWorld, work: Work): Promise<void> {
  for (const { name, pipeline } of samples(world.node.placement)) await work.add(name, { pipelineSpec: pipeline });
}

/** A run has begun, and is far from its end. */
export const hasBegun = (work: Work) =>
  until('a run has begun', async () => (await work.get('loops')).status?.startedAt !== undefined);

/** All samples have come to their ends, each Job was made once, each result taken once, and nothing is left. */
export async function expectGoodEnds(
  world: EngineWorld,
  work: Work,
  timeoutMs = patienceMs,
  jobCounts: readonly number[] = [12],
): Promise<void> {
  for (const { name, steps } of samples(world.node.placement)) {
    const done = await work.reaches(name, 'Succeeded', timeoutMs);
    expect(stepsOf(done)).toEqual(steps);
  }
  const made = [...world.node.jobUids].filter(([key]) => key.startsWith(`${work.namespace}/`));
  expect(made.filter(([, uids]) => uids.size !== 1)).toEqual([]);
  // Three of `branches`, five of `groups`, four of `loops`: an attempt without a Job would show, and one with two.
  expect(jobCounts).toContain(made.length);
  await expectRest(world, work);
}

/** No step took two results, no Job or Pod is left, and nothing is written any more. */
export async function expectRest(world: EngineWorld, work: Work): Promise<void> {
  const { namespace } = work;
  expect(world.ledger.acceptedTwice(namespace)).toEqual([]);
  await until('its Jobs are gone', () => world.node.jobsOf(namespace).length === 0, patienceMs);
  await until('its Pods are gone', () => world.node.podsOf(namespace).length === 0, patienceMs);
  const before = await work.list();
  await sleep(1_000);
  expect((await work.list()).map(versionOf)).toEqual(before.map(versionOf));
}

const versionOf = ({ metadata: { name, resourceVersion } }: WorkItem) => [name, resourceVersion];
