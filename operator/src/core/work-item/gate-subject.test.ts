/** What people approve at the gate of an action, and what becomes of the gate while some of that is made anew. */
import { describe, expect, it } from 'vitest';
import { aMethod, PlannedRun, type RunSketch } from '../../testing/planned-run.ts';
import { approval, call, choice, group, loop } from '../../testing/planning-case.ts';
import type { Facts, PolicyAnswer } from './observed.ts';

const policies = { get: (): PolicyAnswer => ({ allowed: true }) };

/** A delivery that has come to the state Approved. */
function approvedDelivery(steps: readonly object[], sketch: RunSketch = {}): PlannedRun {
  const facts: Partial<Facts> = { policies, ...sketch.facts };
  const run = new PlannedRun({ lifecycle: { preset: 'delivery' }, steps }, { ...sketch, facts });
  return run.act('submit.planning').act('request_review.implementation').act('approve.review');
}

const approveFor = (run: PlannedRun, role: 'review' | 'safety') =>
  run.decide('deploy', 'approved', { user: role === 'review' ? 'eve' : 'bob', role });
const approveDeploying = (run: PlannedRun) => approveFor(approveFor(run, 'review'), 'safety');

const gateOf = (run: PlannedRun, name = 'deploy') => {
  const { state, round, decisions = [] } = run.status.gates?.find((gate) => gate.name === name) ?? {};
  return `${state ?? 'none'} ${round ?? 0} ${decisions.length}`;
};
const waits = (run: PlannedRun) => run.status.waitingFor?.map(({ kind, name }) => `${kind} ${name}`) ?? [];

const here = { inState: ['Approved'] };
const rollout = { role: 'deployment', action: 'deploy', ...here };
/** A check that a person looks at, who may send it back. */
const checked = [call('check', here), approval('look', { dependsOn: ['check'], returnTo: 'check', ...here })];

describe('the approvals of an action', () => {
  it.each([
    ['group', group('roll', [call('one'), call('two', { dependsOn: ['one'] })], rollout)],
    ['branch', choice('roll', 'true', [[call('one'), call('two', { dependsOn: ['one'] })]], rollout)],
  ])('stand while the parts of the work that takes it come to their results: a %s', (_, step) => {
    const run = approveDeploying(approvedDelivery([step]));
    run.succeed('one');
    expect([gateOf(run), run.started]).toEqual(['Approved 1 2', ['one', 'two']]);
    expect(run.succeed('two').lifecycleState).toBe('Deployed');
  });

  it('stand when what is a part of something else takes it', () => {
    const run = approveDeploying(approvedDelivery([group('all', [call('work', rollout)], here)]));
    // A policy that changes its mind meanwhile lets the whole come to its end first.
    run.facts = { policies: { get: () => ({ allowed: false }) } };
    run.succeed('work');
    expect([run.stateOf('all'), gateOf(run)]).toEqual(['Succeeded Completed', 'Approved 1 2']);
    run.facts = { policies };
    expect(run.settle().lifecycleState).toBe('Deployed');
  });

  it('stand when the work is retried', () => {
    const run = approveDeploying(approvedDelivery([call('work', { ...rollout, retryPolicy: { maxAttempts: 1 } })]));
    run.fail('work').change({ retryCount: 1 });
    expect([gateOf(run), run.started]).toEqual(['Approved 1 2', ['work', 'work']]);
    expect(run.succeed('work').lifecycleState).toBe('Deployed');
  });

  it('stand, and are asked for, when a run goes on that has failed meanwhile', () => {
    const run = approvedDelivery([call('notes', { ...here, retryPolicy: { maxAttempts: 1 } })]);
    approveFor(run, 'review').fail('notes');
    expect(gateOf(run)).toBe('Expired 1 1');
    run.change({ retryCount: 1 });
    expect(gateOf(run)).toBe('Open 1 1');
  });

  it('are not asked for again by a retry when the time for them was over before', () => {
    const run = new PlannedRun(
      {
        lifecycle: {
          definition: {
            ...{ initial: 'One', states: [{ name: 'One' }, { name: 'Two', terminal: true }] },
            transitions: [
              {
                action: 'go',
                from: ['One'],
                to: 'Two',
                roles: ['po'],
                approvals: [{ role: 'qa' }],
                expiresSeconds: 60,
              },
            ],
          },
        },
        steps: [call('a', { retryPolicy: { maxAttempts: 1 } })],
      },
      { facts: { policies } },
    );
    run.wait(61).wait(5).fail('a').change({ retryCount: 1 });
    expect(gateOf(run, 'go')).toBe('Expired 1 0');
  });

  it('are asked for anew when another result has come', () => {
    const run = approveDeploying(approvedDelivery([call('notes', here), call('work', rollout)]));
    expect(run.started).toEqual(['notes', 'work']);
    run.succeed('notes');
    expect(gateOf(run)).toBe('Open 2 0');
    expect(run.succeed('work').lifecycleState).toBe('Approved');
    expect(approveDeploying(run).lifecycleState).toBe('Deployed');
  });

  it('are needed by every part of the work that has not begun', () => {
    const roll = group('roll', [call('one'), call('two', { dependsOn: ['one'] })], rollout);
    const run = approveDeploying(approvedDelivery([call('notes', here), roll]));
    run.succeed('notes').succeed('one');
    expect([gateOf(run), run.started]).toEqual(['Open 2 0', ['notes', 'one']]);
    expect(approveDeploying(run).started).toEqual(['notes', 'one', 'two']);
  });

  it('are needed by work that has waited for its budget meanwhile', () => {
    const run = approvedDelivery([call('notes', here), call('work', rollout)], {
      methods: [aMethod('m', { type: 'image', image: { image: 'i' }, costUnits: '0.6' })],
      facts: { budget: { costUnits: '1' } },
    });
    approveDeploying(run);
    expect([run.started, run.stateOf('work')]).toEqual([['notes'], 'Waiting WaitingForBudget']);
    run.end('notes', { result: 'Succeeded', outputs: {}, used: { costUnits: '0.1' } });
    expect([gateOf(run), run.started]).toEqual(['Open 2 0', ['notes']]);
    expect(approveDeploying(run).started).toEqual(['notes', 'work']);
  });
});

describe('a gate of an action, while a result that it shows is made anew', () => {
  it('takes no approvals, says why, and asks about the new result', () => {
    const run = approvedDelivery([...checked, call('work', rollout)]).succeed('check', { ok: 1 });
    run.decide('look', 'rejected');
    expect(waits(run)).toEqual(['dependency deploy']);
    expect(run.status.waitingFor?.[0]?.message).toBe(
      'no decision is taken at the gate deploy now: the result of check is being made anew',
    );
    approveDeploying(run);
    expect([gateOf(run), run.started]).toEqual(['Open 2 0', ['check', 'check']]);
    run.succeed('check', { ok: 2 }).decide('look', 'approved');
    expect([gateOf(run), run.started]).toEqual(['Open 3 0', ['check', 'check']]);
    expect(approveDeploying(run).running).toEqual(['work']);
  });

  it('keeps its approvals, and lets nothing pass', () => {
    const steps = [
      ...checked,
      call('late', { ...here, dependsOn: ['look'] }),
      call('work', { ...rollout, dependsOn: ['late'] }),
    ];
    const run = approvedDelivery(steps).succeed('check', { ok: 1 });
    approveDeploying(run).decide('look', 'rejected');
    expect(gateOf(run)).toBe('Approved 2 2');
    expect(run.act('deploy.deployment').lifecycleState).toBe('Approved');
    expect(run.status.lifecycle?.actions?.map(({ name }) => name)).toEqual(['cancel']);
  });

  it.each([
    ['has its approvals still when the result is the same', 1, 'Approved 2 2', 'Open 2 1'],
    ['asks anew when it is another', 2, 'Open 3 0', 'Rejected 1 1'],
  ])('%s', (_, ok, deploy, verify) => {
    const parts = [
      approval('verify', { dependsOn: ['check'], returnTo: 'check' }),
      call('one', { dependsOn: ['verify'] }),
    ];
    const run = approvedDelivery([call('check', here), group('roll', parts, rollout)]).succeed('check', { ok: 1 });
    approveDeploying(run).decide('verify', 'rejected', { user: 'ann' });
    expect([gateOf(run), run.running]).toEqual(['Approved 2 2', ['check']]);
    run.succeed('check', { ok });
    expect([gateOf(run), gateOf(run, 'verify')]).toEqual([deploy, verify]);
  });

  interface Remade {
    readonly steps: readonly object[];
    readonly finish: (run: PlannedRun) => unknown;
    /** What happens after it was sent back. */
    readonly again?: (run: PlannedRun) => unknown;
    readonly state: string;
    readonly waits: string;
  }

  const remade: Record<string, Remade> = {
    'waits for a loop': {
      steps: [loop('all', [call('each')], { iterateOver: [1], ...here })],
      finish: (run) => run.succeed('all[0].each'),
      ...{ state: 'Running PartsRunning', waits: 'dependency deploy' },
    },
    'waits for the parts of a group': {
      steps: [group('all', [call('each')], here)],
      finish: (run) => run.succeed('each'),
      ...{ state: 'Running PartsRunning', waits: 'dependency deploy' },
    },
    'waits for a fallback': {
      steps: [
        call('all', { ...here, retryPolicy: { maxAttempts: 1 }, onError: { fallbackStep: 'each' } }),
        call('each', { ...here, isChild: true }),
      ],
      finish: (run) => run.fail('all').succeed('each'),
      again: (run) => run.fail('all'),
      ...{ state: 'Waiting FallbackRunning', waits: 'dependency deploy' },
    },
    'waits for another attempt': {
      steps: [call('all', here)],
      finish: (run) => run.succeed('all'),
      again: (run) => run.fail('all'),
      ...{ state: 'Waiting WaitingToRetry', waits: 'dependency deploy' },
    },
    'does not wait for an asset, which may come from anywhere': {
      steps: [{ name: 'all', type: 'wait_for_asset', assets: ['x'], ...here }],
      // It is gone before it is looked for again.
      finish: (run) => run.announce('x').assets.splice(0),
      ...{ state: 'Waiting WaitingForAsset', waits: 'decision deploy' },
    },
  };
  it.each(Object.entries(remade))('%s', (_, { steps, finish, again, state, waits: expected }) => {
    const look = approval('look', { dependsOn: ['all'], returnTo: 'all', ...here });
    const run = approvedDelivery([...steps, look]);
    finish(run);
    run.decide('look', 'rejected');
    again?.(run);
    expect([run.stateOf('all'), waits(run).filter((wait) => wait.endsWith(' deploy'))]).toEqual([state, [expected]]);
  });

  it('is not kept waiting by what waits for the gate itself, or for another state', () => {
    const steps = [
      call('work', rollout),
      call('after', { dependsOn: ['work'] }),
      group('both', [call('part', { dependsOn: ['work'] })]),
      call('later', { inState: ['Deployed'] }),
    ];
    const run = approveDeploying(approvedDelivery(steps)).succeed('work');
    run.succeed('after').succeed('part').succeed('later');
    expect(run.state).toBe('Succeeded LifecycleEnded');
    run.act('roll_back.deployment');
    expect([run.lifecycleState, waits(run)]).toEqual(['Approved', ['decision deploy']]);
    expect(approveDeploying(run).running).toEqual(['work']);
  });
});

describe('a gate of an action after work was sent back', () => {
  const transitions = [
    { action: 'go', from: ['One'], to: 'Two', roles: ['po'], approvals: [{ role: 'review' }] },
    { action: 'back', from: ['Two'], to: 'One', roles: ['po'], rejects: true },
    { action: 'end', from: ['Two'], to: 'End', roles: ['po'] },
  ];
  const states = [{ name: 'One' }, { name: 'Two' }, { name: 'End', terminal: true }];
  const there = { inState: ['Two'] };

  it.each([
    ['of another state', [call('look', there)], ['look']],
    [
      'that only another state activates',
      [call('look', { ...there, check: [{ boolean: 'true', run: 'child' }] }), call('child', { isChild: true })],
      ['look', 'child'],
    ],
  ])('does not wait for work %s', (_, steps, done) => {
    const lifecycle = { definition: { initial: 'One', states, transitions } };
    const run = new PlannedRun({ lifecycle, steps }, { facts: { policies } });
    run.decide('go', 'approved').act('go.po');
    for (const path of done) run.succeed(path);
    run.act('back.po');
    expect([run.lifecycleState, ...done.map((path) => run.stateOf(path))]).toEqual([
      'One',
      ...done.map(() => 'Pending SentBack'),
    ]);
    expect([gateOf(run, 'go'), waits(run)]).toEqual(['Open 2 0', ['decision go']]);
    expect(run.decide('go', 'approved').act('go.po').running).toEqual(['look']);
  });
});

describe('the gate of a step that begins again', () => {
  it('is closed until the step is there again: what it asks about is made anew', () => {
    const steps = [
      call('make'),
      approval('ask', { dependsOn: ['make'] }),
      approval('judge', { dependsOn: ['make'], returnTo: 'make' }),
    ];
    const run = new PlannedRun({ steps }).succeed('make', { n: 1 });
    run.decide('judge', 'rejected');
    expect([run.stateOf('ask'), gateOf(run, 'ask')]).toEqual(['Pending SentBack', 'Expired 1 0']);
    run.succeed('make', { n: 2 });
    expect(gateOf(run, 'ask')).toBe('Open 2 0');
  });
});
