import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { secrets } from '../src/kube/secret.ts';
import type { ProxiedRequest } from '../src/testing/fault.ts';
import { FaultProxy } from '../src/testing/fault-proxy.ts';
import { type Sample, samples, sampleScript, stepsOf } from './engine-sample.ts';
import { EngineWorld } from './engine-world.ts';
import { testKubeconfig } from './test-cluster.ts';
import { until, Work } from './work-items.ts';

const revisions: ResourceType = {
  ...{ group: 'apps', version: 'v1', kind: 'ControllerRevision', plural: 'controllerrevisions', namespaced: true },
};

/** A write before or after which the operator died, such as `before POST jobs`. */
type KillPoint = `${'before' | 'after'} ${string}`;

/** What each operator writes anew: lives end with the first such write alone. */
const writtenAgain: ReadonlySet<string> = new Set([
  ...['POST leases', 'POST controllerrevisions', 'PATCH configmaps', 'PATCH networkpolicies'],
]);
/** More than any of the samples has. */
const mostLives = 80;

let world: EngineWorld;
const covered: KillPoint[] = [];

beforeAll(async () => {
  world = await EngineWorld.start();
});

afterAll(async () => {
  process.stdout.write(`kill points covered: ${covered.length}\n`);
  await world.stop();
});

/** `PUT workitems/status` for such a write, whatever it is called. */
function nameOf({ method, path }: ProxiedRequest): string {
  const [, plural = '', , subresource] = path.replace(/^.*\/namespaces\/[^/]+/, '').split('/');
  return `${method} ${plural}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** A namespace in which a sample runs as soon as an operator comes. */
async function aRun({ pipeline }: Sample): Promise<Work> {
  const namespace = await world.addNamespace();
  await world.installAuthority(namespace);
  world.node.follow(namespace, sampleScript);
  const work = new Work(world.client, namespace);
  await work.addTenant({ retention: { finishedJobsSeconds: 1 } });
  await work.addPipeline('sample', pipeline);
  await work.add('run', { pipelineRef: { name: 'sample' } });
  return work;
}

/** The run is over, and what it needed is no longer there; or the life is over in which this was waited for. */
async function settled(work: Work, life: AbortSignal): Promise<'settled'> {
  const { namespace } = work;
  const isOver = async () => life.aborted || (await work.get('run')).status?.phase === 'Succeeded';
  await until('the run has succeeded', isOver, 600_000);
  await until('its Jobs are gone', () => life.aborted || world.node.jobsOf(namespace).length === 0);
  await until('its Pods are gone', () => life.aborted || world.node.podsOf(namespace).length === 0);
  return 'settled';
}

const statusWrite = 'PUT workitems/status';

/**
 * Says of each write of a life whether it ends with it: with the first that is new. What is done about a status comes
 * after it is recorded once more, so that a stale plan does nothing: a status that was written by the last life may pass.
 */
function whenNew(points: readonly KillPoint[]): (write: string) => boolean {
  let mayPass = points.findLast((point) => point.startsWith('after ')) === `after ${statusWrite}`;
  return (write) => {
    if (write === 'PUT leases') return false;
    if (writtenAgain.has(write)) return !points.includes(`after ${write}`);
    const isRepeated = mayPass && write === statusWrite;
    if (isRepeated) mayPass = false;
    return !isRepeated;
  };
}

/** Each write is swallowed first, and done the next time. */
function nextPoint(write: string, points: readonly KillPoint[]): KillPoint {
  const times = (point: KillPoint) => points.filter((each) => each === point).length;
  return times(`before ${write}`) > times(`after ${write}`) ? `after ${write}` : `before ${write}`;
}

/**
 * One life of an operator: it dies before or after its first new write. Undefined when it had nothing new to write. The
 * name of its Lease is another one each time, so that none waits for the one who died.
 */
async function live(work: Work, points: readonly KillPoint[]): Promise<KillPoint | undefined> {
  const { namespace } = work;
  const proxy = await FaultProxy.start(testKubeconfig());
  const flags = { namespace, leaseNamespace: namespace, leaseName: randomUUID() };
  const operator = world.startOperator({ kubeconfig: proxy.kubeconfig, ...flags });
  let point: KillPoint | undefined;
  const isNew = whenNew(points);
  const done = () => void operator.child.kill('SIGKILL');
  const choose = (request: ProxiedRequest): void => {
    if (point === undefined && request.isWrite && isNew(nameOf(request))) point = nextPoint(nameOf(request), points);
  };
  const isBefore = (request: ProxiedRequest) => {
    choose(request);
    return request.isWrite && point?.startsWith('before ') === true;
  };
  const isAfter = ({ isWrite }: ProxiedRequest) => isWrite && point !== undefined;
  proxy.inject({ fault: { kind: 'swallow' }, when: isBefore, done });
  proxy.inject({ fault: { kind: 'loseAnswer', how: 'silence' }, when: isAfter, done });
  const life = new AbortController();
  const end = await Promise.race([operator.ended, settled(work, life.signal)]).finally(() => {
    life.abort();
  });
  // What ends a run may be seen here before the operator dies of it.
  if (point !== undefined) await operator.ended;
  await operator.kill();
  await proxy.close();
  if (point === undefined && end === 'settled') return undefined;
  if (operator.child.signalCode !== 'SIGKILL') throw new Error(`the operator ended by itself with ${end}`);
  return point;
}

/** Operators live and die, one after the other, until nothing is left to write. */
async function liveAndDie(work: Work): Promise<readonly KillPoint[]> {
  const points: KillPoint[] = [];
  while (points.length < mostLives) {
    const point = await live(work, points).catch((error: unknown) => {
      throw new Error(`${String(error)}, after ${points.join(', ')}`, { cause: error });
    });
    if (point === undefined) return points;
    points.push(point);
  }
  throw new Error(`it never ends: ${points.join(', ')}`);
}

async function namesOf(type: ResourceType, { client, namespace }: Work): Promise<readonly string[]> {
  const { items } = await client.listPage<KubeObject>(type, { namespace, limit: 100 });
  return items.map(({ metadata }) => metadata.name).toSorted();
}

describe.concurrent('operators that die before and after each write', () => {
  it.each([0, 1, 2])(
    'bring the run to the end that it would have had: sample %i',
    async (which) => {
      const sample = samples(world.node.placement)[which]!;
      const work = await aRun(sample);
      const points = await liveAndDie(work);
      covered.push(...points);
      for (const write of ['POST leases', 'POST controllerrevisions', statusWrite, 'POST jobs', 'DELETE jobs'])
        expect(points).toEqual(expect.arrayContaining([`before ${write}`, `after ${write}`]));
      expect(stepsOf(await work.get('run'))).toEqual(sample.steps);
      expect(await namesOf(revisions, work)).toHaveLength(1);
      expect(await namesOf(secrets, work)).toEqual(['conclave-ca', 'conclave-server-tls']);
      const made = [...world.node.jobUids].filter(([key]) => key.startsWith(`${work.namespace}/`));
      expect(made.filter(([, uids]) => uids.size !== 1)).toEqual([]);
    },
    1_800_000,
  );
});

describe('all these lives', () => {
  it('ended at sixty writes and more', () => {
    expect(covered.length).toBeGreaterThanOrEqual(60);
  });
});
