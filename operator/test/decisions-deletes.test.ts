/** Deleting WorkItems that wait for decisions, on the real API server: not instead of deciding, and never for ever in the way. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { WorkItem } from '../src/api/work-item.ts';
import type { KubeClient } from '../src/kube/client.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { aWorkItem } from './attempt-objects.ts';
import { aGate, type DecisionWorld, openDecisionWorld } from './decision-world.ts';
import { expectRefusal } from './expect-refusal.ts';
import { createTestNamespace, exists, namespaces } from './test-cluster.ts';
import { workItemType } from './work-items.ts';

const soon = { timeout: 60_000, interval: 100 };
const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

let world: DecisionWorld;
/** May delete WorkItems. */
let cleaner: KubeClient;
/** Acts as po, and may delete WorkItems. */
let owner: KubeClient;
beforeAll(async () => {
  world = await openDecisionWorld();
  const verbs = ['get', 'list', 'delete', 'deletecollection'];
  cleaner = await world.people.add('cleaner', { verbs });
  owner = await world.people.add('owner', { verbs, clusterRoles: ['conclave-role-po'] });
  const discard = { apiGroups: ['conclave.dev'], resources: ['actions'], resourceNames: ['discard_task'] };
  await world.people.add('other-verb', { verbs, more: [{ ...discard, verbs: ['perform'] }] });
});
afterAll(() => world.close());

const production = aGate({ production: true });
const says = 'may not delete a WorkItem that waits at a gate for production';
const isThere = (item: WorkItem) => exists(world.admin, workItemType, item.metadata);
const isGone = (item: WorkItem) => vi.waitFor(async () => expect(await isThere(item)).toBe(false), soon);

describe('a WorkItem that waits at a gate for production', () => {
  it.each(['Background', 'Foreground', 'Orphan'] as const)(
    'is not deleted by whoever may delete: %s',
    async (policy) => {
      const item = await world.ask({ gates: [aGate({ name: 'start' }), production] });
      const request = cleaner.delete(workItemType, item.metadata, { propagationPolicy: policy });
      await expectRefusal(request, 'decisions', `cleaner ${says}`);
      expect((await world.admin.get(workItemType, item.metadata)).metadata.deletionTimestamp).toBeUndefined();
    },
  );

  it('is not deleted together with others', async () => {
    const item = await world.ask({ gates: [production] });
    const selection = { namespace: world.namespace, fieldSelector: `metadata.name=${item.metadata.name}` };
    await expectRefusal(cleaner.deleteCollection(workItemType, selection), 'decisions', `cleaner ${says}`);
    expect(await isThere(item)).toBe(true);
  });

  it('is not deleted by whoever may take the action that discards it, but not delete by it', async () => {
    const performs = { apiGroups: ['conclave.dev'], resources: ['actions'], verbs: ['perform'] };
    const somebody = await world.people.add('discarder', { verbs: ['delete'], more: [performs] });
    const item = await world.ask({ gates: [production] });
    await expectRefusal(somebody.delete(workItemType, item.metadata), 'decisions', `discarder ${says}`);
  });

  it('is deleted by the role po, by administrators, and by the operator', async () => {
    for (const client of [owner, world.admin, world.operator]) {
      const item = await world.ask({ gates: [production] });
      await client.delete(workItemType, item.metadata);
      await isGone(item);
    }
  });

  it.each(['Background', 'Foreground'] as const)('goes with what it belongs to: %s', async (policy) => {
    const { admin, namespace } = world;
    const name = `owner-${policy.toLowerCase()}`;
    const map: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } };
    const { metadata } = await admin.create(configMaps, map);
    const item = await world.ask({ gates: [production] });
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name, uid: metadata.uid, blockOwnerDeletion: true };
    await admin.patch(workItemType, item.metadata, { merge: { metadata: { ownerReferences: [reference] } } });
    await admin.delete(configMaps, metadata, { propagationPolicy: policy });
    await isGone(item);
  });

  it('takes what belongs to it along, in the foreground', async () => {
    const { admin, namespace } = world;
    const item = await world.ask({ gates: [production] });
    const { name, uid = '' } = item.metadata;
    const reference = { apiVersion: item.apiVersion, kind: 'WorkItem', name, uid, blockOwnerDeletion: true };
    const metadata = { namespace, name: 'belongs', ownerReferences: [reference] };
    await admin.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
    await owner.delete(workItemType, item.metadata, { propagationPolicy: 'Foreground' });
    await isGone(item);
    expect(await exists(admin, configMaps, metadata)).toBe(false);
  });

  it('does not keep its namespace', async () => {
    const other = await createTestNamespace('decisions-gone');
    const made = aWorkItem({ namespace: other.namespace, name: 'waits' }) as WorkItem;
    await world.record(await world.admin.create(workItemType, made), { gates: [production] });
    await other.remove();
    await vi.waitFor(
      async () => expect(await exists(world.admin, namespaces, { name: other.namespace })).toBe(false),
      soon,
    );
  });
});

it.each([
  ['has no status yet', undefined],
  ['waits at no gate', {}],
  ['waits at a gate that is not for production', { gates: [aGate()] }],
  ['was approved', { gates: [aGate({ production: true, state: 'Approved' })] }],
  ['was rejected', { gates: [aGate({ production: true, state: 'Rejected' })] }],
])('a WorkItem that %s is deleted by whoever may delete', async (what, status) => {
  const made = aWorkItem({ namespace: world.namespace, name: what.replaceAll(' ', '-') }) as WorkItem;
  const item = await world.alice.create(workItemType, made);
  if (status !== undefined) await world.record(item, status);
  await cleaner.delete(workItemType, item.metadata);
  await isGone(item);
});
