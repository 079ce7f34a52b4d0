import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { type RunnerResult, runnerResult } from '../../api/runner-result.ts';
import { councilsToldOf } from '../council/told-deliberations.ts';
import { worstCaseOf } from '../estimate/worst-case.ts';
import { attemptName } from '../manifest/names.ts';
import { aModel } from '../../testing/a-world.ts';
import { aCodeStep } from '../../testing/engine-scenario.ts';
import { aBoard, aDeliberation, deliberate, membersNamed, speakOut, workOf } from '../../testing/deliberating.ts';
import { PlannedRun } from '../../testing/planned-run.ts';
import type { StartAttempt } from './work-item-plan.ts';

const three = { members: membersNamed('ann', 'bob', 'cid') };
const once = { defaults: { retryPolicy: { maxAttempts: 1 } } };
const teas: Record<string, string> = { ann: 'green', bob: 'black', cid: 'none' };
const worth: Record<string, number> = { green: 6, black: 9, none: 1 };

/** All propose what they like. */
const propose = (run: PlannedRun, stage = 0, names = ['ann', 'bob', 'cid']) => {
  for (const name of names) run.succeed(`choose[${stage}].${name}`, { proposal: teas[name] ?? '' });
  return run;
};

/** What one is shown, by alias. */
const shown = (run: PlannedRun, path: string) => run.startOf(path)?.seat?.stage.proposals ?? [];

/** Scores as a pod gives them, for what it is shown. */
const scores = (run: PlannedRun, path: string, more: readonly JsonObject[] = []): JsonObject => ({
  scores: [...shown(run, path).map(({ alias, content }) => ({ alias, score: worth[content as string] ?? 0 })), ...more],
});

const judge = (run: PlannedRun, stage = 1, names = ['ann', 'bob', 'cid']) => {
  for (const name of names) {
    const path = `choose[${stage}].${name}`;
    run.succeed(path, scores(run, path));
  }
  return run;
};

const resultOf = (run: PlannedRun): RunnerResult =>
  runnerResult.parse(run.artifacts.get(run.record('choose')?.iterations?.resultsRef ?? ''));

const startsOf = (run: PlannedRun) =>
  run.actions.filter((action): action is StartAttempt => action.kind === 'start-attempt');

describe('a deliberation whose members have pods of their own', () => {
  it('goes through its stages one after the other, and gives what one pod would give', () => {
    const run = aDeliberation(three);
    expect(run.running).toEqual(['choose[0].ann', 'choose[0].bob', 'choose[0].cid']);
    propose(run);
    expect(run.running).toEqual(['choose[1].ann', 'choose[1].bob', 'choose[1].cid']);
    expect(run.record('choose')).toMatchObject({ phase: 'Running', iterations: { count: 2, succeeded: '0' } });
    judge(run);
    expect(run.state).toBe('Succeeded AllStepsSucceeded');
    expect(run.outputsOf('choose')).toMatchObject({
      ...{ winner: 'bob', proposal: 'black', reason: 'HighestScore', agreement: 1 },
      ranking: [{ member: 'bob' }, { member: 'ann' }, { member: 'cid' }],
    });
    expect(run.status.steps).toHaveLength(1);
  });

  it('leaves its whole result, names it to its Council, and adds up what its attempts used', () => {
    const run = aDeliberation(three);
    const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
    const used = { promptTokens: 100, completionTokens: 10, costUnits: '0.5' };
    for (const [index, name] of ['ann', 'bob', 'cid'].entries())
      run.end(`choose[0].${name}`, {
        ...{ result: 'Succeeded', outputs: { proposal: teas[name] ?? '' }, used, resultDigest: digest(String(index)) },
      });
    judge(run);
    const result = resultOf(run);
    expect(result).toMatchObject({
      outcome: 'succeeded',
      outputs: { winner: 'bob' },
      deliberation: { winner: 'bob', rounds: 1, dissent: [], ranking: [{ proposal: 'black' }, {}, {}] },
      usage: { promptTokens: 300, completionTokens: 30, costUnits: '1.5' },
      provenance: { attempts: [{ path: 'choose[0].ann', number: 1, resultDigest: digest('0') }, {}, {}] },
    });
    expect(result.deliberation?.scores).toHaveLength(6);
    expect(run.status.transitions).toMatchObject([
      { event: 'deliberation.completed', subject: 'choose', council: 'board', attempt: 1 },
    ]);
    expect(run.status.transitions?.[0]?.resultDigest).toBe(run.record('choose')?.iterations?.resultsRef);
    expect(councilsToldOf(run.observed().workItem)).toEqual(['board']);
    expect(run.status.usage).toMatchObject({ promptTokens: 300, costUnits: '1.5' });
  });

  it('tells nobody of the others: neither whose proposals are whose, nor their roles, their Models or the seed', () => {
    const run = propose(aDeliberation({ ...three, rounds: 2, seed: 77 }));
    for (const start of startsOf(run)) {
      const { work } = workOf(run, start);
      const [own = ''] = start.path.split('.').slice(1);
      expect(work.members.map(({ name }) => name)).toEqual([own]);
      const others = ['ann', 'bob', 'cid'].filter((name) => name !== own);
      for (const other of others) expect(JSON.stringify(work)).not.toContain(other);
      expect(JSON.stringify(work)).not.toContain('77');
    }
    expect(shown(run, 'choose[0].ann')).toEqual([]);
    expect(
      shown(run, 'choose[1].ann')
        .map(({ content }) => content)
        .toSorted(),
    ).toEqual(['black', 'green', 'none']);
    expect(shown(run, 'choose[1].ann')).toEqual(shown(run, 'choose[1].cid'));
  });

  it('is judged by the judge alone where it has one', () => {
    const run = propose(aDeliberation({ ...three, strategy: 'judge', judge: { roleRef: { name: 'the-judge' } } }));
    expect(run.running).toEqual(['choose[1].judge']);
    const start = run.startOf('choose[1].judge');
    const { work } = workOf(run, start!);
    expect(work).toMatchObject({ members: [], judge: { name: 'the-judge' }, stage: { kind: 'judge' } });
    run.succeed('choose[1].judge', scores(run, 'choose[1].judge'));
    expect(run.outputsOf('choose')).toMatchObject({ winner: 'bob' });
  });

  it('leaves rounds out once its members agree', () => {
    const run = aDeliberation({ ...three, rounds: 3, earlyStop: { agreement: 0.6 } });
    for (const name of ['ann', 'bob', 'cid'])
      run.succeed(`choose[0].${name}`, { proposal: name === 'cid' ? 'none' : 'black' });
    expect(run.running).toEqual(['choose[3].ann', 'choose[3].bob', 'choose[3].cid']);
    expect(run.record('choose')?.iterations).toMatchObject({ count: 4, succeeded: '0', skipped: '1-2' });
    judge(run, 3);
    expect(resultOf(run).deliberation).toMatchObject({ rounds: 1, winner: expect.stringMatching(/ann|bob/) as string });
  });

  it('asks nobody to judge below the quorum, and then nobody wins', () => {
    const run = aDeliberation({ ...three, rounds: 2 }, once);
    propose(run, 0, ['ann']).fail('choose[0].bob').fail('choose[0].cid');
    propose(run, 1, ['ann']).fail('choose[1].bob').fail('choose[1].cid');
    expect(run.state).toBe('Succeeded AllStepsSucceeded');
    expect(run.outputsOf('choose')).toMatchObject({ winner: null, reason: 'NoQuorum' });
    expect(run.record('choose')?.iterations).toMatchObject({ succeeded: '0-1', skipped: '2' });
  });

  it('lets a member that fails stand by what it said before', () => {
    const run = propose(aDeliberation({ ...three, rounds: 2 }, once));
    propose(run, 1, ['ann', 'cid']).fail('choose[1].bob');
    judge(run, 2);
    expect(run.outputsOf('choose')).toMatchObject({ winner: 'bob', proposal: 'black' });
  });

  it('fails when no member proposes, and says why of each', () => {
    const run = aDeliberation(three, once);
    run.fail('choose[0].ann').succeed('choose[0].bob', { answer: 'tea' }).fail('choose[0].cid', 'Refused');
    expect(run.stateOf('choose')).toBe('Failed NobodyProposed');
    expect(run.messageOf('choose')).toMatch(/ann: Crashed: it broke .*cid: Refused/);
    expect(run.status.transitions).toBeUndefined();
  });

  it('tries a member again by the policy of the step, which holds up the stage and not the others', () => {
    const run = aDeliberation(three, { steps: [{ ...deliberate, retryPolicy: { initialBackoffSeconds: 5 } }] });
    run.fail('choose[0].bob');
    propose(run, 0, ['ann', 'cid']);
    expect(run.running).toEqual([]);
    run.wait(5);
    expect(run.running).toEqual(['choose[0].bob']);
    propose(run, 0, ['bob']);
    expect(run.running).toHaveLength(3);
  });
});

describe('what a pod says in a deliberation', () => {
  const judgedWith = (given: (path: string, run: PlannedRun) => JsonObject) => {
    const run = propose(aDeliberation(three));
    for (const name of ['bob', 'cid']) run.succeed(`choose[1].${name}`, scores(run, `choose[1].${name}`));
    run.succeed('choose[1].ann', given('choose[1].ann', run));
    return resultOf(run).deliberation?.scores.filter(({ by }) => by === 'ann') ?? [];
  };
  const aliasOf = (run: PlannedRun, tea: string) =>
    shown(run, 'choose[1].ann').find(({ content }) => content === tea)?.alias ?? '';

  it.each<[string, (path: string, run: PlannedRun) => JsonObject, number]>([
    ['a score for itself', (_, run) => ({ scores: [{ alias: aliasOf(run, 'green'), score: 10 }] }), 0],
    ['a score for nobody', () => ({ scores: [{ alias: 'proposal-9', score: 10 }] }), 0],
    ['a score for a member by its name', () => ({ scores: [{ alias: 'bob', score: 10 }] }), 0],
    ['a score above all', (_, run) => ({ scores: [{ alias: aliasOf(run, 'none'), score: 11 }] }), 0],
    ['a score that is no number', (_, run) => ({ scores: [{ alias: aliasOf(run, 'none'), score: '9' }] }), 0],
    ['no list of scores', () => ({ scores: 'all of them' }), 0],
    ['nothing of the kind', () => ({ proposal: 'more tea' }), 0],
    ['further scores for the same', (path, run) => scores(run, path, [{ alias: aliasOf(run, 'none'), score: 10 }]), 2],
  ])('counts for nothing: %s', (_, given, counted) => {
    const found = judgedWith(given);
    expect(found).toHaveLength(counted);
    expect(found.find(({ member }) => member === 'cid')?.score ?? 1).toBe(1);
  });

  it('counts for nothing: a ballot that ranks a proposal twice', () => {
    const run = propose(aDeliberation({ ...three, strategy: 'vote' }));
    const ballot = (path: string, first: string): JsonObject => {
      const order = shown(run, path).toSorted((one, other) =>
        one.content === first ? -1 : other.content === first ? 1 : 0,
      );
      return { ranking: order.map(({ alias }) => alias), comment: 'so' };
    };
    const twice = shown(run, 'choose[1].ann').find(({ content }) => content === 'none')?.alias ?? '';
    run.succeed('choose[1].ann', { ranking: [twice, twice] });
    run.succeed('choose[1].bob', ballot('choose[1].bob', 'green'));
    run.succeed('choose[1].cid', ballot('choose[1].cid', 'green'));
    expect(run.outputsOf('choose')).toMatchObject({ winner: 'ann', agreement: 1 });
  });

  it('may be large: then it is read before the stage ends, and the next is told all of it', () => {
    const run = aDeliberation(three);
    const large = 'x'.repeat(5000);
    const digest = `sha256:${'a'.repeat(64)}`;
    propose(run, 0, ['bob', 'cid']);
    run.artifacts.set(digest, { proposal: large });
    run.end('choose[0].ann', { result: 'Succeeded', outputsRef: { digest, sizeBytes: 5015 } });
    expect(shown(run, 'choose[1].bob').map(({ content }) => (content as string).length)).toContain(5000);
  });

  it('is as if it had failed when it is gone, or longer than any answer', () => {
    const [gone, tooLong] = ['b', 'c'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
    const run = aDeliberation({ ...three, quorum: 1 });
    const artifacts = {
      get: (digest: string) => run.artifacts.get(digest),
      has: (digest: string) => run.artifacts.has(digest),
      isGone: (digest: string) => digest === gone,
    };
    run.facts = { artifacts };
    run.artifacts.set(tooLong, { proposal: 'y'.repeat(1_100_000) });
    run.end('choose[0].ann', { result: 'Succeeded', outputsRef: { digest: gone, sizeBytes: 50 } });
    run.end('choose[0].cid', { result: 'Succeeded', outputsRef: { digest: tooLong, sizeBytes: 50 } });
    propose(run, 0, ['bob']);
    expect(shown(run, 'choose[1].ann').map(({ content }) => content)).toEqual(['black']);
  });
});

describe('what is no answer', () => {
  const deep = () => {
    let content: JsonValue = 'x';
    for (let depth = 0; depth < 20_000; depth += 1) content = [content];
    return content;
  };

  it.each([
    ['half a character', () => 'x\ud800'],
    ['a list without end', deep],
  ])('such as %s, counts for nothing, and the others go on', (_, proposal) => {
    const run = aDeliberation({ ...three, quorum: 1 });
    const digest = `sha256:${'e'.repeat(64)}`;
    run.artifacts.set(digest, { proposal: proposal() });
    run.end('choose[0].ann', { result: 'Succeeded', outputsRef: { digest, sizeBytes: 50 } });
    propose(run, 0, ['bob', 'cid']);
    expect(shown(run, 'choose[1].ann').map(({ content }) => content)).toHaveLength(2);
  });
});

describe('the time of a deliberation', () => {
  const timed = () => aDeliberation({ ...three, timeoutSeconds: 100 }, once);

  it('does not go by while nobody may begin', () => {
    const run = timed();
    run.change({ suspend: true });
    propose(run);
    run.wait(1000);
    expect(run.stateOf('choose')).toBe('Running PartsRunning');
    run.change({ suspend: false });
    expect(run.running).toEqual(['choose[1].ann', 'choose[1].bob', 'choose[1].cid']);
    judge(run);
    expect(run.outputsOf('choose')).toMatchObject({ winner: 'bob' });
  });

  it('is shared by its stages: whoever has not spoken by then has failed, and is stopped', () => {
    const run = propose(timed(), 0, ['ann', 'bob']);
    expect(run.startOf('choose[0].cid')?.timeoutSeconds).toBe(50);
    run.wait(49);
    expect(run.running).toEqual(['choose[0].cid']);
    run.wait(1);
    expect(run.running).toEqual(['choose[1].ann', 'choose[1].bob', 'choose[1].cid']);
    expect(run.actions).toContainEqual({
      ...{ kind: 'stop-attempt', path: 'choose[0].cid', attempt: 1, reason: 'NotWanted' },
    });
    expect(
      shown(run, 'choose[1].cid')
        .map(({ content }) => content)
        .toSorted(),
    ).toEqual(['black', 'green']);
  });

  it('is over for those who are late also while what others have said has to be read', () => {
    const policy = { retryPolicy: { maxAttempts: 3, initialBackoffSeconds: 1000, maxBackoffSeconds: 1000 } };
    const run = aDeliberation({ ...three, timeoutSeconds: 100 }, { steps: [{ ...deliberate, ...policy }] });
    const digest = `sha256:${'d'.repeat(64)}`;
    propose(run, 0, ['bob']).end('choose[0].ann', { result: 'Succeeded', outputsRef: { digest, sizeBytes: 9 } });
    run.fail('choose[0].cid');
    run.artifacts.set(digest, { proposal: 'green' });
    run.nowMs += 50_000;
    run.facts = { artifacts: new Map() };
    run.step();
    expect(run.plan?.actions).toContainEqual({ kind: 'read-artifact', digest });
    run.facts = {};
    run.settle();
    expect(run.stateOf('choose')).toBe('Running PartsRunning');
    expect(shown(run, 'choose[1].cid')).toHaveLength(2);
  });

  it('ends the last stage too, with those who have judged', () => {
    const run = judge(propose(timed()), 1, ['ann']);
    run.wait(100);
    expect(run.state).toBe('Succeeded AllStepsSucceeded');
    expect(run.outputsOf('choose')).toMatchObject({ winner: 'bob' });
  });

  it('ends retries with it', () => {
    const policy = { retryPolicy: { maxAttempts: 3, initialBackoffSeconds: 1000, maxBackoffSeconds: 1000 } };
    const run = aDeliberation({ ...three, timeoutSeconds: 100 }, { steps: [{ ...deliberate, ...policy }] });
    propose(run, 0, ['ann', 'bob']).fail('choose[0].cid').wait(50);
    expect(run.running).toHaveLength(3);
    expect(shown(run, 'choose[1].cid')).toHaveLength(2);
  });
});

describe('a deliberation in a run', () => {
  it('begins again as a whole when the run is tried again, with numbers that no attempt has had', () => {
    const run = aDeliberation(three, once);
    for (const name of ['ann', 'bob', 'cid']) run.fail(`choose[0].${name}`, 'Crashed', { used: { promptTokens: 7 } });
    expect(run.status.phase).toBe('Failed');
    run.change({ retryCount: 1 });
    expect(run.startOf('choose[0].ann')).toMatchObject({ attempt: 2 });
    expect(run.record('choose[0].ann')).toMatchObject({ round: 2 });
    judge(propose(run));
    expect(run.status).toMatchObject({ phase: 'Succeeded', usage: { promptTokens: 21 } });
    expect(run.status.transitions).toMatchObject([{ attempt: 2 }]);
    expect(resultOf(run).usage).toBeUndefined();
  });

  it('ends with it when it is cancelled', () => {
    const run = propose(aDeliberation(three), 0, ['ann']).change({ cancel: true });
    expect(run.status).toMatchObject({ phase: 'Cancelled' });
    expect(run.stateOf('choose')).toBe('Cancelled RunCancelled');
    const stopped = run.actions.flatMap((action) => (action.kind === 'stop-attempt' ? [action.path] : []));
    expect(stopped).toEqual(['choose[0].bob', 'choose[0].cid']);
  });

  it('is cancelled also where an exit step has the name of a member', () => {
    const run = aDeliberation(three, { onExit: [aCodeStep('ann')] }).change({ cancel: true });
    expect(run.record('choose[0].ann')?.phase).toBe('Cancelled');
    expect(run.running).toEqual(['ann']);
  });

  it('begins nothing while the run is suspended, and goes on afterwards', () => {
    const run = aDeliberation(three).change({ suspend: true });
    propose(run);
    expect(run.running).toEqual([]);
    expect(run.change({ suspend: false }).running).toHaveLength(3);
  });

  it('keeps to how much may run at once', () => {
    const run = aDeliberation(three, { execution: { maxParallel: 2 } });
    expect(run.running).toEqual(['choose[0].ann', 'choose[0].bob']);
    run.succeed('choose[0].ann', { proposal: 'green' });
    expect(run.running).toEqual(['choose[0].bob', 'choose[0].cid']);
  });

  it('is a part of an iteration like any other step', () => {
    const each = { name: 'each', type: 'loop', iterateOver: ['x', 'y'], loopVariable: 'what', maxParallel: 1 };
    const step = { ...deliberate, topic: 'Which tea for {{what}}?' };
    const run = aDeliberation(three, { steps: [{ ...each, steps: [step] }] });
    expect(run.startOf('each[0].choose[0].bob')?.step).toMatchObject({ topic: 'Which tea for x?' });
    for (const index of [0, 1]) {
      const at = (stage: number, name: string) => `each[${index}].choose[${stage}].${name}`;
      for (const name of ['ann', 'bob', 'cid']) run.succeed(at(0, name), { proposal: teas[name] ?? '' });
      for (const name of ['ann', 'bob', 'cid']) run.succeed(at(1, name), scores(run, at(1, name)));
    }
    expect(run.outputsOf('each')).toMatchObject({ results: [{ choose: { winner: 'bob' } }, { choose: {} }] });
    expect(run.status.transitions?.map(({ subject }) => subject)).toEqual(['each[0].choose', 'each[1].choose']);
  });

  it('gives its outputs to the steps behind it, and fails when one that is declared is none', () => {
    const after = { name: 'after', type: 'output', format: 'json', template: '{{choose.proposal}}' };
    const run = judge(propose(aDeliberation(three, { steps: [deliberate, after] })));
    expect(run.startOf('after')?.step).toMatchObject({ template: 'black' });
    const wrong = { ...deliberate, outputs: { winner: 'w', vote: 'v' } };
    const failing = judge(propose(aDeliberation(three, { steps: [wrong] })));
    expect(failing.stateOf('choose')).toBe('Failed OutputMissing');
  });

  it('tells all who speak the same of the run, whenever they do: what was known when it began', () => {
    const run = aDeliberation(three, {
      steps: [aCodeStep('before'), { ...deliberate, dependsOn: ['before'] }, aCodeStep('beside')],
    });
    run.succeed('before', { made: 1 });
    run.wait(1);
    run.succeed('beside', { made: 2 });
    propose(run.wait(1));
    const known = startsOf(run).flatMap((start) =>
      start.seat === undefined ? [] : [start.known?.map(({ name }) => name)],
    );
    expect(known).toEqual(Array.from({ length: 6 }, () => ['before']));
  });

  it('tells them why the work was sent back', () => {
    const gate = { name: 'gate', type: 'approval', approvals: [{ role: 'review' }], returnTo: 'choose' };
    const run = aDeliberation(three, { steps: [deliberate, { ...gate, dependsOn: ['choose'] }] });
    judge(propose(run)).decide('gate', 'rejected', { comment: 'No more tea.' });
    expect(startsOf(run).slice(6)).toMatchObject(three.members.map(() => ({ attempt: 2, feedback: 'No more tea.' })));
  });

  it('uses no more than its Council may, however its attempts share it', () => {
    const council = { ...three, limits: { maxTokens: 6000, maxOutputTokens: 100 } };
    const run = aDeliberation(council);
    const tokensOf = (start: StartAttempt) => start.seat?.maxTokens ?? 0;
    const first = startsOf(run).map(tokensOf);
    expect(first).toEqual([1000, 1000, 1000]);
    for (const name of ['ann', 'bob', 'cid'])
      run.end(`choose[0].${name}`, {
        ...{ result: 'Succeeded', outputs: { proposal: name }, used: { promptTokens: 300 } },
      });
    // What was left of a stage is for those that follow.
    expect(startsOf(run).slice(3).map(tokensOf)).toEqual([1700, 1700, 1700]);
    const { promptTokens = 0, completionTokens = 0 } = worstCaseOf(run.pinned.spec.steps[0]!, run.pinned);
    expect(promptTokens + completionTokens).toBe(6000);
    expect(workOf(run, startsOf(run)[0]!).limits).toMatchObject({ maxTokens: 1000, maxTurns: 2, maxToolCalls: 0 });
  });

  it('does not begin when all of it could cost more than may be spent', () => {
    const run = new PlannedRun(
      { steps: [deliberate] },
      { ...aBoard({ ...three, isolation: 'pods', limits: { maxTokens: 6000 } }), facts: { budget: { tokens: 5000 } } },
    );
    expect(run.stateOf('choose')).toBe('Failed BudgetExceeded');
    expect(run.started).toEqual([]);
  });
});

describe('the Jobs of a deliberation', () => {
  const workItemUid = '3f0c7d1e-0000-4000-8000-000000000001';
  const jobs = (run: PlannedRun) => Map.groupBy(startsOf(run), ({ jobName }) => jobName ?? 'alone');

  it('are one for each stage, where all ask the same Model', () => {
    const run = propose(aDeliberation(three));
    const names = [0, 1].map((stage) => attemptName({ workItemUid, path: `choose[${stage}].ann`, attempt: 1 }));
    expect([...jobs(run)].map(([name, starts]) => [name, starts.length])).toEqual(names.map((name) => [name, 3]));
  });

  it('are made anew after a crash as they were', () => {
    const run = propose(aDeliberation(three));
    const before = startsOf(run).slice(3);
    run.children.clear();
    run.step();
    expect(startsOf(run).slice(6)).toEqual(before);
  });

  it('are apart for those who ask others: their Pods have other keys, and other GPUs', () => {
    const board = aBoard({ isolation: 'pods', members: membersNamed('ann', 'bob', 'cid', 'dee') });
    const secret = aModel('other', { endpoint: { url: 'http://o', apiKeySecretRef: { name: 's', key: 'k' } } });
    const roles = board.roles.map((role) =>
      role.metadata.name === 'cid' || role.metadata.name === 'dee'
        ? { ...role, spec: { ...role.spec, modelRef: { name: 'other' } } }
        : role,
    );
    const run = new PlannedRun({ steps: [deliberate] }, { ...board, roles, models: [...board.models, secret] });
    const shared = [...jobs(run).values()].map((starts) => starts.map(({ path }) => path));
    expect(shared).toEqual([
      ['choose[0].ann', 'choose[0].bob'],
      ['choose[0].cid', 'choose[0].dee'],
    ]);
  });
});

describe('the shared form', () => {
  it('is one attempt, as ever', async () => {
    const run = aDeliberation({ ...three, isolation: 'shared' });
    expect(run.running).toEqual(['choose']);
    await speakOut(run, ({ who, what, proposals }) =>
      what === 'propose'
        ? (teas[who] ?? '')
        : Object.fromEntries(
            Array.from(proposals, ([alias, tea]) => [alias, { in_words: '', score: worth[tea] ?? 0 }]),
          ),
    );
    expect(run.outputsOf('choose')).toMatchObject({ winner: 'bob' });
  });
});
