import { describe, expect, test } from 'vitest';
import { reportOf } from '../../testing/dry-run-case.ts';
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
