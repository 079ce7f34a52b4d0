import { describe, expect, it } from 'vitest';
import type { GateStatus } from '../api/gate-status.ts';
import type { WorkItem } from '../api/work-item.ts';
import { formatDecisionValue } from '../core/decision/decision-value.ts';
import type { PoliciesSeen } from './decision-policies.ts';
import { observeDecisions } from './observe-decisions.ts';
import { pruneDecisions } from './prune-decisions.ts';
import { RefusedDecisions } from './refused-decisions.ts';

const at = '2026-01-05T08:00:00.000Z';
const digest = `sha256:${'1'.repeat(64)}`;
const earlier = `sha256:${'2'.repeat(64)}`;
const inForce: PoliciesSeen = { epoch: 'epoch-1' };
const away: PoliciesSeen = { problem: { reason: 'PoliciesMissing', message: 'the policy x is not installed' } };

const gate: GateStatus = {
  ...{ name: 'plan', state: 'Open', round: 1, digest, openedAt: at, production: false, allowRequester: false },
  approvals: [{ role: 'review', count: 2 }],
};
const byAnn = { slot: 'plan.review', role: 'review', user: 'ann', decision: 'approved' as const, digest, at };
const lifecycle = {
  state: 'Todo',
  since: at,
  round: 0,
  digest,
  actions: [
    { name: 'claim_task', roles: ['developer'] },
    { name: 'approve_tests', roles: ['qa'], assigneeOnly: true },
  ],
  assignees: [{ role: 'qa', kind: 'user' as const, name: 'quinn' }],
};
/** An action that was taken earlier. */
const taken = {
  ...{ sequence: 1, event: 'planning.story.transitioned', action: 'claim_task', digest: earlier, at },
  actor: { kind: 'user' as const, name: 'dan', role: 'developer' },
};

const approval = 'approval.conclave.dev/plan.review';
const claim = 'action.conclave.dev/claim_task.developer';
const approved = (by = 'ann', on = digest) => formatDecisionValue({ decision: 'approved', by, digest: on });
const done = (on = digest) => formatDecisionValue({ decision: 'done', by: 'dan', digest: on });

interface Sketch {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly gate?: Partial<GateStatus>;
  readonly generation?: number;
}

function aWorkItem({ annotations, gate: more, generation = 1 }: Sketch): WorkItem {
  const stamped = { 'conclave.dev/requested-by': 'rita', ...annotations };
  return {
    ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', spec: {} },
    metadata: { name: 'w', namespace: 'ns', uid: 'u', generation, annotations: stamped },
    status: { observedGeneration: 1, gates: [{ ...gate, ...more }], lifecycle, transitions: [taken] },
  };
}

async function observe(sketch: Sketch, seen: { readonly known?: PoliciesSeen; readonly found?: PoliciesSeen } = {}) {
  const { known = inForce, found = known } = seen;
  let reads = 0;
  const policies = {
    current: () => Promise.resolve(known),
    fresh: () => Promise.resolve((reads += 1) > 0 ? found : known),
  };
  const workItem = aWorkItem(sketch);
  const observed = await observeDecisions({ policies, clock: () => new Date(at) }, workItem);
  const removed: string[] = [];
  const removeAnnotations = (_: WorkItem, keys: readonly string[]) => Promise.resolve(void removed.push(...keys));
  await pruneDecisions({ removeAnnotations }, workItem, observed);
  return { ...observed, reads, removed, workItem };
}

describe('observeDecisions', () => {
  it('gives verified decisions and actions, after the policies were read again', async () => {
    const { facts, reads, refused, removed } = await observe({
      annotations: { [approval]: approved(), [claim]: done() },
    });
    expect(facts).toEqual({
      policyEpoch: 'epoch-1',
      decisions: [{ gate: 'plan', ...byAnn }],
      actions: [{ action: 'claim_task', slot: 'claim_task.developer', role: 'developer', user: 'dan', digest, at }],
    });
    expect([reads, refused, removed]).toEqual([1, [], []]);
  });

  it('asks nobody where nothing is decided, or nothing that is not recorded', async () => {
    expect((await observe({})).reads).toBe(0);
    const { facts, reads } = await observe({ annotations: { [approval]: approved() }, gate: { decisions: [byAnn] } });
    expect(reads).toBe(0);
    expect(facts.decisions).toHaveLength(1);
  });

  it.each([
    ['at another gate', { 'approval.conclave.dev/other.review': approved() }],
    ['on something else', { [approval]: approved('ann', earlier) }],
    ['by somebody else than was recorded', { [approval]: approved('bob') }],
    ['in another slot than was recorded', { [`${approval}-2`]: approved() }],
  ])('takes for news what is decided %s', async (_, annotations) => {
    expect((await observe({ annotations, gate: { decisions: [byAnn] } })).reads).toBe(1);
  });

  it('takes for news an action on what the lifecycle is now, and no other', async () => {
    expect((await observe({ annotations: { [claim]: done() } })).reads).toBe(1);
    expect((await observe({ annotations: { [claim]: done(earlier) } })).reads).toBe(0);
  });

  it.each(['claim_task.qa', 'approve_tests.qa'])(
    'neither asks again nor gives to the plan what it refuses: %s',
    async (slot) => {
      const { reads, facts } = await observe({ annotations: { [`action.conclave.dev/${slot}`]: done() } });
      expect([reads, facts.actions]).toEqual([0, []]);
    },
  );

  it.each([
    ['are known to be away', { known: away }],
    ['turn out to be away', { found: away }],
  ])('takes and removes nothing while the policies %s, and says what is wrong', async (_, policies) => {
    const annotations = { [approval]: approved(), [claim]: done(earlier), 'approval.conclave.dev/x.y': 'approved' };
    const { facts, refused, removed } = await observe({ annotations }, policies);
    expect(facts).toEqual({ decisions: [], actions: [], policyProblem: 'problem' in away && away.problem });
    expect([refused, removed]).toEqual([[], []]);
  });

  it('has the epoch as it is now, when it has changed', async () => {
    const { facts } = await observe({ annotations: { [approval]: approved() } }, { found: { epoch: 'epoch-2' } });
    expect(facts.policyEpoch).toBe('epoch-2');
  });

  const refusals: Record<string, { sketch: Sketch; why: string }> = {
    'what was never stamped': {
      sketch: { annotations: { [approval]: 'approved 11111111' } },
      why: `${approval}: it is not stamped: no JSON object as the admission policies write it`,
    },
    'the requester': {
      sketch: { annotations: { [approval]: approved('rita') } },
      why: `${approval}: rita: rita made the WorkItem, and the gate plan excludes the requester`,
    },
    'a second decision of the same person': {
      sketch: { annotations: { [`${approval}-2`]: approved() }, gate: { decisions: [byAnn] } },
      why: `${approval}-2: ann: ann decided in the slot plan.review before`,
    },
    'an action that may not be taken': {
      sketch: { annotations: { 'action.conclave.dev/claim_task.qa': done() } },
      why: 'action.conclave.dev/claim_task.qa: dan: the role qa cannot take the action claim_task in the state Todo',
    },
    'an action that is for somebody else': {
      sketch: { annotations: { 'action.conclave.dev/approve_tests.qa': done() } },
      why: 'action.conclave.dev/approve_tests.qa: dan: only whoever has claimed it in the role qa can take the action approve_tests, and quinn has',
    },
    'an action that something else was faster than': {
      sketch: { annotations: { 'action.conclave.dev/approve_tests.qa': done(earlier) } },
      why: 'action.conclave.dev/approve_tests.qa: dan: the action approve_tests was on 22222222, and that has changed before it could be taken: it is in the state Todo now, and actions are on 11111111',
    },
  };
  it.each(Object.entries(refusals))('refuses %s, says why, and frees the slot', async (_, { sketch, why }) => {
    const { refused, removed } = await observe(sketch);
    expect(refused.map(({ key, why: because }) => `${key}: ${because}`)).toEqual([why]);
    expect(removed).toEqual(refused.map(({ key }) => key));
  });

  it('leaves it to the plan whether a gate has expired', async () => {
    const { refused } = await observe({
      annotations: { [approval]: approved() },
      gate: { expiresAt: '2020-01-01T00:00:00Z' },
    });
    expect(refused).toEqual([]);
  });

  it.each([
    [
      'of an earlier round',
      { annotations: { [approval]: approved('ann', earlier), [claim]: done(earlier) } },
      [claim, approval],
    ],
    [
      'at a gate that is decided',
      { annotations: { [approval]: approved() }, gate: { state: 'Approved' as const } },
      [approval],
    ],
  ])('removes what is %s, and calls it no refusal', async (_, sketch, keys) => {
    const { refused, removed } = await observe(sketch);
    expect(refused).toEqual([]);
    expect(removed).toEqual(keys);
  });

  it('removes nothing of a spec that no plan has seen', async () => {
    const { removed } = await observe({ annotations: { [approval]: approved('ann', earlier) }, generation: 2 });
    expect(removed).toEqual([]);
  });
});

describe('refused decisions', () => {
  it('are told once each, and again when something else is written', async () => {
    const told = new RefusedDecisions();
    const tell = async (value: string) => {
      const { refused, workItem } = await observe({ annotations: { [approval]: value } });
      return told.tell('ns/w', workItem, refused).map(({ type, reason, note }) => `${type} ${reason} ${note}`);
    };
    expect(await tell('yes')).toEqual([
      `Warning DecisionRefused ${approval} does not count: it is not stamped: no JSON object as the admission policies write it`,
    ]);
    expect(await tell('yes')).toEqual([]);
    expect(await tell('no')).toHaveLength(1);
    told.forget('ns/w');
    expect(await tell('no')).toHaveLength(1);
  });
});
