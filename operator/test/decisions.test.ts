/** Decisions as people make them, on the real API server: what they write in words is filled in with who they are and on what. */
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
import { kubectl } from './kubectl.ts';
import { workItemType } from './work-items.ts';

let world: DecisionWorld;
beforeAll(async () => {
  world = await openDecisionWorld({
    earlier: (alice, namespace) => {
      const annotations = { [gateKey('review.qa')]: 'approved', [gateKey('review.po')]: aDecision('bob') };
      return alice.create(workItemType, aWorkItem({ namespace, name: 'earlier', annotations }) as WorkItem);
    },
  });
});
afterAll(() => world.close());

const shownAtGate = 'a'.repeat(8);
const shownOfState = 'b'.repeat(8);

/** What an annotation says once it was written. */
async function written(client: KubeClient, item: WorkItem, decision: readonly [key: string, value: string]) {
  const { metadata } = await annotate(client, item, Object.fromEntries([decision]));
  return metadata.annotations?.[decision[0]];
}

describe('at a gate', () => {
  it.each([
    ['approved', {}],
    ['rejected', { decision: 'rejected' }],
    [`approved ${shownAtGate}`, {}],
    [`approved ${'a'.repeat(64)}`, {}],
    ['  approved  ', {}],
    ['approved:', {}],
    ['rejected: too dear', { decision: 'rejected', comment: 'too dear' }],
    [`rejected ${shownAtGate}:too dear: far too dear `, { decision: 'rejected', comment: 'too dear: far too dear' }],
    ['approved: he said "yes" \\ {"by":"dave"}', { comment: 'he said "yes" \\ {"by":"dave"}' }],
    ['approved: größer ✓ 👍🏽 <&> \u2028 \u00ad end', { comment: 'größer ✓ 👍🏽 <&> \u2028 \u00ad end' }],
    [`approved: ${'👍'.repeat(1024)}`, { comment: '👍'.repeat(1024) }],
    [`approved: ${'"'.repeat(1024)}`, { comment: '"'.repeat(1024) }],
    ['approved: \\', { comment: '\\' }],
    ['approved: \\\\"\\"', { comment: '\\\\"\\"' }],
  ])('%j is filled in', async (words, expected) => {
    const item = await world.ask();
    expect(await written(world.bob, item, [gateKey('review.qa'), words])).toBe(aDecision('bob', expected));
  });

  it.each([
    'o"brien',
    'back\\slash',
    'Jörg 张伟 👍',
    '{"decision":"approved","by":"alice"}',
    'oidc:https://issuer.example/users/1#a@b',
    'long'.repeat(256),
  ])('the name %j is filled in as it is', async (name) => {
    const somebody = await world.people.add(name, decider);
    const item = await world.ask();
    const decision: readonly [string, string] = [gateKey('review.qa'), 'approved: by me'];
    expect(await written(somebody, item, decision)).toBe(aDecision(name, { comment: 'by me' }));
  });

  it('several people decide in several roles, each in a slot of their own', async () => {
    const item = await world.ask({ gates: [aGate({ approvals: [{ role: 'qa', count: 2 }, { role: 'po' }] })] });
    const dan = await world.people.add('dan', decider);
    await annotate(world.bob, item, { [gateKey('review.qa')]: 'approved' });
    await annotate(world.carol, item, { [gateKey('review.qa-9')]: 'approved: me too' });
    const { metadata } = await annotate(dan, item, { [gateKey('review.po')]: 'rejected: no' });
    expect(metadata.annotations).toMatchObject({
      [gateKey('review.qa')]: aDecision('bob'),
      [gateKey('review.qa-9')]: aDecision('carol', { comment: 'me too' }),
      [gateKey('review.po')]: aDecision('dan', { decision: 'rejected', comment: 'no' }),
    });
  });

  it('one person decides at several', async () => {
    const item = await world.ask({ gates: [aGate(), aGate({ name: 'start' })] });
    expect(await written(world.bob, item, [gateKey('start.qa'), 'approved'])).toBe(aDecision('bob'));
    expect(await written(world.bob, item, [gateKey('review.qa'), 'approved'])).toBe(aDecision('bob'));
  });

  it('with the longest names there are', async () => {
    const [name, role] = [`9${'g-'.repeat(14)}g`, `${'r'.repeat(14)}-2${'r'.repeat(14)}`];
    const eve = await world.people.add('eve', { assume: [role], approve: [name] });
    const item = await world.ask({ gates: [aGate({ name, approvals: [{ role, count: 9 }] })] });
    expect(await written(eve, item, [gateKey(`${name}.${role}-9`), 'approved'])).toBe(aDecision('eve'));
  });

  it('production takes the digits that were shown', async () => {
    const item = await world.ask({ gates: [aGate({ production: true })] });
    const decision: readonly [string, string] = [gateKey('review.qa'), `approved ${shownAtGate}`];
    expect(await written(world.bob, item, decision)).toBe(aDecision('bob'));
  });

  it('the requester decides where the gate says so', async () => {
    const item = await world.ask({ gates: [aGate({ allowRequester: true })] });
    expect(await written(world.alice, item, [gateKey('review.qa'), 'approved'])).toBe(aDecision('alice'));
  });

  it('whoever writes the whole value is taken at their word when it is true', async () => {
    const item = await world.ask({ gates: [aGate({ production: true })] });
    const value = aDecision('bob', { decision: 'rejected', comment: 'a "word" \\' });
    expect(await written(world.bob, item, [gateKey('review.qa'), value])).toBe(value);
  });

  it('the same again changes nothing', async () => {
    const item = await world.ask();
    const once = await annotate(world.bob, item, { [gateKey('review.qa')]: 'approved' });
    const twice = await annotate(world.bob, item, { [gateKey('review.qa')]: 'approved' });
    expect(twice.metadata.resourceVersion).toBe(once.metadata.resourceVersion);
  });

  it('what was decided on before is void, and the same person decides again', async () => {
    const item = await world.ask();
    await annotate(world.bob, item, { [gateKey('review.qa')]: 'approved' });
    await world.record(item, { gates: [aGate({ digest: digestOf('c'), round: 2 })] });
    const decision: readonly [string, string] = [gateKey('review.qa-2'), 'approved'];
    expect(await written(world.bob, item, decision)).toBe(aDecision('bob', { digest: digestOf('c') }));
  });
});

describe('an action', () => {
  it.each([
    ['done', undefined],
    [`done ${shownOfState}`, undefined],
    ['done: all green', 'all green'],
    [`done ${shownOfState}: all green`, 'all green'],
    ['all green: 12 of 12', 'all green: 12 of 12'],
    [' donec all green ', 'donec all green'],
  ])('%j is filled in', async (words, comment) => {
    const item = await world.ask({ lifecycle: aLifecycle() });
    const expected = aDecision('bob', {
      decision: 'done',
      digest: digestOf('b'),
      ...(comment === undefined ? {} : { comment }),
    });
    expect(await written(world.bob, item, [actionKey('approve_tests.qa'), words])).toBe(expected);
  });

  it('the requester may take it', async () => {
    const item = await world.ask({ lifecycle: aLifecycle() });
    const expected = aDecision('alice', { decision: 'done', digest: digestOf('b') });
    expect(await written(world.alice, item, [actionKey('approve_tests.qa'), 'done'])).toBe(expected);
  });

  it('that leads into production takes the digits that were shown', async () => {
    const lifecycle = aLifecycle({ actions: [{ name: 'deploy', roles: ['po'] }] });
    const gates = [aGate({ name: 'deploy', action: 'deploy', production: true, state: 'Approved' })];
    const item = await world.ask({ gates, lifecycle });
    const expected = aDecision('bob', { decision: 'done', digest: digestOf('b'), comment: 'off it goes' });
    const decision: readonly [string, string] = [actionKey('deploy.po'), `done ${shownOfState}: off it goes`];
    expect(await written(world.bob, item, decision)).toBe(expected);
  });
});

describe('the requester', () => {
  const requester = (item: WorkItem) => item.metadata.annotations?.['conclave.dev/requested-by'];
  const make = (name: string, annotations?: Record<string, string>) =>
    ({ ...aWorkItem({ namespace: world.namespace, name, ...(annotations && { annotations }) }) }) as WorkItem;

  it('is whoever made the WorkItem', async () => {
    expect(requester(await world.alice.create(workItemType, make('plain')))).toBe('alice');
    expect(requester(await world.alice.create(workItemType, make('empty', {})))).toBe('alice');
    const more = await world.alice.create(workItemType, make('more', { 'example.com/seen': 'yes' }));
    expect(more.metadata.annotations).toEqual({ 'example.com/seen': 'yes', 'conclave.dev/requested-by': 'alice' });
  });

  it('may say so', async () => {
    const item = make('named', { 'conclave.dev/requested-by': 'alice' });
    expect(requester(await world.alice.create(workItemType, item))).toBe('alice');
  });

  it('may apply the same again, on the server too', async () => {
    const item = make('applied');
    await world.alice.apply(workItemType, item);
    await world.alice.apply(workItemType, item);
    expect(requester(await world.alice.apply(workItemType, item))).toBe('alice');
  });
});

it('a decision is filled in beside words from before there were policies, which stay as they are', async () => {
  const earlier = await world.admin.get(workItemType, { namespace: world.namespace, name: 'earlier' });
  const item = await world.record(earlier, { gates: [aGate({ allowRequester: true })] });
  const { metadata } = await annotate(world.carol, item, { [gateKey('review.qa-2')]: 'approved' });
  expect(metadata.annotations).toEqual({ ...item.metadata.annotations, [gateKey('review.qa-2')]: aDecision('carol') });
});

it('kubectl annotate decides', async () => {
  const item = await world.ask({ gates: [aGate({ allowRequester: true })] });
  const { name } = item.metadata;
  await kubectl([
    'annotate',
    'workitem',
    name,
    '-n',
    world.namespace,
    `${gateKey('review.qa')}=approved ${shownAtGate}: good`,
  ]);
  const { metadata } = await world.admin.get(workItemType, item.metadata);
  const { by } = JSON.parse(metadata.annotations?.[gateKey('review.qa')] ?? '{}') as { by: string };
  expect(metadata.annotations?.[gateKey('review.qa')]).toBe(aDecision(by, { comment: 'good' }));
});
