/** Attacks on decisions that need the operator: policies that go and come back, and annotations that are garbage. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiVersion } from '../src/api/kind.ts';
import type { WorkItem } from '../src/api/work-item.ts';
import { formatDecisionValue } from '../src/core/decision/decision-value.ts';
import { ApiError } from '../src/kube/api-error.ts';
import { events } from '../src/kube/event-object.ts';
import { policyType } from '../src/kube/policy-access.ts';
import type { KubeObject } from '../src/kube/resource-type.ts';
import { askingSteps, AskingWorld, conditionOf, decisionsLeft, digestOf, isAsking, slotKey } from './asking-world.ts';
import { expectRefusal } from './expect-refusal.ts';
import { gateOf } from './gate-history.ts';
import { decisionPolicies } from './governed-world.ts';
import { installPolicies } from './install-policies.ts';
import { until, workItemType } from './work-items.ts';

/** By key: what claims to be a decision, and nobody can read. */
const unreadable: Readonly<Record<string, string>> = {
  [slotKey(2)]: 'approved',
  [slotKey(3)]: '{"decision":"approved","by":"bob"',
  [slotKey(4)]: 'null',
  [slotKey(5)]: '['.repeat(20_000),
  [slotKey(6)]: JSON.stringify({ decision: 'approved', by: 'bob', digest: 'sha256:1' }),
  [slotKey(7)]: `{"decision":"approved","by":"bob","by":"bob","digest":"sha256:${'1'.repeat(64)}"}`,
  [slotKey(8)]:
    `{"decision":"approved","by":"bob","digest":"sha256:${'1'.repeat(64)}","__proto__":{"decision":"approved"}}`,
  'approval.conclave.dev/sign-off': 'approved',
  'approval.conclave.dev/sign-off.review.more': 'approved',
  'approval.conclave.dev/constructor.prototype': 'approved',
  'action.conclave.dev/submit.planning': '{"decision":"done","by":"bob","digest":null}',
};
const garbage = Object.fromEntries(
  Array.from({ length: 900 }, (_, index) => [`garbage.example/key-${index}`, `{"by":"bob","n":${index}`]),
);

let here: AskingWorld;

beforeAll(async () => {
  here = await AskingWorld.start((rita, namespace) => {
    // Nobody refuses them: there are no policies yet.
    const annotations = { ...garbage, ...unreadable, 'conclave.dev/requested-by': 'rita' };
    const metadata = { name: 'littered', namespace, annotations };
    const item = { apiVersion, kind: 'WorkItem', metadata, spec: { pipelineSpec: { steps: askingSteps() } } };
    return rita.create(workItemType, item as unknown as WorkItem);
  });
});

afterAll(() => here.stop());

const admin = () => here.world.engine.client;

describe('annotations that are garbage', () => {
  const refusals = async () => {
    const fieldSelector = 'regarding.name=littered,reason=DecisionRefused';
    return (await admin().listPage(events, { namespace: here.world.namespace, fieldSelector })).items;
  };

  it('are told of once each, and stop nothing', async () => {
    await here.asks('littered');
    await until('each has its Event', async () => (await refusals()).length === Object.keys(unreadable).length);
    await here.history.when('littered', 'is rid of them', (item) => decisionsLeft(item).length === 0);
    expect(Object.keys(here.history.latest('littered')?.metadata.annotations ?? {})).toHaveLength(901);
    await here.approves(here.bob, 'littered');
    await here.succeeds('littered');
    expect((await refusals()).map(({ note, series }) => [note.split(' ')[0], series]).sort()).toEqual(
      Object.keys(unreadable)
        .sort()
        .map((key) => [key, undefined]),
    );
    here.expectOperatorIsWell();
  });

  it('are a thousand at most', async () => {
    await here.anAsking('full');
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`garbage.example/key-${index}`, '']));
    await expectRefusal(here.annotates(here.mallory, 'full', many(1_000)), 'decisions', 'at most 1000 annotations');
    await here.annotates(here.mallory, 'full', many(998));
    await here.approves(here.bob, 'full');
    await here.succeeds('full');
  });
});

/** How the policies are away for a while. */
interface Gap {
  /** Whether the operator runs when it begins, and when it ends. */
  readonly operator: 'away' | 'back before its end' | 'there';
  /** What a WorkItem says meanwhile. */
  readonly reason?: 'PoliciesMissing' | 'PoliciesChanged';
  readonly begin: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
}

const policy = policyType('ValidatingAdmissionPolicy');
const binding = policyType('ValidatingAdmissionPolicyBinding');
const named = { name: 'conclave-decisions' };
const changeOf = (type: typeof policy, spec: object) => () => admin().patch(type, named, { merge: { spec } });
const shippedRules = () => {
  const shipped = decisionPolicies.find(({ kind, metadata }) => kind === policy.kind && metadata.name === named.name);
  return (shipped as KubeObject & { readonly spec: { readonly validations: readonly object[] } }).spec.validations;
};
const deletionOf = (type: typeof policy): Pick<Gap, 'begin' | 'end'> => ({
  begin: () => admin().delete(type, named),
  end: () => installPolicies(admin(), decisionPolicies),
});

const gaps: Readonly<Record<string, Gap>> = {
  'the policy is deleted and made anew, and no operator sees it': {
    ...{ operator: 'away', ...deletionOf(policy) },
  },
  'an edit of the policy is undone again, and no operator sees it': {
    operator: 'away',
    begin: changeOf(policy, { validations: [{ expression: 'true' }] }),
    end: () => changeOf(policy, { validations: shippedRules() })(),
  },
  'its binding is deleted, and the operator comes back': {
    ...{ operator: 'back before its end', reason: 'PoliciesMissing', ...deletionOf(binding) },
  },
  'its binding only audits, while the operator runs': {
    ...{ operator: 'there', reason: 'PoliciesChanged' },
    begin: changeOf(binding, { validationActions: ['Audit'] }),
    end: changeOf(binding, { validationActions: ['Deny', 'Audit'] }),
  },
};

describe('policies that are away for a while', () => {
  it.each(Object.entries(gaps))('void all decisions: %s', async (_, gap) => {
    const name = `gap-${Object.values(gaps).indexOf(gap)}`;
    const before = await here.anAsking(name, { count: 2 });
    if (gap.operator !== 'there') await here.crash();
    await here.approves(here.bob, name);
    if (gap.operator === 'there')
      await here.history.when(name, 'has the first approval', (item) => gateOf(item)?.decisions?.length === 1);
    await gap.begin();
    const forged = formatDecisionValue({ decision: 'approved', by: 'carol', digest: digestOf(before) });
    await until('the forgery is let through', () =>
      here.annotates(here.mallory, name, { [slotKey(2)]: forged }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof ApiError) return false;
          throw error;
        },
      ),
    );
    if (gap.operator === 'back before its end') here.restart();
    if (gap.reason !== undefined) {
      const item = await here.history.when(name, 'says why', (each) => conditionOf(each)?.reason === gap.reason);
      expect(item.status?.waitingFor).toMatchObject([
        { kind: 'policy', message: expect.stringContaining('conclave-decisions') as string },
      ]);
      expect(gateOf(item)).toMatchObject({ state: 'Open' });
    }
    await gap.end();
    if (gap.operator === 'away') here.restart();

    const isRid = (item: WorkItem) => isAsking(item) && decisionsLeft(item).length === 0;
    const after = await here.history.when(name, 'asks anew, and is rid of what was decided', isRid);
    expect(gateOf(after)).toMatchObject({ state: 'Open', round: 1 });
    expect(digestOf(after)).not.toBe(digestOf(before));
    expect(after.status?.waitingFor).toMatchObject([{ kind: 'decision', missing: 2 }]);
    await here.approves(here.bob, name);
    await here.approves(here.carol, name, 2);
    const { status } = await here.succeeds(name);
    const counted = status?.gates?.[0]?.decisions?.filter(({ digest }) => digest === digestOf(after));
    expect(counted?.map(({ user }) => user).sort()).toEqual(['bob', 'carol']);
    const forgeries = here.history
      .of(name)
      .filter((item) => gateOf(item)?.decisions?.some((one) => one.user === 'carol'));
    expect(forgeries.every((item) => gateOf(item)?.digest === digestOf(after))).toBe(true);
    here.expectOperatorIsWell();
  });
});
