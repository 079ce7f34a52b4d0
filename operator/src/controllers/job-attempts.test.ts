import { describe, expect, it } from 'vitest';
import { Waiting } from '../core/reconcile-error.ts';
import type { PinnedPipeline } from '../core/work-item/observed.ts';
import type { PodView } from '../core/execution/child-views.ts';
import { anAttempt, codeStep } from '../testing/an-attempt.ts';
import { aContext, ScriptedJobs } from '../testing/scripted-jobs.ts';
import { JobAttempts } from './job-attempts.ts';
import type { JobPort } from './job-port.ts';

/** Attempts whose certificate authorities a test may set, and the Jobs that were made. */
function aJobAttempts() {
  const created: object[] = [];
  const trust = { authorities: '' };
  const port: JobPort = {
    ...{ jobsOf: () => [], podsOf: () => ({ pods: [], arePodsCurrent: true }) },
    create: (manifest) => Promise.resolve({ kind: 'created', count: created.push(manifest) }),
    ...{
      remove: () => Promise.resolve(),
      removePod: () => Promise.resolve(),
      isolatePrograms: () => Promise.resolve(undefined),
      removeAll: () => Promise.resolve(),
    },
  };
  const programs = {
    ...{ configMap: () => Promise.resolve(undefined), artifact: () => Promise.resolve(undefined) },
    storeTask: () => Promise.reject(new Error('no task is that large')),
  };
  const attempts = new JobAttempts(port, programs, {
    images: { conclave: 'conclave', runtime: 'runtime' },
    serverUrl: 'https://server',
    certificateAuthorities: () => trust.authorities,
    queueName: () => undefined,
  });
  const pinned = { methods: [] } as unknown as PinnedPipeline;
  return { created, trust, start: () => attempts.start({ key: 'team/order', ...anAttempt(), pinned, isFresh: true }) };
}

describe('JobAttempts', () => {
  it('makes no Job before it knows what its Pod has to trust: the Pod keeps what it was made with', async () => {
    const { created, trust, start } = aJobAttempts();
    await expect(start()).rejects.toBeInstanceOf(Waiting);
    expect(created).toEqual([]);
    trust.authorities = 'PEM';
    expect(await start()).toBeUndefined();
    expect(created).toMatchObject([
      { spec: { template: { metadata: { annotations: { 'conclave.dev/ca': 'PEM' } } } } },
    ]);
  });
});

describe('attempts that share a Job', () => {
  const member = (index: number, more: object = {}) =>
    aContext({ start: { path: `each[${index}].build`, attempt: 1, jobName: 'build-1-shared', ...more } });
  const both = [member(0), member(1)];
  const podOf = (index: number): PodView => ({
    metadata: {
      name: `pod-${index}`,
      uid: `uid-${index}`,
      labels: { 'batch.kubernetes.io/job-completion-index': String(index) },
    },
  });
  const { workItem } = aContext();

  it('have one made, and each is seen', async () => {
    const jobs = new ScriptedJobs();
    expect(await jobs.attempts().startTogether(both)).toBeUndefined();
    expect(jobs.manifests.map(({ metadata }) => metadata.name)).toEqual(['build-1-shared']);
    expect(
      jobs
        .attempts()
        .observe('')
        .map(({ path }) => path),
    ).toEqual(['each[0].build', 'each[1].build']);
  });

  it('take one that is there when it is theirs, also when they are fewer now', async () => {
    const jobs = new ScriptedJobs();
    await jobs.attempts().startTogether(both);
    for (const some of [both, both.slice(1)]) {
      jobs.script.push({ kind: 'exists', found: jobs.jobs.get('build-1-shared') });
      expect(await jobs.attempts().startTogether(some)).toBeUndefined();
    }
  });

  it.each([
    ['another attempt', [member(0), member(2)]],
    [
      'an attempt that was made from something else',
      [member(0), member(1, { specDigest: `sha256:${'6'.repeat(64)}` })],
    ],
  ])('take none for %s', async (_, others) => {
    const jobs = new ScriptedJobs();
    await jobs.attempts().startTogether(both);
    jobs.script.push({ kind: 'exists', found: jobs.jobs.get('build-1-shared') });
    expect(await jobs.attempts().startTogether(others)).toMatchObject({ outcome: { reason: 'NameTaken' } });
  });

  it('have one each when their programs are too large together, whenever it is tried', async () => {
    const jobs = new ScriptedJobs();
    const code = { source: 'inline', content: `# ${'x'.repeat(40_000)}` };
    const large = [0, 1].map((index) => member(index, { step: codeStep({ code }) }));
    const attempts = jobs.attempts();
    expect(await attempts.startTogether(large)).toBeUndefined();
    const made = jobs.manifests.map(({ metadata }) => metadata.name);
    expect(made).toEqual([expect.stringMatching(/^build-1-[0-9a-f]{16}$/), expect.stringMatching(/^build-1-/)]);
    for (const name of made) jobs.script.push({ kind: 'exists', found: jobs.jobs.get(name) });
    expect(await attempts.startTogether(large)).toBeUndefined();
  });

  it('have none while a program of theirs is missing', async () => {
    const jobs = new ScriptedJobs();
    const code = { source: 'configMap', configMap: { name: 'programs', key: 'main' } };
    const started = await jobs.attempts().startTogether([member(0), member(1, { step: codeStep({ code }) })]);
    expect(started).toMatchObject({ outcome: { reason: 'ProgramNotFound' } });
    expect(jobs.manifests).toEqual([]);
  });

  it('begin once programs are kept from the network in their namespace, and wait while that is refused', async () => {
    const jobs = new ScriptedJobs();
    jobs.isolationRefused = 'networkpolicies is forbidden';
    expect(await jobs.attempts().startTogether(both)).toEqual({ refused: 'networkpolicies is forbidden' });
    expect(jobs.manifests).toEqual([]);
    jobs.isolationRefused = undefined;
    expect(await jobs.attempts().startTogether(both)).toBeUndefined();
    expect(jobs.isolated).toEqual(['team', 'team']);
  });

  it('are ended one by one by their Pods', async () => {
    const jobs = new ScriptedJobs();
    await jobs.attempts().startTogether(both);
    jobs.pods.push(podOf(0), podOf(1));
    await jobs.attempts().stop(workItem, 'each[1].build', 1);
    expect(jobs.removed).toEqual(['pod-1']);
    await jobs.attempts().stop(workItem, 'each[1].build', 2);
    expect(jobs.removed).toEqual(['pod-1']);
  });

  it('lose their Job when one is ended that has no Pod yet: it must not get one', async () => {
    const jobs = new ScriptedJobs();
    await jobs.attempts().startTogether(both);
    jobs.pods.push(podOf(0));
    await jobs.attempts().stop(workItem, 'each[1].build', 1);
    expect(jobs.removed).toEqual(['build-1-shared']);
  });
});
