/** A cluster that fills no decisions in, as Kubernetes before 1.36: who writes the whole value decides, and nothing else counts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkItem } from '../src/api/work-item.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { aWorkItem } from './attempt-objects.ts';
import {
  aDecision,
  aGate,
  aLifecycle,
  actionKey,
  annotate,
  type DecisionWorld,
  decider,
  digestOf,
  gateKey,
  openDecisionWorld,
} from './decision-world.ts';
import { expectRefusal } from './expect-refusal.ts';
import { workItemType } from './work-items.ts';

let world: DecisionWorld;

const roles = Array.from({ length: 8 }, (_, index) => `role-${String.fromCharCode(97 + index)}`);
const ends = ['', '-2', '-3', '-4', '-5', '-6', '-7', '-8', '-9'];
/** As many as a gate can ask for. */
const slots = roles.flatMap((role) => ends.map((end) => gateKey(`review.${role}${end}`)));
const last = slots.at(-1) ?? '';

/** WorkItems from before there were policies. */
async function workEarlier(alice: KubeClient, namespace: string): Promise<void> {
  const requester = { 'conclave.dev/requested-by': 'alice' };
  const decided = Object.fromEntries(slots.slice(0, -1).map((slot, index) => [slot, aDecision(`user-${index}`)]));
  const many = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`a${index}`, '']));
  const make = (name: string, annotations: Record<string, string>) =>
    alice.create(workItemType, aWorkItem({ namespace, name, annotations }) as WorkItem);
  await make('nearly-decided', { ...requester, ...decided });
  await make('crowded', { ...requester, ...many });
  await make('bare', {});
}

beforeAll(async () => {
  world = await openDecisionWorld({ fillsIn: false, earlier: workEarlier });
});
afterAll(() => world.close());

const review = gateKey('review.qa');
const test = actionKey('approve_tests.qa');
const earlier = async (name: string) => world.admin.get(workItemType, { namespace: world.namespace, name });

describe('whoever writes the whole value', () => {
  it.each([
    ['approves', review, aDecision('bob')],
    ['approves with a comment', review, aDecision('bob', { comment: 'größer "als" \\ 👍' })],
    ['rejects', review, aDecision('bob', { decision: 'rejected', comment: 'no' })],
    ['takes an action', test, aDecision('bob', { decision: 'done', digest: digestOf('b') })],
    [
      'takes an action with a comment',
      test,
      aDecision('bob', { decision: 'done', digest: digestOf('b'), comment: 'ok' }),
    ],
  ])('%s', async (_, key, value) => {
    const item = await world.ask({ gates: [aGate({ production: true })], lifecycle: aLifecycle() });
    const { metadata } = await annotate(world.bob, item, { [key]: value });
    expect(metadata.annotations?.[key]).toBe(value);
  });

  it.each(['o"brien', 'back\\slash', 'Jörg 张伟 👍', '{"decision":"approved","by":"alice"}'])(
    'is called %j',
    async (name) => {
      const somebody = await world.people.add(name, decider);
      const value = aDecision(name, { comment: 'by me' });
      const { metadata } = await annotate(somebody, await world.ask(), { [review]: value });
      expect(metadata.annotations?.[review]).toBe(value);
    },
  );
});

describe('words are refused', () => {
  it.each([
    [review, 'approved'],
    [review, `rejected ${'a'.repeat(8)}: no`],
    [test, 'done'],
    [test, 'all green'],
  ])('%s=%s', async (key, value) => {
    const item = await world.ask({ gates: [aGate()], lifecycle: aLifecycle() });
    const says = 'this cluster does not fill decisions in';
    await expectRefusal(annotate(world.bob, item, { [key]: value }), 'decisions', says);
  });
});

it.each([
  ['somebody else', aDecision('carol')],
  ['something else', aDecision('bob', { digest: digestOf('c') })],
  ['somebody else, in front', aDecision('bob').replace('"by"', '"by":"carol","by"')],
])('nobody speaks for, or on, %s', async (_, value) => {
  const says = 'a decision says who really decided, and on what is really asked';
  await expectRefusal(annotate(world.bob, await world.ask(), { [review]: value }), 'decisions', says);
});

describe('without a requester', () => {
  it('nobody decides at a gate that excludes the requester', async () => {
    const item = await world.record(await earlier('bare'), { gates: [aGate()] });
    const request = annotate(world.bob, item, { [review]: aDecision('bob') });
    await expectRefusal(request, 'decisions', 'nobody knows who asked for this WorkItem');
    const late = annotate(world.alice, item, { 'conclave.dev/requested-by': 'alice' });
    await expectRefusal(late, 'decisions', 'cannot be added, changed or removed');
  });

  it('people decide where the requester may as well', async () => {
    const item = await world.record(await earlier('bare'), { gates: [aGate({ allowRequester: true })] });
    const { metadata } = await annotate(world.bob, item, { [review]: aDecision('bob') });
    expect(metadata.annotations?.[review]).toBe(aDecision('bob'));
  });

  it('a WorkItem can be made, but not in the name of somebody else', async () => {
    const { namespace } = world;
    const made = await world.alice.create(workItemType, aWorkItem({ namespace, name: 'unnamed' }) as WorkItem);
    expect(made.metadata.annotations).toBeUndefined();
    const annotations = { 'conclave.dev/requested-by': 'bob' };
    const named = aWorkItem({ namespace, name: 'misnamed', annotations }) as WorkItem;
    await expectRefusal(
      world.alice.create(workItemType, named),
      'decisions',
      'whoever makes a WorkItem is its requester',
    );
  });
});

describe('with many annotations', () => {
  it('the last of seventy-two people decides', async () => {
    const approvals = roles.map((role) => ({ role, count: 9 }));
    const item = await world.record(await earlier('nearly-decided'), { gates: [aGate({ approvals })] });
    const frank = await world.people.add('frank', { assume: roles, approve: ['review'] });
    const { metadata } = await annotate(frank, item, { [last]: aDecision('frank') });
    expect(Object.keys(metadata.annotations ?? {})).toHaveLength(73);
  });

  it('whoever decided among seventy-one others does not decide again', async () => {
    const approvals = [...roles.map((role) => ({ role, count: 9 })).slice(1), { role: 'qa' }];
    const item = await world.record(await earlier('nearly-decided'), { gates: [aGate({ approvals })] });
    const somebody = await world.people.add('user-70', decider);
    const request = annotate(somebody, item, { [review]: aDecision('user-70') });
    await expectRefusal(request, 'decisions', 'user-70 has decided on this already');
  });

  it('nothing is decided before there are less, and there can be less', async () => {
    const item = await world.record(await earlier('crowded'), { gates: [aGate()] });
    const says = 'a WorkItem has at most 1000 annotations, not 1003';
    await expectRefusal(annotate(world.bob, item, { [review]: aDecision('bob') }), 'decisions', says);
    await annotate(world.alice, item, { a0: null, a1: null, a2: null });
    const { metadata } = await annotate(world.bob, item, { [review]: aDecision('bob') });
    expect(metadata.annotations?.[review]).toBe(aDecision('bob'));
  });
});
