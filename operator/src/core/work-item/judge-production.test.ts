import { describe, expect, it } from 'vitest';
import { PlannedRun, type RunSketch } from '../../testing/planned-run.ts';
import { approval } from '../../testing/planning-case.ts';
import { without } from '../defined.ts';
import type { Facts, PolicyAnswer } from './observed.ts';
import { planWorkItem } from './plan-work-item.ts';

const safety = (allowProduction: boolean, productionApprovals = 2): NonNullable<Facts['safety']> => ({
  ...{ allowProduction, productionApprovals },
});
const notAllowed = 'nothing may reach production here: set spec.safety.allowProduction of the Tenant to true';
const release = (more: object = {}) => approval('release', { production: true, ...more });
const allowAll = { get: (): PolicyAnswer => ({ allowed: true }) };

/** A delivery whose people have all approved that it is deployed. */
function approvedDelivery(facts: RunSketch['facts'], execution: object = {}): PlannedRun {
  const pipeline = { lifecycle: { preset: 'delivery' }, steps: [approval('ok')], execution };
  const run = new PlannedRun(pipeline, { facts: { policies: allowAll, ...facts } });
  run.act('submit.planning').act('request_review.implementation').act('approve.review');
  run.decide('deploy', 'approved', { user: 'eve', role: 'review' });
  return run.decide('deploy', 'approved', { user: 'bob', role: 'safety' });
}

describe('production', () => {
  it('is asked of as many people as the Tenant says, and the first role makes up for those that are missing', () => {
    const approvalsAt = (facts: RunSketch['facts'], more: object = {}) =>
      new PlannedRun({ steps: [release(more)] }, { facts: facts ?? {} }).status.gates?.[0]?.approvals;
    expect(approvalsAt({})).toEqual([{ role: 'review', count: 2 }]);
    expect(approvalsAt({ safety: safety(true, 1) })).toEqual([{ role: 'review' }]);
    expect(approvalsAt({ safety: safety(true, 9) })).toEqual([{ role: 'review', count: 9 }]);
    const two = [{ role: 'review' }, { role: 'safety', count: 2 }];
    expect(approvalsAt({}, { approvals: two })).toEqual(two);
    expect(approvalsAt({ safety: safety(true, 4) }, { approvals: two })).toEqual([
      { role: 'review', count: 2 },
      { role: 'safety', count: 2 },
    ]);
    expect(approvalsAt({}, { production: false })).toEqual([{ role: 'review' }]);
  });

  it('opens to nobody while the Tenant does not allow it, and opens to those who have approved once it does', () => {
    const run = new PlannedRun({ steps: [release()] }, { facts: { safety: safety(false) } });
    run.decide('release', 'approved', { user: 'ann' }).decide('release', 'approved', { user: 'bob' });
    expect(run.status.gates).toMatchObject([{ state: 'Open' }]);
    expect(run.status.waitingFor).toMatchObject([{ kind: 'policy', name: 'release', message: notAllowed }]);
    run.facts = {};
    expect(run.settle().status).toMatchObject({ phase: 'Succeeded', gates: [{ state: 'Approved' }] });
  });

  it('is closed where nobody knows what the Tenant says', () => {
    const run = new PlannedRun({ steps: [release()] });
    const { facts, ...observed } = run.observed();
    expect(planWorkItem({ ...observed, facts: without(facts, 'safety') }).status.waitingFor).toContainEqual(
      expect.objectContaining({ kind: 'policy', message: notAllowed }),
    );
  });

  it('can be refused while the Tenant does not allow it', () => {
    const run = new PlannedRun({ steps: [release()] }, { facts: { safety: safety(false) } });
    expect(run.decide('release', 'rejected').status.gates).toMatchObject([{ state: 'Rejected' }]);
  });

  it('is not entered by a lifecycle while the Tenant does not allow it, whatever people and policies say', () => {
    const run = approvedDelivery({ safety: safety(false) });
    expect(run.act('deploy.deployment').lifecycleState).toBe('Approved');
    expect(run.status.waitingFor).toContainEqual(expect.objectContaining({ kind: 'policy', message: notAllowed }));
    run.facts = { policies: allowAll };
    expect(run.settle().act('deploy.deployment').lifecycleState).toBe('Deployed');
  });

  it('is not entered without a change ticket where the Pipeline asks for one', () => {
    const run = approvedDelivery({}, { requireChangeTicket: true });
    expect(run.act('deploy.deployment').lifecycleState).toBe('Approved');
    const said = 'kubectl annotate workitem w -n ns conclave.dev/change-ticket=<ticket>';
    expect(run.status.waitingFor).toContainEqual(
      expect.objectContaining({ kind: 'policy', message: expect.stringContaining(said) as string }),
    );
    run.annotations = { 'conclave.dev/change-ticket': ' ' };
    expect(run.settle().act('deploy.deployment').lifecycleState).toBe('Approved');
    run.annotations = { 'conclave.dev/change-ticket': 'CHG-1' };
    expect(run.settle().act('deploy.deployment').lifecycleState).toBe('Deployed');
  });
});

describe('policies of transitions', () => {
  it('are asked with what the run is by now, and again when a no has grown old', () => {
    const asked: unknown[] = [];
    const until = new Date(new PlannedRun({ steps: [approval('ok')] }).nowMs + 600_000).toISOString();
    const policies: Facts['policies'] = {
      get: (rule, input) => {
        asked.push([rule, input()['lifecycle']]);
        return { allowed: false, message: 'freeze', until };
      },
    };
    const run = approvedDelivery({ policies });
    expect(asked).toContainEqual(['conclave/delivery/deploy', { state: 'Approved', round: 0 }]);
    expect(run.plan?.requeueAfterMs).toBe(Date.parse(until) - run.nowMs);
  });

  it('that have not answered are asked by the plan, each once', () => {
    const run = approvedDelivery({ policies: { get: () => undefined } });
    const questions = run.plan?.actions.filter(({ kind }) => kind === 'ask-policy');
    expect(questions).toMatchObject([
      { rule: 'conclave/delivery/deploy', input: { lifecycle: { state: 'Approved' } } },
    ]);
  });
});
