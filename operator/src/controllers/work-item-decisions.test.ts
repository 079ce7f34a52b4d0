/** The controller of WorkItems, where people decide: whatever dies when, what they decided is used once and then tidied away. */
import { describe, expect, it } from 'vitest';
import { formatDecisionValue } from '../core/decision/decision-value.ts';
import { aCodeStep, aPipeline, programs } from '../testing/engine-scenario.ts';
import { type EngineWorld, HostileEngine } from '../testing/hostile-engine.ts';
import { seededRandom } from '../testing/seeded-random.ts';

const governed = aPipeline('governed', [
  aCodeStep('draft'),
  {
    ...{ name: 'sign_off', type: 'approval', dependsOn: ['draft'], returnTo: 'draft' },
    approvals: [{ role: 'review', count: 2 }],
  },
  aCodeStep('ship', { dependsOn: ['sign_off'] }),
]);

/** Comes to an outcome by itself, from which a person may lead on. */
const lifecycle = {
  definition: {
    initial: 'Draft',
    states: [{ name: 'Draft' }, { name: 'Done', outcome: 'Done' }, { name: 'Archived', terminal: true }],
    transitions: [
      { action: 'finish', from: ['Draft'], to: 'Done', roles: ['system'], when: 'steps.draft.phase == "Succeeded"' },
      { action: 'archive', from: ['Done'], to: 'Archived', roles: ['po'] },
    ],
  },
};

function aWorld(world: Partial<EngineWorld> = {}): HostileEngine {
  const engine: HostileEngine = new HostileEngine({
    pipelines: [governed],
    script: programs(() => engine.cluster),
    ...world,
  });
  engine.cluster.apply('w', { pipelineRef: { name: 'governed' } });
  return engine;
}

const statusOf = (engine: HostileEngine) => engine.workItem('w')?.status ?? {};
const gateOf = (engine: HostileEngine) => statusOf(engine).gates?.[0];
const isAsking = (engine: HostileEngine) => () => gateOf(engine)?.state === 'Open';
const hasEnded = (engine: HostileEngine) => () => statusOf(engine).finishedAt !== undefined;

/** Keys of annotations of decisions that are left. */
const decisionsLeft = (engine: HostileEngine) =>
  Object.keys(engine.workItem('w')?.metadata.annotations ?? {}).filter((key) => key.startsWith('approval.'));

const actionsLeft = (engine: HostileEngine) =>
  Object.keys(engine.workItem('w')?.metadata.annotations ?? {}).filter((key) => key.startsWith('action.'));

const slot = (index = 1) => `approval.conclave.dev/sign-off.review${index === 1 ? '' : `-${index}`}`;

/** A person decides on what is asked now, as the admission policies stamp it. */
function decide(
  engine: HostileEngine,
  by: string,
  { decision = 'approved', index = 1 }: { readonly decision?: 'approved' | 'rejected'; readonly index?: number } = {},
) {
  const { digest = '' } = gateOf(engine) ?? {};
  engine.cluster.annotate('w', { [slot(index)]: formatDecisionValue({ decision, by, digest }) });
}

async function approveByTwo(engine: HostileEngine): Promise<void> {
  await engine.settle(isAsking(engine));
  decide(engine, 'ann');
  await engine.settle(() => gateOf(engine)?.decisions?.length === 1);
  decide(engine, 'bob', { index: 2 });
  await engine.settle();
}

function expectGoodEnd(engine: HostileEngine): void {
  const { phase, steps = [], gates = [] } = statusOf(engine);
  expect(phase).toBe('Succeeded');
  expect(steps.find(({ path }) => path === 'sign_off')?.outputs).toMatchObject({ approvers: ['ann', 'bob'] });
  expect(gates[0]?.decisions?.map(({ user }) => user)).toEqual(['ann', 'bob']);
  expect(engine.cluster.jobsMade).toHaveLength(2);
  expect(decisionsLeft(engine)).toEqual([]);
  expect(engine.workItem('w')?.metadata.annotations).toEqual({ 'conclave.dev/requested-by': 'rita' });
}

describe('decisions of people', () => {
  it('let a run go on, and their annotations go once they are recorded', async () => {
    const engine = aWorld();
    await engine.settle(isAsking(engine));
    decide(engine, 'ann');
    await engine.settle();
    expect(decisionsLeft(engine)).toEqual([slot()]);
    decide(engine, 'bob', { index: 2 });
    await engine.settle();
    expectGoodEnd(engine);
  });

  it.each(['crash-before', 'crash-after'] as const)(
    'come to the same whenever the operator dies (%s)',
    async (kind) => {
      const plain = aWorld();
      await approveByTwo(plain);
      expect(plain.writes.filter((what) => what.startsWith('prune'))).not.toEqual([]);
      for (const at of plain.writes.keys()) {
        const engine = aWorld({ fault: (count) => (count === at + 1 ? kind : undefined) });
        await approveByTwo(engine);
        expectGoodEnd(engine);
        expect(engine.errors).toEqual([]);
      }
    },
  );

  it('come to the same whatever is seen when, by whoever leads', async () => {
    for (let seed = 1; seed <= 15; seed += 1) {
      const random = seededRandom(seed);
      const choose = (below: number) => Math.floor(random() * below);
      const engine = aWorld({ choose, operators: 2, disturbances: ['death'] });
      const beHostile = async () => {
        for (let round = 0; round < 30; round += 1) await engine.hostileRound(choose);
      };
      await beHostile();
      await engine.settle(isAsking(engine));
      decide(engine, 'ann');
      await beHostile();
      await engine.settle(() => gateOf(engine)?.decisions?.length === 1);
      decide(engine, 'bob', { index: 2 });
      await beHostile();
      await engine.settle();
      expectGoodEnd(engine);
    }
  });

  it('of the round before free their slots, and do not count in the next', async () => {
    const engine = aWorld();
    await engine.settle(isAsking(engine));
    decide(engine, 'ann');
    decide(engine, 'bob', { index: 2, decision: 'rejected' });
    await engine.settle();
    expect(gateOf(engine)).toMatchObject({ state: 'Open', round: 2 });
    expect(decisionsLeft(engine)).toEqual([]);
    // No turn that has something to record tries to: its own write would be in the way.
    expect(engine.writes.filter((what) => what === 'prune w')).toHaveLength(1);
    decide(engine, 'bob');
    await engine.settle();
    expect(statusOf(engine).waitingFor).toMatchObject([{ kind: 'decision', missing: 1 }]);
    decide(engine, 'ann', { index: 2 });
    await engine.settle(hasEnded(engine));
    expect(statusOf(engine).phase).toBe('Succeeded');
  });

  it('are not taken while the policies are away, nor afterwards when they were made in the gap', async () => {
    const engine = aWorld();
    await engine.settle(isAsking(engine));
    decide(engine, 'ann');
    await engine.settle();
    const forged = gateOf(engine)?.digest ?? '';
    engine.changePolicies({ problem: { reason: 'PoliciesMissing', message: 'the policy x is not installed' } });
    engine.cluster.annotate('w', {
      [slot(2)]: formatDecisionValue({ decision: 'approved', by: 'bob', digest: forged }),
    });
    await engine.settle();
    expect(statusOf(engine).message).toBe('no decision is taken: the policy x is not installed');
    expect(statusOf(engine).conditions?.find(({ type }) => type === 'WaitingForDecision')?.reason).toBe(
      'PoliciesMissing',
    );
    expect(decisionsLeft(engine)).toHaveLength(2);

    engine.changePolicies({ epoch: 'epoch-2' });
    await engine.settle();
    expect(statusOf(engine).waitingFor).toMatchObject([{ kind: 'decision', missing: 2 }]);
    expect(decisionsLeft(engine)).toEqual([]);
    await approveByTwo(engine);
    expect(statusOf(engine).phase).toBe('Succeeded');
  });

  it('that cannot count are told of once, and free their slots', async () => {
    const engine = aWorld();
    await engine.settle(isAsking(engine));
    engine.cluster.annotate('w', { [slot()]: 'approved' });
    decide(engine, 'rita', { index: 2 });
    await engine.settle();
    await engine.quieten();
    const refused = engine.cluster.told.filter((told) => told.includes('DecisionRefused'));
    expect(refused).toEqual([
      `w DecisionRefused: ${slot()} does not count: it is not stamped: no JSON object as the admission policies write it`,
      `w DecisionRefused: ${slot(2)} does not count: rita: rita made the WorkItem, and the gate sign-off excludes the requester`,
    ]);
    expect(decisionsLeft(engine)).toEqual([]);
    expect(gateOf(engine)).toMatchObject({ state: 'Open' });
  });

  it('that come when a run has ended are tidied away too', async () => {
    const engine = aWorld();
    await approveByTwo(engine);
    const writes = engine.writes.length;
    decide(engine, 'eve', { index: 3 });
    await engine.settle();
    expect(decisionsLeft(engine)).toEqual([]);
    expect(engine.writes.slice(writes)).toContain('prune w');
    expect(statusOf(engine).gates?.[0]?.decisions).toHaveLength(2);
  });
});

describe('a run that has ended and can be led on', () => {
  const pipeline = aPipeline('archived', [aCodeStep('draft')], { lifecycle });
  const anEnd = async () => {
    const engine: HostileEngine = new HostileEngine({ pipelines: [pipeline], script: programs(() => engine.cluster) });
    engine.cluster.apply('w', { pipelineRef: { name: 'archived' } });
    await engine.settle();
    expect(statusOf(engine)).toMatchObject({
      phase: 'Succeeded',
      lifecycle: { state: 'Done', actions: [{ name: 'archive' }] },
    });
    return engine;
  };
  const archive = async (engine: HostileEngine) => {
    const { digest = '' } = statusOf(engine).lifecycle ?? {};
    engine.cluster.annotate('w', {
      'action.conclave.dev/archive.po': formatDecisionValue({ decision: 'done', by: 'ann', digest }),
    });
    await engine.settle();
    expect(statusOf(engine).lifecycle?.state).toBe('Archived');
  };

  it('asks on what there is now when its spec has changed', async () => {
    const engine = await anEnd();
    engine.cluster.apply('w', { pipelineRef: { name: 'archived' }, priority: 'high' });
    await engine.settle();
    expect(statusOf(engine).observedGeneration).toBe(engine.workItem('w')?.metadata.generation);
    await archive(engine);
  });

  it('asks anew under other policies, and writes nothing more than that', async () => {
    const engine = await anEnd();
    const before = statusOf(engine).lifecycle?.digest;
    const { length } = engine.writes;
    engine.changePolicies({ epoch: 'epoch-2' });
    await engine.settle();
    expect(statusOf(engine).lifecycle?.digest).not.toBe(before);
    expect(engine.writes.slice(length).filter((what) => what.startsWith('status'))).toEqual(['status w']);
    await archive(engine);
  });

  it('says it to whoever acts on what somebody else has led on already, once', async () => {
    const engine = await anEnd();
    const { digest = '' } = statusOf(engine).lifecycle ?? {};
    await archive(engine);
    engine.cluster.annotate('w', {
      'action.conclave.dev/archive.po-2': formatDecisionValue({ decision: 'done', by: 'bob', digest }),
    });
    await engine.settle();
    await engine.quieten();
    const refused = engine.cluster.told.filter((told) => told.includes('DecisionRefused'));
    expect(refused).toHaveLength(1);
    expect(refused[0]).toContain('bob: the action archive was on');
    expect(refused[0]).toContain('it is in the state Archived now');
    expect(actionsLeft(engine)).toEqual([]);
  });
});

describe('an action of whoever has claimed the work', () => {
  const pipeline = aPipeline('claimed', [aCodeStep('draft', { inState: ['Done'] })], { lifecycle: { preset: 'task' } });
  const act = async (engine: HostileEngine, slot: string, by: string) => {
    const { digest = '' } = statusOf(engine).lifecycle ?? {};
    engine.cluster.annotate('w', {
      [`action.conclave.dev/${slot}`]: formatDecisionValue({ decision: 'done', by, digest }),
    });
    await engine.settle();
    await engine.quieten();
  };
  const isIn = (state: string) => (engine: HostileEngine) => {
    expect([statusOf(engine).lifecycle?.state, actionsLeft(engine)]).toEqual([state, []]);
  };

  it('does not count when somebody else takes it: they are told, and it is tidied away', async () => {
    const engine: HostileEngine = new HostileEngine({ pipelines: [pipeline], script: programs(() => engine.cluster) });
    engine.cluster.apply('w', { pipelineRef: { name: 'claimed' } });
    await engine.settle();
    await act(engine, 'claim_task.developer', 'dan');
    isIn('Implementing')(engine);
    expect(statusOf(engine).lifecycle?.actions).toContainEqual({
      ...{ name: 'commit_code', roles: ['developer'], assigneeOnly: true },
    });
    await act(engine, 'commit_code.developer', 'eve');
    isIn('Implementing')(engine);
    expect(engine.cluster.told.filter((told) => told.includes('DecisionRefused'))).toEqual([
      'w DecisionRefused: action.conclave.dev/commit_code.developer does not count: eve: only whoever has claimed it in the role developer can take the action commit_code, and dan has',
    ]);
    await act(engine, 'commit_code.developer', 'dan');
    isIn('PendingArchReview')(engine);
  });
});
