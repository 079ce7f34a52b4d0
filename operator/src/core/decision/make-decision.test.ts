import { describe, expect, it } from 'vitest';
import type { GateStatus } from '../../api/gate-status.ts';
import type { WorkItem } from '../../api/work-item.ts';
import { findAsked } from './find-asked.ts';
import { type DecisionRequest, makeDecision } from './make-decision.ts';

const at = '2026-01-05T08:00:00.000Z';
const digest = `sha256:3fa9c1d2${'0'.repeat(56)}`;
const gate: GateStatus = {
  ...{ name: 'plan', state: 'Open', round: 1, digest, openedAt: at, production: false, allowRequester: false },
  approvals: [{ role: 'review' }],
};
const lifecycle = {
  ...{ state: 'Todo', since: at, round: 0, digest },
  actions: [
    { name: 'claim_task', roles: ['developer'] },
    { name: 'close', roles: ['system'] },
  ],
};

/** Claimed by dan. */
const claimed = {
  ...lifecycle,
  actions: [{ name: 'commit_code', roles: ['developer'], assigneeOnly: true }],
  assignees: [{ role: 'developer', kind: 'user' as const, name: 'dan' }],
};

interface Sketch {
  readonly gates?: readonly Partial<GateStatus>[];
  readonly lifecycle?: NonNullable<WorkItem['status']>['lifecycle'] | undefined;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly generation?: number;
}

function aWorkItem({ gates = [{}], annotations, generation = 1, ...more }: Sketch = {}): WorkItem {
  const shown = 'lifecycle' in more ? more.lifecycle : lifecycle;
  return {
    ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', spec: {} },
    metadata: {
      name: 'w',
      namespace: 'ns',
      generation,
      annotations: { 'conclave.dev/requested-by': 'rita', ...annotations },
    },
    status: {
      observedGeneration: 1,
      gates: gates.map((each) => ({ ...gate, ...each })),
      ...(shown === undefined ? {} : { lifecycle: shown }),
    },
  };
}

const approve: DecisionRequest = { kind: 'approval', decision: 'approved' };
const claim: DecisionRequest = { kind: 'action', decision: 'done', name: 'claim_task' };
const value = `{"decision":"approved","by":"ann","digest":"${digest}"}`;

describe('makeDecision', () => {
  it('decides on the only thing that is asked', () => {
    expect(makeDecision(aWorkItem(), 'ann', approve)).toEqual({
      ...{ name: 'plan', role: 'review', digest, value },
      key: 'approval.conclave.dev/plan.review',
    });
  });

  it('takes an action', () => {
    expect(makeDecision(aWorkItem(), 'dan', { ...claim, comment: ' mine \n' })).toMatchObject({
      key: 'action.conclave.dev/claim_task.developer',
      value: `{"decision":"done","by":"dan","digest":"${digest}","comment":"mine"}`,
    });
  });

  it('leaves a blank comment out', () => {
    expect(makeDecision(aWorkItem(), 'ann', { ...approve, comment: '  ' })).toMatchObject({ value });
  });

  it('takes the first slot that is free', () => {
    const taken = { 'approval.conclave.dev/plan.review': value, 'approval.conclave.dev/plan.review-3': value };
    expect(makeDecision(aWorkItem({ annotations: taken }), 'bob', approve)).toMatchObject({
      key: 'approval.conclave.dev/plan.review-2',
    });
  });

  it('takes what is said, where more is asked', () => {
    const approvals = [{ role: 'review' }, { role: 'po' }];
    const workItem = aWorkItem({ gates: [{}, { name: 'release', approvals }] });
    const made = makeDecision(workItem, 'ann', { ...approve, name: 'release', role: 'po', shown: '3fa9c1d200' });
    expect(made).toMatchObject({ key: 'approval.conclave.dev/release.po' });
  });

  const refused: Record<string, { sketch?: Sketch; request: DecisionRequest; told: string }> = {
    'on a spec that no plan has seen': {
      sketch: { generation: 2 },
      request: approve,
      told: 'NotUpToDate: w was changed a moment ago',
    },
    'where nothing is asked': { sketch: { gates: [] }, request: approve, told: 'NothingAsked: no gate is open' },
    'at a gate that is decided': {
      sketch: { gates: [{ state: 'Approved' }] },
      request: approve,
      told: 'NothingAsked: no gate is open',
    },
    'without a lifecycle': {
      sketch: { lifecycle: undefined },
      request: claim,
      told: 'NothingAsked: no action is open',
    },
    'at one of several gates': {
      sketch: { gates: [{}, { name: 'release' }] },
      ...{ request: approve, told: 'Ambiguous: several gates are open: plan, release' },
    },
    'at a gate that there is not': { request: { ...approve, name: 'x' }, told: 'NotAsked: the gate x is not open' },
    'as one of several roles': {
      sketch: { gates: [{ approvals: [{ role: 'review' }, { role: 'po' }] }] },
      ...{ request: approve, told: 'Ambiguous: plan asks several roles: review, po' },
    },
    'as a role that is not asked': {
      request: { ...approve, role: 'po' },
      told: 'NotAsked: plan does not ask the role po',
    },
    'on something else than was shown': {
      ...{
        request: { ...approve, shown: '11111111' },
        told: 'DigestMismatch: plan asks about 3fa9c1d2 now, not about 11111111',
      },
    },
    'on too few digits': {
      request: { ...approve, shown: '3fa9c1d' },
      told: 'DigestMismatch: plan asks about 3fa9c1d2 now, not about 3fa9c1d',
    },
    'for production, without the digest': {
      sketch: { gates: [{ production: true }] },
      request: approve,
      told: 'DigestNeeded: plan is about production: say on what you decide, by the digest that you were shown',
    },
    'by an action into production, without the digest': {
      sketch: { gates: [{ action: 'claim_task', production: true }] },
      request: claim,
      told: 'DigestNeeded: claim_task is about production: say on what you decide, by the digest that you were shown',
    },
    'in place of whoever has claimed it': {
      sketch: { lifecycle: claimed },
      request: { ...claim, name: 'commit_code' },
      told: 'NotAsked: only whoever has claimed it in the role developer can take the action commit_code, and dan has',
    },
    'with a comment of two lines': {
      request: { ...approve, comment: 'a\nb' },
      told: 'CommentInvalid: its comment is empty, not trimmed, not on one line, or longer than 1024 characters',
    },
  };
  it.each(Object.entries(refused))('decides nothing %s', (_, { sketch, request, told }) => {
    const made = makeDecision(aWorkItem(sketch), 'ann', request);
    expect('problem' in made ? `${made.problem.reason}: ${made.problem.message}` : made).toBe(told);
  });
});

describe('findAsked', () => {
  const asked = (sketch: Sketch, user = 'ann') =>
    findAsked(aWorkItem(sketch), user).map(({ kind, name, role, shown }) => `${kind} ${name} ${role} ${shown}`);
  const noActions = { lifecycle: undefined };

  it('finds gates and actions, those of the system aside', () => {
    expect(asked({})).toEqual(['approval plan review 3fa9c1d2', 'action claim_task developer 3fa9c1d2']);
  });

  it('finds an action that is for the assignee only for them', () => {
    const sketch = { lifecycle: claimed, gates: [{ state: 'Approved' as const }] };
    expect([asked(sketch, 'dan'), asked(sketch, 'eve')]).toEqual([['action commit_code developer 3fa9c1d2'], []]);
  });

  it('finds the roles whose quorum is not met, recorded or not', () => {
    const approvals = [{ role: 'review' }, { role: 'qa' }, { role: 'po', count: 2 }];
    const bob = { slot: 'plan.qa', role: 'qa', user: 'bob', decision: 'approved' as const, digest, at };
    const annotations = {
      'approval.conclave.dev/plan.review': value,
      'approval.conclave.dev/plan.po': value.replace('ann', 'cid'),
    };
    expect(asked({ ...noActions, gates: [{ approvals, decisions: [bob] }], annotations }, 'eve')).toEqual([
      'approval plan po 3fa9c1d2',
    ]);
  });

  it.each<[string, Sketch, string]>([
    [
      'decided before',
      { annotations: { 'approval.conclave.dev/plan.review-2': value }, gates: [{ approvals: [{ role: 'po' }] }] },
      'ann',
    ],
    ['made the WorkItem', {}, 'rita'],
    ['comes when it is decided', { gates: [{ state: 'Rejected' }] }, 'ann'],
  ])('asks nobody who %s', (_, sketch, user) => {
    expect(asked({ ...noActions, ...sketch }, user)).toEqual([]);
  });

  it('asks whoever made the WorkItem where the gate allows it, and whoever decided on something else', () => {
    expect(asked({ ...noActions, gates: [{ allowRequester: true }] }, 'rita')).toHaveLength(1);
    const earlier = value.replace('3fa9c1d2', '11111111');
    expect(asked({ ...noActions, annotations: { 'approval.conclave.dev/plan.review': earlier } })).toHaveLength(1);
  });
});
