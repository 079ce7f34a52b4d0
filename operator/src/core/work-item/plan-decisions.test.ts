import { describe, expect, it } from 'vitest';
import { monday, PlannedRun } from '../../testing/planned-run.ts';
import {
  approval,
  call,
  checkPlanningCase,
  from,
  group,
  loop,
  type PlanningCase,
} from '../../testing/planning-case.ts';

const decisionCondition = (run: PlannedRun) => run.status.conditions?.find(({ type }) => type === 'WaitingForDecision');

const approvals: Record<string, PlanningCase> = {
  'an approval step waits for people and says for whom': {
    steps: [approval('sign_off', { message: 'Ship {{input.what}}?' })],
    given: { inputs: { what: 'it' } },
    states: { sign_off: 'Waiting WaitingForDecision' },
    run: 'Waiting StepsWaiting',
    waits: ['decision sign-off'],
    then: (run) => {
      expect(run.status.gates).toMatchObject([
        { name: 'sign-off', step: 'sign_off', state: 'Open', round: 1, message: 'Ship it?' },
      ]);
      expect(run.status.waitingFor?.[0]).toMatchObject({ roles: ['review'], missing: 1, step: 'sign_off' });
      expect(run.status.conditions?.find(({ type }) => type === 'WaitingForDecision')?.status).toBe('True');
    },
  },
  'a gate has the name that the step gives it': {
    steps: [approval('a', { gate: 'legal' })],
    waits: ['decision legal'],
  },
  'an approval lets the run go on, and says who approved': {
    steps: [approval('ok'), call('b', { dependsOn: ['ok'], inputs: { by: from('{{ok.approvers}}') } })],
    when: (run) => run.decide('ok', 'approved', { comment: 'fine' }),
    states: { ok: 'Succeeded Approved' },
    outputs: { ok: { decision: 'approved', approvers: ['ann'], message: 'fine' } },
    inputs: { b: { by: ['ann'] } },
  },
  'a rejection fails the step': {
    steps: [approval('ok')],
    when: (run) => run.decide('ok', 'rejected', { comment: 'no' }),
    states: { ok: 'Failed Rejected' },
    messages: { ok: 'rejected at the gate ok: no' },
    run: 'Failed StepFailed',
  },
  'a gate waits for as many people as it asks for': {
    steps: [approval('ok', { approvals: [{ role: 'review', count: 2 }] })],
    when: (run) => run.decide('ok', 'approved', { user: 'ann' }),
    states: { ok: 'Waiting WaitingForDecision' },
    then: (run) => expect(run.status.waitingFor?.[0]?.missing).toBe(1),
  },
  'the same person does not count twice': {
    steps: [approval('ok', { approvals: [{ role: 'review', count: 2 }] })],
    when: (run) => run.decide('ok', 'approved', { user: 'ann' }).decide('ok', 'approved', { user: 'ann' }),
    states: { ok: 'Waiting WaitingForDecision' },
  },
  'two people are two': {
    steps: [approval('ok', { approvals: [{ role: 'review', count: 2 }] })],
    when: (run) => run.decide('ok', 'approved', { user: 'ann' }).decide('ok', 'approved', { user: 'bob' }),
    outputs: { ok: { decision: 'approved', approvers: ['ann', 'bob'], message: '' } },
  },
  'every role that is asked has to approve': {
    steps: [approval('ok', { approvals: [{ role: 'review' }, { role: 'safety' }] })],
    when: (run) => run.decide('ok', 'approved'),
    states: { ok: 'Waiting WaitingForDecision' },
    then: (run) => expect(run.status.waitingFor?.[0]?.roles).toEqual(['safety']),
  },
  'a role that is not asked does not count': {
    steps: [approval('ok')],
    when: (run) => run.decide('ok', 'approved', { role: 'po' }).decide('ok', 'rejected', { role: 'po' }),
    states: { ok: 'Waiting WaitingForDecision' },
  },
  'a decision on anything else than what is asked now does not count': {
    steps: [approval('ok')],
    when: (run) => {
      const at = new Date(monday).toISOString();
      const stale = { digest: `sha256:${'f'.repeat(64)}`, at };
      run.decisions.push({
        gate: 'ok',
        slot: 'ok.review',
        role: 'review',
        user: 'ann',
        decision: 'approved',
        ...stale,
      });
      run.settle();
    },
    states: { ok: 'Waiting WaitingForDecision' },
  },
  'decisions are void when the policies change': {
    steps: [approval('ok', { approvals: [{ role: 'review', count: 2 }] })],
    when: (run) => {
      run.decide('ok', 'approved', { user: 'ann' });
      run.facts = { policyEpoch: 'epoch-2' };
      run.settle().decide('ok', 'approved', { user: 'bob' });
    },
    states: { ok: 'Waiting WaitingForDecision' },
  },
  'no decision is taken while the policies are missing': {
    steps: [approval('ok')],
    when: (run) => {
      run.facts = { policyEpoch: undefined as unknown as string };
      run.settle().decide('ok', 'approved');
    },
    states: { ok: 'Waiting WaitingForDecision' },
    waits: ['policy ok'],
  },
  'it is said what is wrong with the policies': {
    steps: [approval('ok')],
    when: (run) => {
      const policyProblem = { reason: 'PoliciesChanged' as const, message: 'the binding b only audits' };
      run.facts = { policyEpoch: undefined as unknown as string, policyProblem };
      run.settle();
    },
    says: 'no decision is taken: the binding b only audits',
    then: (run) => expect(decisionCondition(run)).toMatchObject({ status: 'True', reason: 'PoliciesChanged' }),
  },
  'decisions count that were made before the policies could be read': {
    steps: [approval('ok', { approvals: [{ role: 'review', count: 2 }] })],
    when: (run) => {
      run.decide('ok', 'approved', { user: 'ann' });
      run.facts = { policyEpoch: undefined as unknown as string };
      run.settle();
      run.facts = {};
      run.settle().decide('ok', 'approved', { user: 'bob' });
    },
    states: { ok: 'Succeeded Approved' },
  },
  'whoever made the WorkItem does not decide': {
    steps: [approval('ok')],
    when: (run) => run.decide('ok', 'approved', { user: 'rita' }).decide('ok', 'rejected', { user: 'rita' }),
    states: { ok: 'Waiting WaitingForDecision' },
  },
  'whoever made the WorkItem decides where the gate allows it': {
    steps: [approval('ok', { allowRequester: true })],
    when: (run) => run.decide('ok', 'approved', { user: 'rita' }),
    states: { ok: 'Succeeded Approved' },
  },
  'nobody decides where it is not known whom the gate excludes': {
    steps: [approval('ok')],
    when: (run) => {
      run.requester = undefined;
      run.settle().decide('ok', 'approved', { user: 'ann' });
    },
    states: { ok: 'Waiting WaitingForDecision' },
    waits: ['policy ok'],
    then: (run) => expect(decisionCondition(run)).toMatchObject({ status: 'True', reason: 'RequesterUnknown' }),
  },
  'one person decides in one role': {
    steps: [approval('ok', { approvals: [{ role: 'review' }, { role: 'safety' }] })],
    when: (run) => run.decide('ok', 'approved').decide('ok', 'approved', { role: 'safety' }),
    states: { ok: 'Waiting WaitingForDecision' },
  },
  'a service account decides only where the gate names it': {
    steps: [
      approval('a', { allowedServiceAccounts: ['ci:bot'] }),
      approval('b', { allowedServiceAccounts: ['ci:other'] }),
    ],
    when: (run) => {
      const user = 'system:serviceaccount:ci:bot';
      run.decide('a', 'approved', { user }).decide('b', 'approved', { user });
    },
    states: { a: 'Succeeded Approved', b: 'Waiting WaitingForDecision' },
  },
  'decisions on a spec that no plan has seen wait for that plan': {
    steps: [approval('ok')],
    when: (run) => {
      run.generation += 1;
      const [gate] = run.status.gates ?? [];
      const decision = { gate: 'ok', slot: 'ok.review', role: 'review', user: 'ann', decision: 'approved' as const };
      run.decisions.push({ ...decision, digest: gate?.digest ?? '', at: new Date(monday).toISOString() });
      run.step();
      expect(run.stateOf('ok')).toBe('Waiting WaitingForDecision');
      run.step();
    },
    states: { ok: 'Succeeded Approved' },
  },
  'people are told how to approve, in the slot that is free': {
    steps: [approval('ok', { approvals: [{ role: 'review', count: 2 }, { role: 'po' }] })],
    when: (run) => {
      const [gate] = run.status.gates ?? [];
      const asked = gate?.digest.slice('sha256:'.length).slice(0, 8) ?? '';
      expect(run.status.message).toBe(
        `waits for 3 approvals at the gate ok: review, po; to approve ${asked}: ` +
          `kubectl annotate workitem w -n ns approval.conclave.dev/ok.review='approved ${asked}'`,
      );
      const decision = { gate: 'ok', slot: 'ok.review', role: 'review', user: 'ann', decision: 'approved' as const };
      run.decisions.push({ ...decision, digest: gate?.digest ?? '', at: new Date(monday).toISOString() });
      run.settle();
    },
    says: "kubectl annotate workitem w -n ns approval.conclave.dev/ok.review-2='approved ",
  },
  'an approval that was recorded stays when its annotation goes': {
    steps: [approval('ok', { approvals: [{ role: 'review', count: 2 }] })],
    when: (run) => {
      run.decide('ok', 'approved', { user: 'ann' });
      run.decisions.length = 0;
      run.decide('ok', 'approved', { user: 'bob' });
    },
    states: { ok: 'Succeeded Approved' },
  },
  'a gate that nobody decides in time counts as rejected': {
    steps: [approval('ok', { expiresSeconds: 60 })],
    when: (run) => run.wait(60),
    states: { ok: 'Failed Expired' },
    then: (run) => expect(run.status.gates?.[0]?.state).toBe('Expired'),
  },
  'an approval has no timeout unless it says so': {
    steps: [approval('ok')],
    when: (run) => run.wait(10_000_000),
    states: { ok: 'Waiting WaitingForDecision' },
  },
  'people see what the step names, and their approval covers it': {
    steps: [call('a'), approval('ok', { dependsOn: ['a'], show: ['a.text'] })],
    when: (run) => run.succeed('a', { text: 'plan', noise: 1 }),
    then: (run) => expect(run.artifacts.get(run.status.gates?.[0]?.content ?? '')).toEqual({ 'a.text': 'plan' }),
  },
  'people see the results of what the step depends on when it names nothing': {
    steps: [call('a'), approval('ok', { dependsOn: ['a'] })],
    when: (run) => run.succeed('a', { text: 'plan' }),
    then: (run) => expect(run.artifacts.get(run.status.gates?.[0]?.content ?? '')).toEqual({ a: { text: 'plan' } }),
  },
  'people cannot decide inside a loop': {
    steps: [loop('l', [approval('ok')])],
    given: { inputs: { items: [1] } },
    states: { l: 'Failed PartFailed', 'l[0].ok': 'Failed GateImpossible' },
  },
  'a run has at most sixteen gates': {
    steps: Array.from({ length: 17 }, (_, index) => approval(`g${index}`)),
    states: { g16: 'Failed GateImpossible' },
    then: (run) => expect(run.status.gates).toHaveLength(16),
  },
  'a gate is closed when the run ends without it': {
    steps: [approval('ok'), call('a', { retryPolicy: { maxAttempts: 1 } })],
    when: (run) => run.fail('a'),
    states: { ok: 'Cancelled RunEnded' },
    then: (run) => expect(run.status.gates?.[0]?.state).toBe('Expired'),
  },
};

const steps = [
  call('plan'),
  call('draft', { dependsOn: ['plan'] }),
  approval('ok', { dependsOn: ['draft'], returnTo: 'draft' }),
  call('ship', { dependsOn: ['ok'] }),
];
const sentBack: Record<string, PlanningCase> = {
  'a rejection sends the work back, with what was said': {
    steps,
    when: (run) => run.succeed('plan').succeed('draft').decide('ok', 'rejected', { comment: 'too long' }),
    started: ['plan', 'draft', 'draft'],
    states: { plan: 'Succeeded Completed', draft: 'Running AttemptRunning', ok: 'Pending SentBack' },
    then: (run) => expect(run.startOf('draft')).toMatchObject({ attempt: 2, feedback: 'too long' }),
  },
  'the gate opens anew, and older approvals do not count': {
    steps,
    when: (run) => run.succeed('plan').succeed('draft').decide('ok', 'rejected').succeed('draft'),
    states: { ok: 'Waiting WaitingForDecision' },
    then: (run) => expect(run.status.gates?.[0]).toMatchObject({ round: 2, state: 'Open' }),
  },
  'the run goes on when the next round is approved': {
    steps,
    when: (run) =>
      run
        .succeed('plan')
        .succeed('draft')
        .decide('ok', 'rejected')
        .succeed('draft')
        .decide('ok', 'approved')
        .succeed('ship'),
    run: 'Succeeded AllStepsSucceeded',
  },
  'what the gate shows now and showed before can be compared': {
    steps,
    when: (run) => run.succeed('plan').succeed('draft', { v: 1 }).decide('ok', 'rejected').succeed('draft', { v: 2 }),
    then: (run) => {
      const [gate] = run.status.gates ?? [];
      expect([gate?.previousContent, gate?.content].map((digest) => run.artifacts.get(digest ?? ''))).toEqual([
        { draft: { v: 1 } },
        { draft: { v: 2 } },
      ]);
    },
  },
  'work is sent back into a group that had ended': {
    steps: [group('g', [call('a'), call('b')]), approval('ok', { dependsOn: ['g'], returnTo: 'a' })],
    when: (run) => run.succeed('a').succeed('b').decide('ok', 'rejected').succeed('a'),
    started: ['a', 'b', 'a'],
    states: { g: 'Succeeded Completed', ok: 'Waiting WaitingForDecision' },
  },
  'what ran beside is not run again': {
    steps: [...steps, call('other')],
    when: (run) => run.succeed('other').succeed('plan').succeed('draft').decide('ok', 'rejected'),
    states: { other: 'Succeeded Completed' },
  },
  'an expired gate sends nothing back': {
    steps: [call('draft'), approval('ok', { dependsOn: ['draft'], returnTo: 'draft', expiresSeconds: 5 })],
    when: (run) => run.succeed('draft').wait(5),
    states: { ok: 'Failed Expired' },
  },
};

const check = (more: object = {}) => ({
  ...{ name: 'check', type: 'validation' as const, dependsOn: ['a'] },
  checks: { completeness: { threshold: 0.7 } },
  ...more,
});
const validations: Record<string, PlanningCase> = {
  'a validation that passes succeeds and tells its scores': {
    steps: [call('a'), check()],
    when: (run) => run.succeed('a', { x: 1, y: 'text' }),
    states: { check: 'Succeeded Completed' },
    then: (run) => expect(run.outputsOf('check')).toMatchObject({ passed: true, completeness: 1, errors: [] }),
  },
  'a validation that does not pass fails, and says why': {
    steps: [call('a'), check()],
    when: (run) => run.succeed('a', { x: null, y: '', z: [] }),
    states: { check: 'Failed ChecksFailed' },
    messages: { check: 'completeness' },
  },
  'expressions of a validation see its inputs': {
    steps: [call('a'), check({ inputs: { n: from('{{a.n}}') }, checks: { expressions: ['n > 5'] } })],
    when: (run) => run.succeed('a', { n: 5 }),
    states: { check: 'Failed ChecksFailed' },
  },
  'people decide where the validation asks for them, and may accept': {
    steps: [call('a'), check({ onFailure: { gate: 'quality', returnTo: 'a' } }), call('z', { dependsOn: ['check'] })],
    when: (run) => run.succeed('a', { x: null }).decide('quality', 'approved'),
    states: { check: 'Succeeded AcceptedByDecision' },
    started: ['a', 'z'],
    then: (run) => expect(run.outputsOf('check')).toMatchObject({ passed: false }),
  },
  'people may send back what did not pass': {
    steps: [call('a'), check({ onFailure: { gate: 'quality', returnTo: 'a' } })],
    when: (run) =>
      run.succeed('a', { x: null }).decide('quality', 'rejected', { comment: 'fill x' }).succeed('a', { x: 1 }),
    started: ['a', 'a'],
    states: { check: 'Succeeded Completed' },
    then: (run) => expect(run.startOf('a')?.feedback).toBe('fill x'),
  },
};

const assets: Record<string, PlanningCase> = {
  'a step waits for assets and says for which': {
    steps: [{ name: 'w', type: 'wait_for_asset', assets: ['silver.a', 'silver.b'] }],
    when: (run) => run.announce('silver.a', 1),
    states: { w: 'Waiting WaitingForAsset' },
    waits: ['asset silver.b'],
    messages: { w: 'waits for silver.b' },
  },
  'it ends when all are there, and their names are nested': {
    steps: [{ name: 'w', type: 'wait_for_asset', assets: ['silver.a', 'silver.b', 'gold'] }],
    when: (run) => run.announce('silver.a', 1).announce('gold', { x: 2 }).announce('silver.b'),
    outputs: { w: { assets: { silver: { a: 1, b: 'silver.b' }, gold: { x: 2 } } } },
  },
  'assets that came before it waited are there': {
    steps: [{ name: 'w', type: 'wait_for_asset', assets: ['x'] }],
    given: { facts: { assets: [{ name: 'x', value: 5, at: '2026-01-05T07:00:00Z' }] } },
    outputs: { w: { assets: { x: 5 } } },
  },
  'assets that a step recorded are there, with what the step gave': {
    steps: [call('a', { outputs: { v: 'silver.v' } }), { name: 'w', type: 'wait_for_asset', assets: ['silver.v'] }],
    when: (run) => run.succeed('a', { v: { n: 1 } }),
    outputs: { w: { assets: { silver: { v: { n: 1 } } } } },
  },
  'it fails when they do not come in time': {
    steps: [{ name: 'w', type: 'wait_for_asset', assets: ['x'], timeoutSeconds: 60 }],
    when: (run) => run.wait(60),
    states: { w: 'Failed TimedOut' },
    messages: { w: 'after 60 s it still waits for x' },
  },
  'a look at an address is an attempt in polling mode': {
    steps: [{ name: 'w', type: 'wait_for_asset', http: { url: 'https://h/{{input.id}}' } }],
    given: { inputs: { id: 7 } },
    then: (run) => expect(run.startOf('w')).toMatchObject({ mode: 'polling', step: { http: { url: 'https://h/7' } } }),
  },
  'a look outside is told the values that its expression refers to, and nothing of them is code': {
    steps: [
      call('a'),
      {
        ...{ name: 'w', type: 'wait_for_asset' },
        object: { apiVersion: 'v1', kind: 'Pod', name: 'p', expression: 'object.spec.id == {{a.id}}' },
      },
      { name: 'h', type: 'wait_for_asset', http: { url: 'https://h', expression: 'body.id == {{input.id}}' } },
    ],
    given: { inputs: { id: 7 } },
    when: (run) => run.succeed('a', { id: '" || true || "' }),
    then: (run) => {
      expect(run.startOf('w')).toMatchObject({
        step: { object: { expression: String.raw`object.spec.id == "\" || true || \""` } },
      });
      expect(run.startOf('h')).toMatchObject({ step: { http: { expression: 'body.id == 7' } } });
    },
  },
  'a look outside whose expression refers to what is not there fails': {
    steps: [
      call('a'),
      { name: 'w', type: 'wait_for_asset', http: { url: 'https://h', expression: 'body == {{a.no}}' } },
    ],
    when: (run) => run.succeed('a', {}),
    states: { w: 'Failed InputUnresolved' },
  },
  'a look at an address is not enough while an asset is missing': {
    steps: [{ name: 'w', type: 'wait_for_asset', assets: ['x'], http: { url: 'https://h' } }],
    when: (run) => run.succeed('w', { status: 200 }),
    states: { w: 'Running AttemptRunning' },
    waits: ['asset x'],
  },
  'a look at an address and an asset are enough together': {
    steps: [{ name: 'w', type: 'wait_for_asset', assets: ['x'], http: { url: 'https://h' } }],
    when: (run) => run.succeed('w', { status: 200 }).announce('x', 1),
    outputs: { w: { status: 200, assets: { x: 1 } } },
  },
  'a transformation is asked for, and ends when its asset arrives': {
    steps: [{ name: 't', type: 'data_transform', asset: 'silver.{{input.x}}', outputs: { rows: 'rows' } }],
    given: { inputs: { x: 'cats' } },
    when: (run) => run.announce('silver.cats', { rows: 3 }),
    started: ['t'],
    states: { t: 'Succeeded Completed' },
    outputs: { t: { rows: 3 } },
  },
};

const safe: Record<string, PlanningCase> = {
  'a run in safe mode waits before its first step': {
    steps: [call('a')],
    pipeline: { execution: { mode: 'safe' } },
    started: [],
    run: 'Waiting WaitingForStart',
    waits: ['decision start'],
  },
  'it begins when its start is approved': {
    steps: [call('a')],
    pipeline: { execution: { mode: 'safe' } },
    when: (run) => run.wait(60).decide('start', 'approved', { role: 'planning' }),
    started: ['a'],
    then: (run) => expect(run.status.startedAt).toBe(new Date(monday + 60_000).toISOString()),
  },
  'it fails when its start is rejected': {
    steps: [call('a')],
    pipeline: { execution: { mode: 'safe' } },
    when: (run) => run.decide('start', 'rejected', { role: 'planning', comment: 'too dear' }),
    run: 'Failed StartRejected',
    says: 'too dear',
  },
  'the pipeline says who approves the start': {
    steps: [call('a')],
    pipeline: { execution: { mode: 'safe', startApprovals: [{ role: 'po', count: 2 }] } },
    when: (run) => run.decide('start', 'approved', { role: 'po', user: 'ann' }),
    then: (run) => expect(run.status.waitingFor?.[0]).toMatchObject({ roles: ['po'], missing: 1 }),
  },
  'a run in brave mode begins at once': {
    steps: [call('a')],
    pipeline: { execution: { mode: 'brave' } },
    started: ['a'],
  },
};

describe.each([
  ['approvals', approvals],
  ['sent back', sentBack],
  ['validations', validations],
  ['assets', assets],
  ['safe mode', safe],
])('%s', (_, cases) => {
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });
});

describe('lifecycle states', () => {
  it('hold steps back that may not run in them', () => {
    const run = new PlannedRun({ steps: [call('a', { inState: ['Review'] })] });
    expect(run.started).toEqual(['a']);
    const held = new PlannedRun({ steps: [call('z'), call('a', { inState: ['Review'], dependsOn: ['z'] })] });
    held.status = { ...held.status, lifecycle: { state: 'Draft', since: new Date(monday).toISOString(), round: 0 } };
    held.succeed('z');
    expect(held.started).toEqual(['z']);
    expect(held.status.waitingFor).toMatchObject([{ kind: 'dependency', name: 'Review', step: 'a' }]);
    held.status = { ...held.status, lifecycle: { state: 'Review', since: new Date(monday).toISOString(), round: 0 } };
    expect(held.settle().started).toEqual(['z', 'a']);
  });
});
