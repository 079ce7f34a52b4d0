/** Ways by which a run could get past its people, each of which has been open once. */
import { describe, expect, it } from 'vitest';
import { aMethod, PlannedRun, type RunSketch } from '../../testing/planned-run.ts';
import { approval, call } from '../../testing/planning-case.ts';
import { without } from '../defined.ts';
import type { Facts, PolicyAnswer } from './observed.ts';
import { planWorkItem } from './plan-work-item.ts';

const policies = { get: (): PolicyAnswer => ({ allowed: true }) };
const allowing: Partial<Facts> = { policies };
const safety = (allowProduction: boolean, productionApprovals = 2) => ({ allowProduction, productionApprovals });
const delivery = { lifecycle: { preset: 'delivery' } };

/** A delivery that has come to the state Approved. */
function approvedDelivery(steps: readonly object[], sketch: RunSketch = {}): PlannedRun {
  const facts: Partial<Facts> = { ...allowing, ...sketch.facts };
  const run = new PlannedRun({ ...delivery, steps }, { ...sketch, facts });
  return run.act('submit.planning').act('request_review.implementation').act('approve.review');
}

const approveDeploying = (run: PlannedRun): PlannedRun =>
  run
    .decide('deploy', 'approved', { user: 'eve', role: 'review' })
    .decide('deploy', 'approved', { user: 'bob', role: 'safety' });

describe('the gate of an action', () => {
  const lost = { methods: [aMethod('deploy', { onUnknown: 'gate' })] };
  const steps = [call('deploy', { method: 'deploy', executionMode: 'api', inState: ['Approved'] })];

  it('is not taken by a step of the same name, at whose gate others are asked', () => {
    const run = approvedDelivery(steps, lost);
    run.end('deploy', { result: 'Unknown' });
    expect(run.stateOf('deploy')).toBe('Failed GateImpossible');
    expect(run.status.gates).toMatchObject([{ name: 'deploy', action: 'deploy', production: true }]);
    expect([run.status.phase, run.lifecycleState]).toEqual(['Failed', 'Approved']);
  });

  it('is opened anew when the Tenant asks for more people than have approved', () => {
    const run = approveDeploying(approvedDelivery([approval('ok')]));
    expect(run.status.gates).toContainEqual(expect.objectContaining({ name: 'deploy', state: 'Approved' }));
    run.facts = { policies, safety: safety(true, 3) };
    run.settle();
    expect(run.status.gates).toContainEqual(expect.objectContaining({ name: 'deploy', state: 'Open', round: 2 }));
    expect(run.act('deploy.deployment').lifecycleState).toBe('Approved');
  });
});

describe('work that its people have sent back', () => {
  it('begins no further part, wherever the run is then: what was approved is void', () => {
    const states = [{ name: 'Draft' }, { name: 'Review' }, { name: 'Live', production: true, terminal: true }];
    const transitions = [
      { action: 'submit', from: ['Draft'], to: 'Review', roles: ['planning'] },
      { action: 'reject', from: ['Review'], to: 'Draft', roles: ['review'], rejects: true },
      {
        action: 'deploy',
        from: ['Review'],
        to: 'Live',
        roles: ['deployment'],
        approvals: [{ role: 'review' }, { role: 'safety' }],
      },
    ];
    const parts = [call('merge'), call('rollout', { dependsOn: ['merge'] })];
    const group = { name: 'ship', type: 'parallel_group' as const, role: 'deployment', action: 'deploy', steps: parts };
    const lifecycle = { definition: { initial: 'Draft', states, transitions } };
    const run = new PlannedRun({ lifecycle, steps: [group] as never }, { facts: allowing });
    approveDeploying(run.act('submit.planning')).act('reject.review').succeed('merge');
    expect([run.lifecycleState, run.stateOf('merge')]).toEqual(['Draft', 'Succeeded Completed']);
    expect(run.startOf('rollout')).toBeUndefined();
  });
});

describe('an open gate', () => {
  it('shows what it showed when a run that has failed is tried again', () => {
    const run = approvedDelivery([call('x', { inState: ['Approved'], retryPolicy: { maxAttempts: 1 } })]);
    const shown = () => run.status.gates?.[0]?.shown;
    const before = shown();
    run.fail('x');
    expect([run.status.phase, run.status.gates?.[0]?.state]).toEqual(['Failed', 'Expired']);
    run.change({ retryCount: 1 }).settle();
    expect(run.status.gates).toMatchObject([{ state: 'Open' }]);
    expect(shown()).toBe(before);
    expect(before).toBeDefined();
  });

  it('asks more people when the Tenant does', () => {
    const run = new PlannedRun({ steps: [approval('go', { production: true })] });
    run.decide('go', 'approved', { user: 'ann' });
    run.facts = { safety: safety(true, 3) };
    run.settle().decide('go', 'approved', { user: 'bob' });
    expect(run.status.gates).toMatchObject([{ state: 'Open', approvals: [{ role: 'review', count: 3 }] }]);
    expect(run.decide('go', 'approved', { user: 'cid' }).status.gates).toMatchObject([{ state: 'Approved' }]);
  });

  it('asks as many as one role can be asked for, and settles', () => {
    const run = new PlannedRun(
      { steps: [approval('go', { production: true })] },
      { facts: { safety: safety(true, 20) } },
    );
    expect(run.settle().status.gates).toMatchObject([{ approvals: [{ role: 'review', count: 9 }] }]);
  });

  it.each(['cancelled', 'of its lifecycle'])('asks nobody when the run has ended: %s', (kind) => {
    const run = kind === 'cancelled' ? new PlannedRun({ steps: [approval('go')] }) : approvedDelivery([approval('ok')]);
    run.spec = { ...run.spec, cancel: true };
    run.settle();
    expect(run.status.phase).toBe('Cancelled');
    expect(run.status.gates?.filter(({ state }) => state === 'Open')).toEqual([]);
  });

  it('asks nobody when a run in safe mode is cancelled before it begins', () => {
    const run = new PlannedRun({ steps: [call('a')], execution: { mode: 'safe' } });
    run.spec = { ...run.spec, cancel: true };
    expect(run.settle().status.gates).toMatchObject([{ name: 'start', state: 'Expired' }]);
  });
});

describe('a replay', () => {
  const replayOf = (first: PlannedRun, pipeline: ConstructorParameters<typeof PlannedRun>[0], fromStep: string) =>
    new PlannedRun(pipeline, {
      spec: { replay: { workItemName: 'w-1', fromStep } },
      facts: { policies, replayed: first.replayed },
    });

  it('asks people anew, and does what builds on them only then', () => {
    const steps = [
      call('a'),
      approval('ok', { dependsOn: ['a'] }),
      call('b', { dependsOn: ['ok'] }),
      call('c', { dependsOn: ['b'] }),
    ];
    const first = new PlannedRun({ steps }).succeed('a').decide('ok', 'approved').succeed('b').succeed('c');
    const run = replayOf(first, { steps }, 'c');
    expect(run.stateOf('a')).toBe('Succeeded Replayed');
    expect([run.stateOf('ok'), run.stateOf('b'), run.started]).toEqual(['Waiting WaitingForDecision', '-', []]);
    expect(run.decide('ok', 'approved').started).toEqual(['b']);
  });

  it('does not move a lifecycle by what another run did', () => {
    const steps = [
      call('plan', { role: 'planning', action: 'submit' }),
      call('z', { dependsOn: ['plan'], inState: ['Deployed'] }),
    ];
    const first = new PlannedRun({ steps: [call('plan'), call('z', { dependsOn: ['plan'] })] })
      .succeed('plan')
      .succeed('z');
    expect(replayOf(first, { ...delivery, steps }, 'z').lifecycleState).toBe('Draft');
  });
});

describe('a decision that was made while the policies were away', () => {
  const steps = [approval('ok')];

  it('is on a digest that nobody could know, however much they know of the policies', () => {
    const digestWith = (facts: Partial<Facts>) => new PlannedRun({ steps }, { facts }).status.gates?.[0]?.digest;
    expect(digestWith({ salt: 'one' })).not.toBe(digestWith({ salt: 'two' }));
    const run = new PlannedRun({ steps }, { facts: { salt: 'one' } });
    const asked = run.status.gates?.[0]?.digest;
    // As long as the policies stay, so does what is asked, whatever comes and goes.
    run.facts = { salt: 'two' };
    expect(run.settle().status.gates?.[0]?.digest).toBe(asked);
    run.facts = { salt: 'three', policyEpoch: 'epoch-2' };
    expect(run.settle().status.gates?.[0]?.digest).not.toBe(asked);
    expect(run.status.decidedUnder).toEqual({ policies: 'epoch-2', salt: 'three' });
  });

  it('does not change what is asked while nobody can read the policies', () => {
    const run = new PlannedRun({ steps }, { facts: { salt: 'one' } });
    const { facts, ...observed } = run.observed();
    const unread = without(facts, 'policyEpoch');
    const plan = planWorkItem({ ...observed, facts: { ...unread, salt: 'two' } });
    expect(plan.status.gates?.[0]?.digest).toBe(run.status.gates?.[0]?.digest);
    expect(plan.status.decidedUnder).toEqual({ policies: 'epoch-1', salt: 'one' });
  });
});

describe('production', () => {
  it('is nothing that a lifecycle begins in', () => {
    const states = [
      { name: 'Live', production: true },
      { name: 'End', terminal: true },
    ];
    const transitions = [{ action: 'end', from: ['Live'], to: 'End', roles: ['po'] }];
    const run = new PlannedRun({
      lifecycle: { definition: { initial: 'Live', states, transitions } },
      steps: [call('a', { inState: ['Live'] })],
    });
    expect([run.state, run.started, run.lifecycleState]).toEqual(['Failed BeginsInProduction', [], '-']);
  });

  it('is not entered again by a retry once the Tenant forbids it', () => {
    const work = call('work', { role: 'deployment', action: 'deploy', inState: ['Approved'] });
    const run = approveDeploying(approvedDelivery([work]));
    expect(run.started).toEqual(['work']);
    run.end('work', { result: 'Failed', message: 'no' });
    run.facts = { policies, safety: safety(false) };
    run.wait(3600);
    expect(run.started).toEqual(['work']);
    run.facts = { policies };
    expect(run.settle().started).toEqual(['work', 'work']);
  });

  it('is not reached by a rollout that says no state', () => {
    const run = new PlannedRun(
      { ...delivery, steps: [call('work', { role: 'deployment', action: 'deploy' })] },
      { facts: { policies } },
    );
    expect(run.started).toEqual([]);
    run.act('submit.planning').act('request_review.implementation').act('approve.review');
    expect(approveDeploying(run).started).toEqual(['work']);
  });
});
