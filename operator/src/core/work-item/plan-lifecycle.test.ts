import { describe, expect, it } from 'vitest';
import type { PolicyAnswer } from './observed.ts';
import { aMethod, PlannedRun, type RunSketch } from '../../testing/planned-run.ts';
import { approval, call, checkPlanningCase, group, type PlanningCase } from '../../testing/planning-case.ts';

const preset = (name: string) => ({ lifecycle: { preset: name } });
/** A step in a role that takes an action. */
const acting = (name: string, [role, action]: readonly [string, string], more: object = {}) =>
  call(name, { role, action, ...more });

const state = (run: PlannedRun) => run.lifecycleState;
/** `action from > to by kind name` of each transition so far. */
const taken = ({ status }: PlannedRun) =>
  (status.transitions ?? [])
    .filter(({ action }) => action !== undefined)
    .map(({ action, from, to, actor }) => `${action} ${from} > ${to} by ${actor.kind} ${actor.name}`);
const offered = ({ status }: PlannedRun) =>
  (status.lifecycle?.actions ?? []).map(({ name, roles }) => `${name} ${roles.join('|')}`);

/** A lifecycle of two states. */
const own = (transitions: readonly object[], states: readonly object[] = [{ name: 'A' }, { name: 'B' }]) => ({
  lifecycle: { definition: { initial: 'A', states: [...states, { name: 'End', terminal: true }], transitions } },
});

const allowAll = { get: (): PolicyAnswer => ({ allowed: true }) };

describe('people who take actions', () => {
  it('bring a delivery to production, where two of them approve and the policies allow it', () => {
    const run = new PlannedRun({ ...preset('delivery'), steps: [call('a')] }, { facts: { policies: allowAll } });
    expect([state(run), offered(run)]).toEqual(['Draft', ['submit planning']]);
    run.act('submit.planning').act('request_review.implementation').act('approve.review', { user: 'eve' });
    expect([state(run), offered(run)]).toEqual(['Approved', ['cancel planning']]);
    expect(run.status.gates).toMatchObject([{ name: 'deploy', action: 'deploy', state: 'Open', production: true }]);
    run.act('deploy.deployment');
    expect(state(run)).toBe('Approved');
    run.decide('deploy', 'approved', { user: 'eve', role: 'review' });
    run.decide('deploy', 'approved', { user: 'bob', role: 'safety' });
    expect(offered(run)).toEqual(['deploy deployment', 'cancel planning']);
    run.succeed('a');
    // What ran meanwhile changed what was approved.
    expect(run.status.gates).toMatchObject([{ name: 'deploy', state: 'Open', round: 2 }]);
    run.decide('deploy', 'approved', { user: 'eve', role: 'review' });
    run.decide('deploy', 'approved', { user: 'bob', role: 'safety' });
    run.act('deploy.deployment');
    expect([state(run), run.state, run.status.lifecycle?.outcome]).toEqual([
      'Deployed',
      'Succeeded LifecycleEnded',
      'Deployed',
    ]);
    expect(taken(run)).toEqual([
      'submit Draft > InProgress by user ann',
      'request_review InProgress > ReviewPending by user ann',
      'approve ReviewPending > Approved by user eve',
      'deploy Approved > Deployed by user ann',
    ]);
  });

  it('take them in a task, each after claiming it, and the system hands it on', () => {
    const run = new PlannedRun({ ...preset('task'), steps: [call('a')] }).succeed('a');
    expect(offered(run)).toEqual(['claim_task developer', 'discard_task po']);
    run.act('claim_task.developer', { user: 'dev' });
    expect([run.status.assignee, offered(run)]).toEqual(['dev', ['commit_code developer', 'discard_task po']]);
    run.act('commit_code.developer', { user: 'other' });
    expect(state(run)).toBe('Implementing');
    run.act('commit_code.developer', { user: 'dev' });
    expect([state(run), run.status.assignee]).toEqual(['PendingArchReview', undefined]);
    run
      .act('claim_review.architect', { user: 'arch' })
      .act('reject_design.architect', { user: 'arch', comment: 'too big' });
    expect([state(run), run.status.assignee, run.status.lifecycle?.round]).toEqual(['Implementing', 'dev', 1]);
    expect(run.status.lifecycle?.feedback).toBe('too big');
    expect(offered(run)).toEqual(['revise_code developer', 'discard_task po']);
    run.act('revise_code.developer', { user: 'dev' });
    run.act('claim_review.architect', { user: 'arch' }).act('approve_design.architect', { user: 'arch' });
    run.act('claim_testing.qa', { user: 'tess' }).act('approve_tests.qa', { user: 'tess' });
    expect(run.status.lifecycle?.assignees).toEqual([
      { role: 'developer', kind: 'user', name: 'dev' },
      { role: 'architect', kind: 'user', name: 'arch' },
      { role: 'qa', kind: 'user', name: 'tess' },
    ]);
    run.act('approve_story.po', { user: 'pat' });
    expect([run.state, run.status.lifecycle?.outcome]).toEqual(['Succeeded LifecycleEnded', 'Done']);
    expect(taken(run).slice(-6)).toEqual([
      'approve_design ArchReviewing > PendingQa by user arch',
      'auto_route_to_qa PendingQa > PendingQa by system operator',
      'claim_testing PendingQa > QaTesting by user tess',
      'approve_tests QaTesting > PendingPoApproval by user tess',
      'auto_route_to_po PendingPoApproval > PendingPoApproval by system operator',
      'approve_story PendingPoApproval > Done by user pat',
    ]);
    expect(run.status.transitions?.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: run.status.transitions?.length ?? 0 }, (_, index) => index + 1),
    );
  });

  const readyInputs = { goal: 'Readers find posts by their title.', acceptance_criteria: ['box', 'hits'], estimate: 3 };

  it('mark a story as ready only with a good score, and carry it over', () => {
    const poor = new PlannedRun({ ...preset('story'), steps: [call('a')] }, { inputs: { goal: readyInputs.goal } });
    poor.succeed('a').act('submit.po').act('approve_brief.po').act('plan.planning').act('mark_ready.po');
    expect([state(poor), poor.status.lifecycle?.readyScore, offered(poor)]).toEqual(['Planned', 0.4, []]);
    expect(poor.status.waitingFor).toMatchObject([
      { kind: 'dependency', name: 'Planned', message: expect.stringContaining('score is below 0.8') },
    ]);

    const run = new PlannedRun({ ...preset('story'), steps: [call('a')] }, { inputs: readyInputs });
    run.succeed('a').act('submit.po').act('approve_brief.po').act('plan.planning').act('mark_ready.po');
    expect([state(run), run.status.lifecycle?.readyScore]).toEqual(['Executing', 0.8]);
    run.act('submit_code.developer').act('approve_code.architect').act('pass_tests.qa');
    run.act('carry_over.po', { comment: 'search is slow' });
    expect([state(run), run.status.lifecycle?.round]).toEqual(['CarryOver', 1]);
    run
      .act('resume.po')
      .act('submit_code.developer')
      .act('approve_code.architect')
      .act('pass_tests.qa')
      .act('accept.po');
    expect([state(run), run.status.lifecycle?.outcome]).toEqual(['Done', 'Done']);
    expect(taken(run).slice(-2)).toEqual([
      'accept ReadyToReview > Accepted by user ann',
      'close Accepted > Done by system operator',
    ]);
  });

  it('discard a task from anywhere', () => {
    const run = new PlannedRun({ ...preset('task'), steps: [call('a', { inState: ['Implementing'] })] });
    run.act('claim_task.developer').act('discard_task.po');
    expect([run.state, run.status.lifecycle?.outcome]).toEqual(['Succeeded LifecycleEnded', 'Discarded']);
    expect([run.stateOf('a'), run.running]).toEqual(['Cancelled StateLeft', []]);
  });

  it('are told what they can do, and how', () => {
    const run = new PlannedRun({ ...preset('delivery'), steps: [call('a')] }).succeed('a');
    run.act('submit.planning').act('request_review.implementation');
    const { digest = '' } = run.status.lifecycle ?? {};
    expect(run.status.waitingFor).toEqual([
      {
        ...{ kind: 'decision', name: 'ReviewPending', roles: ['review'], missing: 1, digest },
        since: run.status.lifecycle?.since,
        message: `in ReviewPending one of these is waited for: approve (review), reject (review); kubectl annotate workitem w -n ns action.conclave.dev/approve.review='done ${digest.slice(7, 15)}'`,
      },
    ]);
    expect(run.state).toBe('Waiting StepsWaiting');
  });

  it('decide nothing while the policies are missing, and the system and agents go on', () => {
    const facts: RunSketch['facts'] = { policyEpoch: undefined as unknown as string };
    const steps = [acting('a', ['planning', 'submit'], { inState: ['Draft'] })];
    const run = new PlannedRun({ ...preset('delivery'), steps }, { facts });
    run.act('submit.planning');
    expect([state(run), offered(run)]).toEqual(['Draft', []]);
    run.succeed('a').act('request_review.implementation');
    expect([state(run), offered(run)]).toEqual(['InProgress', []]);
    expect(run.status.waitingFor).toMatchObject([{ kind: 'policy', name: 'InProgress' }]);
  });

  const changes: Record<string, (run: PlannedRun) => unknown> = {
    'a step has come to its end since': (run) => run.succeed('a'),
    'the policies were changed since': (run) => (run.facts = { policyEpoch: 'epoch-2' }),
    'it was on another digest': () => undefined,
  };
  it.each(Object.entries(changes))('are not heard when %s', (sentence, change) => {
    const run = new PlannedRun({ ...preset('delivery'), steps: [call('a')] });
    const other = `sha256:${'f'.repeat(64)}`;
    const digest = sentence.endsWith('another digest') ? other : run.status.lifecycle?.digest;
    change(run);
    run.act('submit.planning', { digest: digest ?? '' });
    expect(state(run)).toBe('Draft');
    run.act('submit.planning');
    expect(state(run)).toBe('InProgress');
  });

  it('are not heard twice with one decision, also where it leads back to the same state', () => {
    const run = new PlannedRun({
      ...own([
        { action: 'again', from: ['A'], to: 'A', roles: ['po'] },
        { action: 'end', from: ['A'], to: 'End', roles: ['po'] },
      ]),
      steps: [call('a')],
    });
    run.act('again.po');
    expect(taken(run)).toEqual(['again A > A by user ann']);
  });

  it('may not act for the system', () => {
    const run = new PlannedRun({
      ...own([{ action: 'go', from: ['A'], to: 'End', roles: ['system', 'po'], when: 'steps.a.phase == "Succeeded"' }]),
      steps: [call('a')],
    });
    run.act('go.system');
    expect(state(run)).toBe('A');
    run.succeed('a');
    expect([state(run), taken(run)]).toEqual(['End', ['go A > End by system operator']]);
  });
});

describe('steps in a lifecycle:', () => {
  const agents = [
    acting('claim', ['developer', 'claim_task'], { inState: ['Todo'] }),
    acting('build', ['developer', 'commit_code'], { inState: ['Implementing'] }),
    acting('take_review', ['architect', 'claim_review'], { inState: ['PendingArchReview'] }),
    call('review', { role: 'architect', inState: ['ArchReviewing'] }),
    acting('agree', ['architect', 'approve_design'], {
      ...{ inState: ['ArchReviewing'], when: '{{review.ok}}', dependsOn: ['review'] },
    }),
    acting('refuse', ['architect', 'reject_design'], {
      ...{ inState: ['ArchReviewing'], when: '!{{review.ok}}', dependsOn: ['review'] },
    }),
    acting('test', ['qa', 'claim_testing'], { inState: ['PendingQa'] }),
  ];

  const cases: Record<string, PlanningCase> = {
    'begin only in their states, and take their actions': {
      pipeline: preset('task'),
      steps: agents,
      when: (run) => run.succeed('claim').succeed('build').succeed('take_review'),
      started: ['claim', 'build', 'take_review', 'review'],
      then: (run) => {
        expect(taken(run)).toEqual([
          'claim_task Todo > Implementing by role developer',
          'commit_code Implementing > DevCompleted by role developer',
          'auto_route_to_architect DevCompleted > PendingArchReview by system operator',
          'claim_review PendingArchReview > ArchReviewing by role architect',
        ]);
        expect(run.status.transitions?.[1]).toMatchObject({
          ...{ actor: { kind: 'role', name: 'developer', role: 'developer', step: 'build' }, attempt: 1 },
        });
        expect([run.status.assignee, offered(run)]).toEqual(['architect', ['discard_task po']]);
      },
    },
    'begin again when the work is sent back, with what was said': {
      pipeline: preset('task'),
      steps: agents,
      when: (run) => {
        run.succeed('claim').succeed('build').succeed('take_review').succeed('review', { ok: false });
        run.succeed('refuse', { feedback: 'names are unclear' });
      },
      started: ['claim', 'build', 'take_review', 'review', 'refuse', 'build'],
      running: ['build'],
      then: (run) => {
        expect(run.startOf('build')).toMatchObject({ attempt: 2, feedback: 'names are unclear' });
        expect([state(run), run.stateOf('agree'), run.status.assignee]).toEqual([
          'Implementing',
          'Pending SentBack',
          'developer',
        ]);
        // It is revised now, whatever the step was told to take.
        run.succeed('build').succeed('take_review').succeed('review', { ok: true });
        run.succeed('agree');
        expect(taken(run).filter((each) => each.includes('Implementing > '))).toEqual([
          'commit_code Implementing > DevCompleted by role developer',
          'revise_code Implementing > DevCompleted by role developer',
        ]);
        expect([state(run), run.started.at(-1)]).toEqual(['PendingQa', 'test']);
      },
    },
    'are stopped when their state is left, and begin again in it': {
      pipeline: preset('delivery'),
      steps: [call('a', { inState: ['InProgress'] }), call('b', { inState: ['InProgress', 'ReviewPending'] })],
      when: (run) => run.act('submit.planning').act('request_review.implementation'),
      states: { a: 'Cancelled StateLeft', b: 'Running AttemptRunning' },
      then: (run) => {
        expect(run.actions.filter(({ kind }) => kind === 'stop-attempt')).toMatchObject([{ path: 'a', attempt: 1 }]);
        run.act('reject.review', { comment: 'no tests' });
        expect(run.running).toEqual(['a', 'b']);
        expect(run.startOf('a')).toMatchObject({ attempt: 2, feedback: 'no tests' });
      },
    },
    'inside others are stopped with their state too': {
      pipeline: preset('delivery'),
      steps: [group('g', [call('a', { inState: ['InProgress'] }), call('b')])],
      when: (run) => run.act('submit.planning').act('request_review.implementation'),
      states: { g: 'Running PartsRunning', a: 'Cancelled StateLeft', b: 'Running AttemptRunning' },
    },
    'that are made of others are stopped with these': {
      pipeline: preset('delivery'),
      steps: [group('g', [call('a')], { inState: ['InProgress'] })],
      when: (run) => run.act('submit.planning').act('request_review.implementation'),
      states: { g: 'Cancelled StateLeft', a: 'Cancelled StateLeft' },
      running: [],
    },
    'at work on the way on are not told of as if people were waited for': {
      pipeline: preset('delivery'),
      steps: [acting('build', ['implementation', 'request_review'], { inState: ['InProgress'] })],
      when: (run) => run.act('submit.planning'),
      waits: [],
      run: 'Running StepsRunning',
      then: (run) => expect(offered(run)).toEqual(['request_review implementation', 'cancel planning']),
    },
    'take no action for another role, or in another state': {
      pipeline: preset('task'),
      steps: [
        acting('a', ['qa', 'claim_task']),
        acting('b', ['architect', 'claim_review']),
        call('c', { action: 'claim_task' }),
      ],
      when: (run) => run.succeed('a').succeed('b').succeed('c'),
      waits: ['decision Todo'],
      then: (run) => expect(taken(run)).toEqual([]),
    },
    'take no action that only another has claimed': {
      pipeline: preset('task'),
      steps: [acting('build', ['developer', 'commit_code'], { inState: ['Implementing'] })],
      when: (run) => run.act('claim_task.developer', { user: 'dev' }).succeed('build'),
      waits: ['decision Implementing'],
      then: (run) => expect(state(run)).toBe('Implementing'),
    },
    'fail the run as ever': {
      pipeline: preset('task'),
      steps: [acting('a', ['developer', 'claim_task'], { retryPolicy: { maxAttempts: 1 } })],
      when: (run) => run.fail('a'),
      run: 'Failed StepFailed',
      then: (run) => {
        expect([state(run), offered(run), run.status.lifecycle?.digest]).toEqual(['Todo', [], undefined]);
        run.change({ retryCount: 1 }).succeed('a');
        expect(state(run)).toBe('Implementing');
      },
    },
    'of which a condition of the lifecycle speaks move it': {
      pipeline: own([
        { action: 'good', from: ['A'], to: 'B', roles: ['system'], when: 'steps.a.outputs.n > 1' },
        { action: 'end', from: ['B'], to: 'End', roles: ['system'] },
      ]),
      steps: [call('a')],
      when: (run) => run.succeed('a', { n: 2 }),
      run: 'Succeeded LifecycleEnded',
    },
    'that nobody can wait for are not waited for at the end': {
      pipeline: { ...preset('task'), outputs: { built: { from: '{{build.image}}' }, found: { from: '{{look.n}}' } } },
      steps: [
        call('look'),
        call('build', { inState: ['Implementing'] }),
        group('g', [call('c', { inState: ['QaTesting'] })]),
      ],
      when: (run) => run.succeed('look', { n: 1 }).act('discard_task.po'),
      run: 'Succeeded LifecycleEnded',
      started: ['look'],
      then: (run) => expect(run.status.outputs).toEqual({ found: 1 }),
    },
    'run to their end before the run ends, those of the last state too': {
      pipeline: preset('task'),
      steps: [call('slow'), call('clean', { inState: ['Done'] })],
      when: (run) => run.act('discard_task.po'),
      run: 'Running StepsRunning',
      running: ['slow', 'clean'],
      then: (run) => expect(run.succeed('slow').succeed('clean').state).toBe('Succeeded LifecycleEnded'),
    },
    'that only others let begin are begun before the run ends': {
      pipeline: preset('task'),
      steps: [call('after', { dependsOn: ['g'] }), group('g', [call('x')])],
      when: (run) => run.act('discard_task.po').succeed('x'),
      running: ['after'],
    },
    'that do their work anew are told nothing of what was sent back elsewhere': {
      pipeline: own(
        [
          { action: 'go', from: ['A'], to: 'B', roles: ['developer'] },
          { action: 'on', from: ['B'], to: 'C', roles: ['po'] },
          { action: 'no', from: ['C'], to: 'B', roles: ['po'], rejects: true },
          { action: 'back', from: ['B'], to: 'A', roles: ['po'] },
          { action: 'end', from: ['C'], to: 'End', roles: ['po'] },
        ],
        [{ name: 'A' }, { name: 'B' }, { name: 'C' }],
      ),
      steps: [acting('a', ['developer', 'go'], { inState: ['A'] }), call('b', { inState: ['B'] })],
      when: (run) => run.succeed('a').succeed('b').act('on.po').act('no.po', { comment: 'bad' }).act('back.po'),
      running: ['a'],
      then: (run) => {
        expect(run.startOf('b')).toMatchObject({ attempt: 2, feedback: 'bad' });
        expect(run.startOf('a')).toMatchObject({ attempt: 2 });
        expect(run.startOf('a')?.feedback).toBeUndefined();
      },
    },
    'at the end that run in no state that it ended in are skipped': {
      pipeline: { ...preset('task'), onExit: [call('e', { inState: ['Todo'] }), call('f', { inState: ['Done'] })] },
      steps: [call('a')],
      when: (run) => run.succeed('a').act('discard_task.po').succeed('f'),
      run: 'Succeeded LifecycleEnded',
      states: { e: 'Skipped ConditionFalse', f: 'Succeeded Completed' },
    },
    'of a contract that does not allow the action do not take it': {
      pipeline: preset('task'),
      steps: [acting('a', ['coder', 'claim_task']), acting('b', ['builder', 'claim_task'])],
      given: {
        roles: [aRole('coder', ['commit_code']), aRole('builder', ['claim_task'])],
        methods: [aMethod('m', {})],
      },
      when: (run) => {
        run.succeed('a');
        expect(state(run)).toBe('Todo');
        run.succeed('b');
      },
      then: (run) => expect(taken(run)).toEqual(['claim_task Todo > Implementing by role developer']),
    },
    'wait for the approval and the policies of what they do': {
      pipeline: preset('delivery'),
      given: { facts: { policies: allowAll } },
      steps: [approval('ok'), acting('rollout', ['deployment', 'deploy'], { inState: ['Approved'] })],
      when: (run) => {
        run.decide('ok', 'approved');
        run.act('submit.planning').act('request_review.implementation').act('approve.review');
        expect(run.started).toEqual([]);
        run.decide('deploy', 'approved', { user: 'eve', role: 'review' });
        run.decide('deploy', 'approved', { user: 'bob', role: 'safety' });
      },
      started: ['rollout'],
      then: (run) => {
        // Its own result is no part of what was approved.
        run.succeed('rollout');
        expect([run.state, run.status.lifecycle?.outcome]).toEqual(['Succeeded LifecycleEnded', 'Deployed']);
      },
    },
  };
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });
});

function aRole(name: string, actions: string[]) {
  const spec = { role: 'developer', prompt: 'Work.', actions };
  return { apiVersion: 'conclave.dev/v1alpha1', kind: 'AgentRole', metadata: { name, namespace: 'ns' }, spec } as never;
}

describe('guards', () => {
  const approved = (facts: RunSketch['facts']) => {
    const run = new PlannedRun({ ...preset('delivery'), steps: [approval('ok')] }, { facts: facts ?? {} });
    run.decide('ok', 'approved');
    run.act('submit.planning').act('request_review.implementation').act('approve.review');
    run.decide('deploy', 'approved', { user: 'eve', role: 'review' });
    return run.decide('deploy', 'approved', { user: 'bob', role: 'safety' });
  };
  const answers: [string, RunSketch['facts'], string][] = [
    ['that nobody has asked', {}, 'the policy conclave/delivery/deploy has not answered'],
    [
      'that has not answered',
      { policies: new Map([['conclave/delivery/deploy', { allowed: true }]]) },
      'the policy conclave/safety/production has not answered',
    ],
    [
      'that says no',
      { policies: new Map([['conclave/delivery/deploy', { allowed: false, message: 'freeze until Monday' }]]) },
      'freeze until Monday',
    ],
    [
      'that says no without a word',
      { policies: new Map([['conclave/delivery/deploy', { allowed: false }]]) },
      'the policy of deliveries does not allow it',
    ],
  ];
  it.each(answers)('keep an action back with a policy %s', (_, facts, message) => {
    const run = approved(facts);
    run.act('deploy.deployment');
    expect([state(run), offered(run)]).toEqual(['Approved', ['cancel planning']]);
    expect(run.status.waitingFor).toMatchObject([{ kind: 'policy', message }]);
    run.facts = { policies: allowAll };
    run.settle().act('deploy.deployment');
    expect(state(run)).toBe('Deployed');
  });

  it('that cannot be evaluated hold nothing open', () => {
    const guards = [{ expression: 'steps.a.outputs.n > 1' }];
    const run = new PlannedRun({
      ...own([{ action: 'go', from: ['A'], to: 'End', roles: ['po'], guards }]),
      steps: [call('a')],
    });
    expect(run.succeed('a').act('go.po').status.lifecycle?.state).toBe('A');
    expect(run.status.waitingFor?.[0]?.message).toContain('nothing leads out of A now: go: steps.a.outputs.n > 1');
  });
});

describe('the gate of a transition', () => {
  const gated = own([
    { action: 'go', from: ['A'], to: 'End', roles: ['po'], approvals: [{ role: 'review' }], expiresSeconds: 60 },
    { action: 'aside', from: ['A'], to: 'B', roles: ['po'] },
    { action: 'back', from: ['B'], to: 'A', roles: ['po'] },
  ]);

  it('opens with its state, is closed with it, and opens anew', () => {
    const run = new PlannedRun({ ...gated, steps: [approval('ok')] });
    expect(run.status.gates).toMatchObject([{ name: 'go', action: 'go', state: 'Open', round: 1 }, { name: 'ok' }]);
    run.decide('go', 'approved');
    expect(offered(run)).toEqual(['go po', 'aside po']);
    run.act('aside.po').act('back.po');
    expect(run.status.gates?.[0]).toMatchObject({ name: 'go', state: 'Open', round: 2 });
    expect(offered(run)).toEqual(['aside po']);
    run.act('aside.po');
    expect(run.status.gates?.[0]).toMatchObject({ name: 'go', state: 'Expired', round: 2 });
  });

  it.each(['rejected', 'expired'])('keeps the action back when it was %s', (how) => {
    const run = new PlannedRun({ ...gated, steps: [approval('ok')] });
    if (how === 'rejected') run.decide('go', 'rejected');
    else run.wait(61);
    expect(run.act('go.po').status.lifecycle?.state).toBe('A');
    expect(offered(run)).toEqual(['aside po']);
  });

  it('is missing where sixteen others stand, and then nobody may pass', () => {
    const gates = Array.from({ length: 16 }, (_, index) => approval(`g${index}`));
    const run = new PlannedRun({
      ...own([
        { action: 'aside', from: ['A'], to: 'B', roles: ['po'] },
        { action: 'go', from: ['B'], to: 'End', roles: ['po'], approvals: [{ role: 'review' }] },
      ]),
      steps: gates,
    });
    run.act('aside.po').act('go.po');
    expect(state(run)).toBe('B');
    expect(run.status.waitingFor?.at(-1)?.message).toContain('its gate go could not be opened');
  });
});

describe('a lifecycle that moves by itself for ever', () => {
  it('fails its run, and says where', () => {
    const run = new PlannedRun({
      ...own([
        { action: 'to', from: ['A'], to: 'B', roles: ['system'] },
        { action: 'fro', from: ['B'], to: 'A', roles: ['system'] },
      ]),
      steps: [call('a')],
    });
    expect(run.state).toBe('Failed LifecycleCircles');
  });
});

describe('a run that its lifecycle has ended', () => {
  const ended = (more: object = {}) => {
    const run = new PlannedRun({
      ...own(
        [
          { action: 'finish', from: ['A'], to: 'Out', roles: ['po'] },
          { action: 'roll_back', from: ['Out'], to: 'A', roles: ['po'] },
          { action: 'archive', from: ['Out'], to: 'End', roles: ['po'] },
        ],
        [{ name: 'A' }, { name: 'Out', outcome: 'Shipped' }],
      ),
      ...{ steps: [call('a')], onExit: [call('tidy')], ...more },
    });
    return run.succeed('a').act('finish.po').succeed('tidy');
  };

  it('is taken up again by who rolls it back, and ends anew', () => {
    const run = ended();
    expect([run.state, offered(run)]).toEqual(['Succeeded LifecycleEnded', ['roll_back po', 'archive po']]);
    run.wait(60).act('roll_back.po');
    expect([run.state, state(run), run.status.lifecycle?.outcome]).toEqual(['Waiting StepsWaiting', 'A', undefined]);
    run.act('finish.po');
    expect(run.running).toEqual(['tidy']);
    expect(run.succeed('tidy').state).toBe('Succeeded LifecycleEnded');
  });

  it('goes on with what had not begun when it ended', () => {
    const run = new PlannedRun({
      ...own(
        [
          { action: 'finish', from: ['A'], to: 'Out', roles: ['po'] },
          { action: 'go_on', from: ['Out'], to: 'B', roles: ['po'] },
          { action: 'end', from: ['B'], to: 'End', roles: ['po'] },
        ],
        [{ name: 'A' }, { name: 'B' }, { name: 'Out', outcome: 'Shipped' }],
      ),
      steps: [group('g', [call('late', { inState: ['B'] })])],
    });
    expect(run.act('finish.po').state).toBe('Succeeded LifecycleEnded');
    expect(run.act('go_on.po').running).toEqual(['late']);
  });

  it('is archived without anything being done again', () => {
    const run = ended().act('archive.po');
    expect([run.state, state(run), offered(run)]).toEqual(['Succeeded LifecycleEnded', 'End', []]);
    expect(run.started).toEqual(['a', 'tidy']);
  });

  it('stays as it is when someone acts on what it was', () => {
    const run = ended();
    const before = structuredClone(run.status);
    run.act('roll_back.po', { digest: `sha256:${'e'.repeat(64)}` });
    expect(run.status).toEqual(before);
  });

  it('does the work anew that takes it on, after what is approved anew', () => {
    const steps = [acting('ship', ['deployment', 'deploy'], { inState: ['Approved'] })];
    const run = new PlannedRun({ ...preset('delivery'), steps }, { facts: { policies: allowAll } });
    run.act('submit.planning').act('request_review.implementation').act('approve.review');
    const approve = () => {
      run.decide('deploy', 'approved', { user: 'eve', role: 'review' });
      run.decide('deploy', 'approved', { user: 'bob', role: 'safety' });
    };
    approve();
    expect(run.succeed('ship').state).toBe('Succeeded LifecycleEnded');
    run.wait(5).act('roll_back.deployment');
    expect([state(run), run.running]).toEqual(['Approved', []]);
    approve();
    expect([run.running, run.started]).toEqual([['ship'], ['ship', 'ship']]);
    expect(run.succeed('ship').status.lifecycle?.outcome).toBe('Deployed');
  });
});
