import { describe, expect, test } from 'vitest';
import { type DryRunSketch, reportOf } from '../../testing/dry-run-case.ts';
import { call } from '../../testing/planning-case.ts';

const acting = (name: string, [role, action]: readonly [string, string], state: string, more: object = {}) =>
  call(name, { role, action, inState: [state], ...more });

const delivering = [
  acting('plan', ['planning', 'submit'], 'Draft'),
  acting('build', ['implementation', 'request_review'], 'InProgress'),
  acting('read', ['review', 'approve'], 'ReviewPending'),
  acting('rollout', ['deployment', 'deploy'], 'Approved'),
];

describe('a dry-run through a lifecycle', () => {
  test('goes as far as agents and mocked approvals lead it', () => {
    const report = reportOf(
      { lifecycle: { preset: 'delivery' }, steps: delivering },
      { mocks: { approvals: { deploy: 'approved' } } },
    );
    expect([report.phase, report.reason, report.message]).toEqual([
      ...['Succeeded', 'LifecycleEnded', 'it has come to: Deployed'],
    ]);
    expect(report.order).toEqual(['plan', 'build', 'read', 'rollout']);
    expect(report.warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      expect.stringContaining('PolicyAssumed the policy conclave/delivery/deploy was not asked'),
      expect.stringContaining('PolicyAssumed the policy conclave/safety/production was not asked'),
    ]);
  });

  test('waits at a gate that nobody mocked', () => {
    const report = reportOf({ lifecycle: { preset: 'delivery' }, steps: delivering });
    expect(report.phase).toBe('Waiting');
    expect(report.waitingFor).toMatchObject([{ kind: 'decision', name: 'deploy' }]);
    expect(report.steps['rollout']).toMatchObject({ phase: 'Waiting', reason: 'WaitingForState' });
  });

  test('waits for an action of a person', () => {
    const report = reportOf({ lifecycle: { preset: 'delivery' }, steps: delivering.slice(0, 2) });
    expect([report.phase, report.order]).toEqual(['Waiting', ['plan', 'build']]);
    expect(report.waitingFor).toMatchObject([{ kind: 'decision', name: 'ReviewPending', roles: ['review'] }]);
  });

  test('does work again that was sent back', () => {
    const report = reportOf(
      {
        lifecycle: { preset: 'delivery' },
        steps: [
          ...delivering.slice(0, 2),
          call('judge', { inState: ['ReviewPending'] }),
          acting('no', ['review', 'reject'], 'ReviewPending', { when: '!{{judge.ok}}', dependsOn: ['judge'] }),
          acting('yes', ['review', 'approve'], 'ReviewPending', { when: '{{judge.ok}}', dependsOn: ['judge'] }),
        ],
      },
      {
        mocks: { judge: { attempts: [{ outputs: { ok: false } }, { outputs: { ok: true } }] } },
      },
    );
    expect(report.steps['build']?.attempts).toBe(2);
    expect(report.waitingFor).toMatchObject([{ kind: 'decision', name: 'deploy' }]);
  });
});

describe('actions of people in a dry-run', () => {
  const delivery = { lifecycle: { preset: 'delivery' } };
  const byPeople = { submit: 'done', request_review: 'done', approve: 'done', deploy: { by: 'dora' } };
  const run = (mocks: object, more: object = {}) =>
    reportOf({ ...delivery, steps: [call('work', { inState: ['InProgress'] })] }, { mocks, ...more });
  const waits = ({ waitingFor }: ReturnType<typeof run>) => waitingFor.map(({ kind, name }) => `${kind} ${name}`);

  test('lead it to its end, together with approvals', () => {
    const report = run({ actions: byPeople, approvals: { deploy: 'approved' } });
    expect([report.phase, report.message, report.order]).toEqual(['Succeeded', 'it has come to: Deployed', ['work']]);
  });

  test.each<[string, object, string]>([
    ['no action is mocked', {}, 'decision Draft'],
    ['the next is not', { submit: 'done' }, 'decision InProgress'],
    ['it is done once, and asked for twice', { ...byPeople, reject: 'done' }, 'decision InProgress'],
  ])('without a mock it waits: %s', (_, actions, expected) => {
    // What is sent back is asked for anew: the rejection comes before the approval in the document.
    const { approve, ...others } = actions as { approve?: string };
    const report = run({ actions: { ...others, ...(approve === undefined ? {} : { approve }) } });
    expect([report.phase, waits(report)]).toEqual(['Waiting', [expected]]);
  });

  test('are taken as often as the list is long, with what they say', () => {
    const actions = {
      submit: 'done',
      request_review: ['done', 'done'],
      reject: { comment: 'more tests' },
      approve: 'done',
    };
    const report = run({ actions });
    expect([report.steps['work']?.attempts, waits(report)]).toEqual([2, ['decision deploy']]);
  });

  test('take the time that they say', () => {
    const actions = { ...byPeople, submit: { durationSeconds: 3600 } };
    const report = run({ actions, approvals: { deploy: 'approved' } });
    expect(report.steps['work']?.startedAtSeconds).toBe(3600);
  });

  test('are taken on what there is by then', () => {
    const actions = { ...byPeople, request_review: { durationSeconds: 10 } };
    const report = run({ actions, approvals: { deploy: 'approved' }, work: { durationSeconds: 5 } });
    expect([report.phase, report.steps['work']?.finishedAtSeconds]).toEqual(['Succeeded', 6]);
  });

  test('come by whoever has claimed it, where only they may', () => {
    const task = (commit: object) =>
      reportOf(
        { lifecycle: { preset: 'task' }, steps: [call('done', { inState: ['Done'] })] },
        { mocks: { actions: { claim_task: { by: 'dan' }, commit_code: commit } } },
      );
    expect(waits(task({}))).toEqual(['decision PendingArchReview']);
    expect(waits(task({ by: 'eve' }))).toEqual(['decision Implementing']);
  });
});

describe('production in a dry-run', () => {
  const deploy = (safety?: DryRunSketch['safety'], approvals: unknown = 'approved') =>
    reportOf(
      { lifecycle: { preset: 'delivery' }, steps: delivering },
      { mocks: { approvals: { deploy: approvals } }, ...(safety === undefined ? {} : { safety }) },
    );

  test('is reached unless a Tenant says otherwise', () => {
    expect(deploy().phase).toBe('Succeeded');
    expect(deploy({ allowProduction: true, productionApprovals: 5 }).phase).toBe('Succeeded');
  });

  test('is not reached where a Tenant forbids it, and says so', () => {
    const report = deploy({ allowProduction: false, productionApprovals: 2 });
    expect(report.phase).toBe('Waiting');
    expect(report.waitingFor[0]).toMatchObject({
      kind: 'policy',
      message: 'nothing may reach production here: set spec.safety.allowProduction of the Tenant to true',
    });
  });

  test('is approved by as many people as the Tenant asks for', () => {
    const by = (...people: string[]) => ({ decision: 'approved', by: people });
    const three = { allowProduction: true, productionApprovals: 3 };
    expect(deploy(three, by('ann', 'bob')).phase).toBe('Waiting');
    expect(deploy(three, by('ann', 'bob', 'cid')).phase).toBe('Succeeded');
  });
});
