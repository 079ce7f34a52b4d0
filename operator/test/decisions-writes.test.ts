/** What else can be written into a WorkItem beside a decision, and how, on the real API server: nothing goes along with one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkItem } from '../src/api/work-item.ts';
import { aWorkItem } from './attempt-objects.ts';
import {
  aDecision,
  aGate,
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
beforeAll(async () => {
  world = await openDecisionWorld();
});
afterAll(() => world.close());

const slot = gateKey('review.qa');
const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: '00000000-0000-0000-0000-000000000000' };

/** Changes of a WorkItem that are no decision. */
const changes: Readonly<Record<string, object>> = {
  'its spec': { spec: { priority: 'high' } },
  'its cancellation': { spec: { cancel: true } },
  'a label': { metadata: { labels: { team: 'mine' } } },
  'a finalizer': { metadata: { finalizers: ['example.com/held'] } },
  'an owner': { metadata: { ownerReferences: [owner] } },
  'another annotation': { metadata: { annotations: { 'example.com/seen': 'yes' } } },
  'a changed annotation': { metadata: { annotations: { 'example.com/kept': 'no' } } },
  'a removed annotation': { metadata: { annotations: { 'example.com/kept': null } } },
};
const ask = () => world.ask(undefined, { annotations: { 'example.com/kept': 'yes' } });

describe.each(Object.keys(changes))('%s', (name) => {
  const merge = changes[name] as { readonly metadata?: { readonly annotations?: object } };
  const together = {
    ...merge,
    metadata: { ...merge.metadata, annotations: { ...merge.metadata?.annotations, [slot]: 'approved' } },
  };

  it('is changed by whoever may update, though not by whoever may decide alone', async () => {
    const item = await ask();
    const says = 'bob may not change WorkItems beyond deciding';
    await expectRefusal(world.bob.patch(workItemType, item.metadata, { merge }), 'decisions', says);
    const { metadata } = await world.alice.patch(workItemType, item.metadata, { merge });
    // A finalizer would keep the namespace; an owner that is not there takes the WorkItem along.
    if (metadata.finalizers === undefined) return;
    await world.alice.patch(workItemType, item.metadata, { merge: { metadata: { finalizers: null } } });
  });

  it('does not go along with a decision, not even of an administrator', async () => {
    const item = await ask();
    for (const client of [world.bob, world.admin]) {
      const request = client.patch(workItemType, item.metadata, { merge: together });
      await expectRefusal(request, 'decisions', 'a decision is written alone');
    }
  });
});

describe('a decision', () => {
  it('is made alone: two at once are refused', async () => {
    const gates = [aGate({ approvals: [{ role: 'qa' }, { role: 'po' }] }), aGate({ name: 'start' })];
    const item = await world.ask({ gates });
    for (const other of [gateKey('review.po'), gateKey('start.qa'), actionKey('approve_tests.qa')]) {
      for (const value of ['approved', aDecision('bob')]) {
        const request = annotate(world.bob, item, { [slot]: value, [other]: value });
        await expectRefusal(request, 'decisions', 'one decision is made in each write, not 2');
      }
    }
  });

  it('is not made while another one is removed, not even by the operator', async () => {
    const item = await world.ask({ gates: [aGate({ allowedServiceAccounts: ['conclave-system:conclave-operator'] })] });
    await annotate(world.bob, item, { [slot]: 'approved' });
    const request = annotate(world.operator, item, { [slot]: null, [gateKey('review.qa-2')]: 'approved' });
    await expectRefusal(request, 'decisions', 'a decision is written alone');
  });

  it('is not made when a WorkItem is made', async () => {
    for (const value of ['approved', aDecision('alice'), '{}']) {
      for (const key of [slot, actionKey('approve_tests.qa'), gateKey('anything')]) {
        const item = aWorkItem({ namespace: world.namespace, name: 'made', annotations: { [key]: value } });
        const says = 'a WorkItem is made without decisions';
        await expectRefusal(world.alice.create(workItemType, item as WorkItem), 'decisions', says);
        await expectRefusal(world.alice.apply(workItemType, item), 'decisions', says);
      }
    }
  });

  it('can be made by a JSON patch', async () => {
    const item = await world.ask();
    const json = [{ op: 'add', path: '/metadata/annotations/approval.conclave.dev~1review.qa', value: 'approved' }];
    const { metadata } = await world.bob.patch(workItemType, item.metadata, { json });
    expect(metadata.annotations?.[slot]).toBe(aDecision('bob'));
  });

  it('can be made by server-side apply, and forged by it as little', async () => {
    const item = await world.ask();
    const { apiVersion, kind, metadata } = item;
    const apply = (value: string, more: object = {}) => {
      const { name, namespace = '' } = metadata;
      const own = { apiVersion, kind, metadata: { name, namespace, annotations: { [slot]: value } }, ...more };
      return world.bob.apply<WorkItem>(workItemType, own, { force: true });
    };
    await expectRefusal(apply(aDecision('carol')), 'decisions', 'a decision says who really decided');
    await expectRefusal(apply('approved', { spec: { priority: 'high' } }), 'decisions', 'a decision is written alone');
    expect((await apply('approved')).metadata.annotations?.[slot]).toBe(aDecision('bob'));
    expect((await apply('approved')).metadata.annotations?.[slot]).toBe(aDecision('bob'));
    await expectRefusal(apply('rejected'), 'decisions', 'a decision cannot be changed');
  });

  it('can be made by replacing the WorkItem, and forged by it as little', async () => {
    const item = await world.ask({ gates: [aGate({ allowRequester: true })] });
    const replace = (value: string, more: Partial<WorkItem> = {}) => {
      const annotations = { ...item.metadata.annotations, [slot]: value };
      return world.alice.update(workItemType, { ...item, ...more, metadata: { ...item.metadata, annotations } });
    };
    const status = { gates: [aGate({ digest: digestOf('f'), approvals: [{ role: 'qa' }], allowRequester: true })] };
    await expectRefusal(replace(aDecision('bob')), 'decisions', 'a decision says who really decided');
    const forged = replace(aDecision('alice', { digest: digestOf('f') }), { status });
    await expectRefusal(forged, 'decisions', 'a decision says who really decided');
    const changed = replace('approved', { spec: { ...item.spec, priority: 'high' } });
    await expectRefusal(changed, 'decisions', 'a decision is written alone');
    const { metadata } = await replace('approved', { status });
    expect(metadata.annotations?.[slot]).toBe(aDecision('alice'));
  });

  it('stays when somebody replaces the WorkItem without it', async () => {
    const item = await world.ask();
    await annotate(world.bob, item, { [slot]: 'approved' });
    const { resourceVersion } = await world.alice.get(workItemType, item.metadata).then(({ metadata }) => metadata);
    const { annotations = {} } = item.metadata;
    const metadata = { ...item.metadata, resourceVersion: String(resourceVersion), annotations };
    const request = world.alice.update(workItemType, { ...item, metadata });
    await expectRefusal(request, 'decisions', 'a decision cannot be taken back');
  });

  it('is not made by way of the status, not even by the operator', async () => {
    const item = await world.ask();
    const annotations = { ...item.metadata.annotations, [slot]: aDecision('bob') };
    const forged = { ...item, metadata: { ...item.metadata, annotations } };
    const { metadata } = await world.operator.updateStatus(workItemType, forged);
    expect(metadata.annotations).toEqual(item.metadata.annotations);
    const merge = { metadata: { annotations: { [slot]: aDecision('bob') } } };
    const anybody = await world.people.add('mallory', {
      verbs: [],
      more: [{ apiGroups: ['conclave.dev'], resources: ['workitems/status'], verbs: ['patch'] }],
    });
    const request = anybody.patch(workItemType, item.metadata, { merge }, { subresource: 'status' });
    await expectRefusal(request, 'status', 'only the operator writes a status');
  });

  it('is removed by the operator, and by nobody else', async () => {
    const item = await world.ask();
    await annotate(world.bob, item, { [slot]: 'approved' });
    await annotate(world.operator, item, { [slot]: null });
    const { metadata } = await world.admin.get(workItemType, item.metadata);
    expect(metadata.annotations).toEqual({ 'conclave.dev/requested-by': 'alice' });
    const says = 'conclave-operator may not change WorkItems beyond deciding';
    const more = annotate(world.operator, item, { 'example.com/seen': 'yes' });
    await expectRefusal(more, 'decisions', says);
    await expectRefusal(annotate(world.operator, item, { [slot]: 'approved' }), 'decisions', 'is a service account');
  });
});

describe('who asked for a WorkItem', () => {
  const key = 'conclave.dev/requested-by';

  it.each([
    ['somebody else', 'bob'],
    ['nobody', ''],
  ])('is not said to be %s when it is made', async (_, value) => {
    const item = aWorkItem({ namespace: world.namespace, name: 'asked', annotations: { [key]: value } });
    const says = 'whoever makes a WorkItem is its requester';
    await expectRefusal(world.alice.create(workItemType, item as WorkItem), 'decisions', says);
  });

  it.each([
    ['changed', 'bob'],
    ['removed', null],
  ])('cannot be %s', async (_, value) => {
    const item = await world.ask();
    for (const client of [world.alice, world.admin]) {
      await expectRefusal(annotate(client, item, { [key]: value }), 'decisions', 'cannot be added, changed or removed');
    }
  });
});

describe('annotations', () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, '']));

  it('are at most a thousand', async () => {
    const item = aWorkItem({ namespace: world.namespace, name: 'many', annotations: many(1001) });
    const says = 'a WorkItem has at most 1000 annotations, not 100';
    await expectRefusal(world.alice.create(workItemType, item as WorkItem), 'decisions', says);
    const other = await world.ask();
    await expectRefusal(annotate(world.alice, other, many(1000)), 'decisions', says);
    await annotate(world.alice, other, many(998));
    const { metadata } = await annotate(world.bob, other, { [slot]: 'approved' });
    expect(metadata.annotations?.[slot]).toBe(aDecision('bob'));
  });

  it('of ten thousand are refused at once, with a decision too', async () => {
    const item = await world.ask();
    const startedAt = performance.now();
    const says = 'a WorkItem has at most 1000 annotations';
    await expectRefusal(annotate(world.bob, item, { ...many(10_000), [slot]: 'approved' }), 'decisions', says);
    await expectRefusal(annotate(world.alice, item, many(10_000)), 'decisions', says);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('of all sizes pass, without a right to decide', async () => {
    const item = await world.ask();
    const annotations = { 'example.com/large': 'x'.repeat(200_000), 'approval.example.com/review.qa': 'approved' };
    const { metadata } = await annotate(world.alice, item, annotations);
    expect(metadata.annotations).toMatchObject(annotations);
  });
});

it('an odd key of ours is as little written as another', async () => {
  const item = await world.ask();
  const eve = await world.people.add('eve', { ...decider, verbs: ['get', 'patch', 'update'] });
  for (const key of [gateKey('x'), actionKey('x')]) {
    await expectRefusal(annotate(eve, item, { [key]: 'yes' }), 'decisions', 'names no decision');
  }
});
