import { describe, expect, it } from 'vitest';
import type { ProgressCounts } from '../api/attempt-progress.ts';
import type { Model, ModelStatus } from '../api/model.ts';
import type { RunnerTask } from '../api/runner-task.ts';
import { Waiting } from '../core/reconcile-error.ts';
import type { AttemptOutcome } from '../core/work-item/observed.ts';
import { aCouncil, aModel, aRole } from '../testing/a-world.ts';
import { aStep } from '../testing/an-attempt.ts';
import { settled } from '../testing/manual-clock.ts';
import { aMethod } from '../testing/planned-run.ts';
import { aContext, ScriptedJobs } from '../testing/scripted-jobs.ts';
import { Attempts, type PlannedDeed } from './attempts.ts';
import { Operations } from './operations.ts';

const succeeded: AttemptOutcome = { result: 'Succeeded', outputs: {} };
const refused = { kind: 'refused', message: 'exceeded quota' } as const;
const none: ReadonlySet<string> = new Set();

/** Attempts; those that are no Jobs do as `planned` says, and pauses end when the test lets them. */
function someAttempts(
  planned: PlannedDeed | { readonly outcome: AttemptOutcome } = { outcome: succeeded },
  allowedHosts?: readonly string[],
) {
  const jobs = new ScriptedJobs();
  const woken: string[] = [];
  const statuses = new Map<string, ModelStatus>();
  const told = new Map<string, ProgressCounts>();
  const pauses: { readonly ms: number; readonly end: () => void }[] = [];
  const attempts = new Attempts({
    jobs: jobs.attempts(),
    operations: new Operations({ wake: (key) => woken.push(key), limit: 10 }),
    deedFor: () => planned,
    pause: (ms, signal) =>
      new Promise((end) => {
        pauses.push({ ms, end });
        signal.addEventListener('abort', () => end());
      }),
    progressOf: (uid, { step, attempt }) => told.get(`${uid} ${attempt} ${step}`),
    cleanUp: () => Promise.resolve(),
    statusOfModel: (namespace, name) => statuses.get(`${namespace}/${name}`),
    allowedHosts: () => allowedHosts,
    wake: (key) => woken.push(key),
  });
  const goOn = async () => {
    pauses.at(-1)?.end();
    await settled();
  };
  return { attempts, jobs, woken, pauses, goOn, statuses, told };
}

const pay = aMethod('pay', { type: 'http', http: { url: 'https://h' } });
const aCall = () =>
  aContext(
    { start: { mode: 'api', method: 'pay', step: aStep({ type: 'function', method: 'pay' }) } },
    { methods: [pay] },
  );
const { workItem, start } = aContext();
const theAttempt = { path: start.path, attempt: start.attempt };

describe('Attempts', () => {
  it('are ready for Jobs only when Pods can be told whom to trust, and for all else anyway', () => {
    const { attempts, jobs } = someAttempts();
    const [job, call] = [aContext(), aCall()];
    jobs.authorities = '';
    expect(() => attempts.assertReady([call.start, job.start], job.pinned)).toThrow(Waiting);
    expect(() => attempts.assertReady([call.start], call.pinned)).not.toThrow();
    jobs.authorities = 'PEM';
    expect(() => attempts.assertReady([job.start], job.pinned)).not.toThrow();
  });

  describe('by a Job', () => {
    it('makes it, and observes it', async () => {
      const { attempts, jobs } = someAttempts();
      await attempts.start(aContext());
      expect(attempts.observe(workItem)).toEqual([
        { path: 'each[3].build', number: 2, jobUid: `uid-of-${jobs.manifests[0]?.metadata.name}` },
      ]);
      expect(attempts.isLeft(workItem)).toBe(true);
    });

    it('shows what its pod tells of it, as long as it is under way', async () => {
      const { attempts, jobs, told } = someAttempts();
      await attempts.start(aContext());
      const { uid = '' } = workItem.metadata;
      const progress = { turns: 1, toolCalls: 0, promptTokens: 5, completionTokens: 2 };
      told.set(`${uid} ${start.attempt} ${start.path}`, progress);
      expect(attempts.observe(workItem)).toMatchObject([{ path: start.path, progress }]);
      const [[name, job] = []] = [...jobs.jobs];
      jobs.jobs.set(name ?? '', { ...job!, status: { conditions: [{ type: 'Failed', status: 'True' }] } });
      const [ended] = attempts.observe(workItem);
      expect(ended).toHaveProperty('outcome');
      expect(ended).not.toHaveProperty('progress');
    });

    it('shows why it is refused, tries again later and later, and is no operation once the Job is there', async () => {
      const { attempts, jobs, pauses, goOn, woken } = someAttempts();
      jobs.script.push(...Array.from({ length: 6 }, () => refused));
      await attempts.start(aContext());
      const waitingFor = { kind: 'quota', name: 'each[3].build', message: 'exceeded quota' };
      expect(attempts.observe(workItem)).toEqual([{ path: 'each[3].build', number: 2, waitingFor }]);
      for (let time = 0; time < 5; time += 1) await goOn();
      expect(pauses.map(({ ms }) => ms)).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
      await goOn();
      expect(attempts.observe(workItem)).toMatchObject([
        { path: 'each[3].build', number: 2, jobUid: expect.any(String) },
      ]);
      expect(attempts.observe(workItem)).toHaveLength(1);
      expect(woken).toEqual([]);
    });

    it('goes on to try when there is no answer', async () => {
      const { attempts, jobs, goOn } = someAttempts();
      jobs.script.push(refused, new Error('no answer'));
      await attempts.start(aContext());
      await goOn();
      expect(jobs.jobs.size).toBe(0);
      await goOn();
      expect(jobs.jobs.size).toBe(1);
    });

    it('fails once a Job that was refused turns out to be none that could ever be made', async () => {
      const { attempts, jobs, goOn, woken } = someAttempts();
      jobs.script.push(refused, { kind: 'invalid', message: 'spec.template: no' });
      await attempts.start(aContext());
      await goOn();
      expect(attempts.observe(workItem)[0]?.outcome).toMatchObject({ reason: 'JobInvalid', retryable: false });
      expect(woken).toEqual(['team/order']);
    });

    it('makes none any more once the attempt is stopped while it is refused', async () => {
      const { attempts, jobs } = someAttempts();
      jobs.script.push(refused);
      await attempts.start(aContext());
      await attempts.stop(workItem, theAttempt);
      await settled();
      expect([jobs.manifests.length, attempts.observe(workItem)]).toEqual([1, []]);
    });

    it('deletes it when the attempt is stopped', async () => {
      const { attempts, jobs } = someAttempts();
      await attempts.start(aContext());
      await attempts.stop(workItem, theAttempt);
      expect(jobs.removed).toEqual([jobs.manifests[0]?.metadata.name]);
    });

    it('is lost when the Job was there and is gone, until that is recorded', async () => {
      const { attempts, jobs } = someAttempts();
      await attempts.start(aContext());
      attempts.observe(workItem);
      jobs.jobs.clear();
      const lost = { path: 'each[3].build', number: 2, outcome: { result: 'Disrupted', reason: 'JobDeleted' } };
      expect(attempts.observe(workItem)).toMatchObject([lost]);
      attempts.settle(workItem, new Set(['2 each[3].build']));
      expect(attempts.observe(workItem)).toMatchObject([lost]);
      attempts.settle(workItem, none);
      expect(attempts.observe(workItem)).toEqual([]);
    });

    it('is not lost as long as nobody has seen it', async () => {
      const { attempts, jobs } = someAttempts();
      await attempts.start(aContext());
      jobs.jobs.clear();
      expect(attempts.observe(workItem)).toEqual([]);
    });

    it('removes what is left of them', async () => {
      const { attempts, jobs } = someAttempts();
      await attempts.start(aContext());
      await attempts.sweep(workItem);
      expect([jobs.removed.length, attempts.isLeft(workItem)]).toEqual([1, false]);
    });
  });

  describe('by members of a Council, together', () => {
    const step = aStep({ type: 'council', council: 'board', topic: 'Which tea?' });
    const names = ['ann', 'bob'];
    const speaker = (name: string) => ({
      ...{ path: `choose[0].${name}`, attempt: 1, step, jobName: 'ann-1-shared' },
      seat: { deliberation: 'choose', maxTokens: 9, stage: { kind: 'propose' as const, round: 1, member: name } },
    });
    const together = (models: readonly Model[], roles = names.map((name) => aRole(name, { modelRef: { name } }))) => {
      const members = names.map((name) => ({ name, roleRef: { name } }));
      const pinned = { models, roles, councils: [aCouncil('board', { members, isolation: 'pods' })] };
      return names.map((name) => aContext({ start: speaker(name) }, pinned));
    };
    const alike = names.map((name) => aModel(name));

    it('is one Indexed Job in which each is told of itself alone', async () => {
      const { attempts, jobs } = someAttempts();
      await attempts.startTogether(together(alike));
      expect(jobs.manifests).toMatchObject([
        {
          metadata: { name: 'ann-1-shared', annotations: { 'conclave.dev/path': 'choose[0].*' } },
          spec: { completionMode: 'Indexed', completions: 2 },
        },
      ]);
      const { template } = jobs.manifests[0]?.spec as {
        template: { metadata: { annotations: Record<string, string> } };
      };
      const tasks = [0, 1].map((index) => template.metadata.annotations[`conclave.dev/task-${index}`] ?? '');
      expect(tasks.map((task) => [/"ann"/.test(task), /"bob"/.test(task)])).toEqual([
        [true, false],
        [false, true],
      ]);
      expect(attempts.observe(workItem).map(({ path }) => path)).toEqual(['choose[0].ann', 'choose[0].bob']);
    });

    it('is a Job for each whose Pods must differ: no Pod has the key of another', async () => {
      const { attempts, jobs } = someAttempts();
      const secret = { url: 'http://o', apiKeySecretRef: { name: 'key-of-bob', key: 'k' } };
      await attempts.startTogether(together([aModel('ann'), aModel('bob', { endpoint: secret })]));
      expect(jobs.manifests.map((job) => JSON.stringify(job).includes('key-of-bob'))).toEqual([false, true]);
    });

    it('leaves the others when one cannot be given what it needs', async () => {
      const { attempts, jobs } = someAttempts();
      await attempts.startTogether(together(alike, [aRole('bob', { modelRef: { name: 'bob' } })]));
      expect(jobs.manifests).toMatchObject([{ metadata: { name: 'ann-1-shared' }, spec: { completions: 1 } }]);
      const [lost, begun] = attempts.observe(workItem);
      expect(lost).toMatchObject({ path: 'choose[0].ann', outcome: { reason: 'RoleNotFound' } });
      expect(begun?.path).toBe('choose[0].bob');
    });

    it('waits for a Model that they share, and then begins together', async () => {
      const { attempts, jobs, goOn, woken, statuses } = someAttempts();
      const dedicated = aModel('tea', { dedicated: { image: 'vllm', source: 'x' } });
      const roles = names.map((name) => aRole(name, { modelRef: { name: 'tea' } }));
      await attempts.startTogether(together([dedicated], roles));
      expect(attempts.observe(workItem)).toMatchObject(
        names.map(() => ({ waitingFor: { kind: 'model', name: 'tea' } })),
      );
      expect(jobs.manifests).toEqual([]);
      statuses.set('team/tea', { url: 'http://tea' });
      await goOn();
      expect(woken.length).toBeGreaterThan(0);
      await attempts.startTogether(together([dedicated], roles));
      expect(jobs.manifests).toMatchObject([{ spec: { completions: 2 } }]);
    });
  });

  describe('by an agent', () => {
    const step = aStep({ type: 'llm_agent', modelRef: { name: 'large' } });
    const anAgent = (model: Model) => aContext({ start: { step } }, { models: [model], roles: [], councils: [] });
    const dedicated = aModel('large', { dedicated: { image: 'vllm', source: 'x' } });
    const taskOf = ({ manifests }: ScriptedJobs) => {
      const { template } = manifests[0]?.spec as { template: { metadata: { annotations: Record<string, string> } } };
      return JSON.parse(template.metadata.annotations['conclave.dev/task'] ?? '') as RunnerTask;
    };

    it('is a Job that is told where its Model is', async () => {
      const { attempts, jobs } = someAttempts();
      await attempts.start(anAgent(aModel('large')));
      expect(attempts.observe(workItem)).toMatchObject([{ jobUid: expect.any(String) }]);
      expect(taskOf(jobs).work).toMatchObject({ kind: 'agent', role: { model: { url: 'http://vllm' } } });
    });

    it('fails before there is a Job when its Model is not there, and says so', async () => {
      const { attempts, jobs, woken } = someAttempts();
      await attempts.start(anAgent(aModel('other')));
      const message = "there is no Model 'large', which the step 'build' asks";
      const outcome = { result: 'Failed', reason: 'ModelNotFound', message, retryable: false };
      expect(attempts.observe(workItem)).toMatchObject([{ outcome }]);
      expect([jobs.manifests, woken]).toEqual([[], ['team/order']]);
    });

    it('fails before there is a Job when the Tenant does not allow the host of its Model', async () => {
      const { attempts, jobs } = someAttempts(undefined, ['other.test']);
      await attempts.start(anAgent(aModel('large')));
      expect(attempts.observe(workItem)).toMatchObject([{ outcome: { reason: 'HostNotAllowed', retryable: false } }]);
      expect(jobs.manifests).toEqual([]);
    });

    it('waits for a Model that is not served yet, says so, and begins anew when it is', async () => {
      const { attempts, jobs, woken, goOn, statuses } = someAttempts();
      await attempts.start(anAgent(dedicated));
      const message = "the Model 'large' is not served yet: its status has no `url`";
      const waitingFor = { kind: 'model', name: 'large', message };
      expect(attempts.observe(workItem)).toEqual([{ path: theAttempt.path, number: theAttempt.attempt, waitingFor }]);
      await goOn();
      expect([attempts.observe(workItem).length, woken]).toEqual([1, []]);
      statuses.set('team/large', { url: 'http://large.team.svc:8000/v1', contextLength: 32_768 });
      await goOn();
      expect([attempts.observe(workItem), woken]).toEqual([[], ['team/order']]);
      await attempts.start(anAgent(dedicated));
      const model = { url: 'http://large.team.svc:8000/v1', contextLength: 32_768, cacheSalt: expect.any(String) };
      expect(taskOf(jobs).work).toMatchObject({ role: { model } });
    });

    it('waits no longer once it is stopped', async () => {
      const { attempts, goOn, woken, statuses } = someAttempts();
      await attempts.start(anAgent(dedicated));
      await attempts.stop(workItem, theAttempt);
      statuses.set('team/large', { url: 'http://large' });
      await goOn();
      expect([attempts.observe(workItem), woken]).toEqual([[], []]);
    });
  });

  describe('by the operator itself', () => {
    it('begins it once', async () => {
      let begun = 0;
      const deed = () => Promise.resolve(++begun === 1 ? succeeded : undefined);
      const { attempts, woken, jobs } = someAttempts({ deed });
      await attempts.start(aCall());
      await attempts.start(aCall());
      await settled();
      expect(attempts.observe(workItem)).toEqual([{ path: 'each[3].build', number: 2, outcome: succeeded }]);
      expect([begun, woken, jobs.manifests]).toEqual([1, ['team/order'], []]);
    });

    it('settles at once what cannot even begin', async () => {
      const { attempts, woken } = someAttempts({ outcome: { result: 'Unknown' } });
      await attempts.start(aCall());
      expect(attempts.observe(workItem)[0]?.outcome).toEqual({ result: 'Unknown' });
      expect(woken).toEqual(['team/order']);
    });

    it('fails for good what this version cannot run, and says what it is', async () => {
      const { attempts } = someAttempts();
      await attempts.start(aContext({ start: { step: aStep({ type: 'function', method: 'gone' }), method: 'gone' } }));
      expect(attempts.observe(workItem)[0]?.outcome).toEqual({
        ...{ result: 'Failed', reason: 'NotServed', retryable: false },
        message:
          'this version of Conclave cannot run the Method gone in a step of the type function in the mode direct',
      });
    });

    it('aborts it and takes away what it made when it is stopped', async () => {
      const seen: AbortSignal[] = [];
      const undone: string[] = [];
      const deed = (signal: AbortSignal) => new Promise<AttemptOutcome>(() => seen.push(signal));
      const { attempts } = someAttempts({ deed, undo: () => Promise.resolve(void undone.push('made')) });
      await attempts.start(aCall());
      await attempts.stop(workItem, theAttempt);
      expect([seen[0]?.aborted, undone, attempts.observe(workItem)]).toEqual([true, ['made'], []]);
    });

    it.each([
      ['keeps what it made when it has ended', false, []],
      ['takes away what it made when it is to be gone then', true, ['made']],
    ])('%s', async (_what, isUndoneAfterwards, expected) => {
      const undone: string[] = [];
      const undo = () => Promise.resolve(void undone.push('made'));
      const { attempts } = someAttempts({ deed: () => Promise.resolve(succeeded), undo, isUndoneAfterwards });
      await attempts.start(aCall());
      await settled();
      attempts.settle(workItem, new Set(['2 each[3].build']));
      expect([attempts.observe(workItem).length, undone]).toEqual([1, []]);
      attempts.settle(workItem, none);
      expect([attempts.observe(workItem), undone]).toEqual([[], expected]);
    });

    it('keeps what goes on when others are settled', async () => {
      const { attempts } = someAttempts({ deed: () => new Promise(() => undefined) });
      await attempts.start(aCall());
      attempts.settle(workItem, none);
      expect(attempts.observe(workItem)).toHaveLength(1);
    });

    it('forgets all of a WorkItem that is gone, without taking anything away: the garbage collector does', async () => {
      const undone: string[] = [];
      const undo = () => Promise.resolve(void undone.push('made'));
      const { attempts } = someAttempts({ deed: () => new Promise(() => undefined), undo });
      await attempts.start(aCall());
      attempts.forget(workItem.metadata.uid ?? '');
      expect([attempts.observe(workItem), undone]).toEqual([[], []]);
    });
  });
});
