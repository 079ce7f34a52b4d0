import { expect, vi } from 'vitest';
import type { GateStatus } from '../src/api/gate-status.ts';
import type { WorkItem } from '../src/api/work-item.ts';
import type { WorkItemStatus } from '../src/api/work-item-status.ts';
import type { KubeClient } from '../src/kube/client.ts';
import type { KubeObject } from '../src/kube/resource-type.ts';
import { aWorkItem } from './attempt-objects.ts';
import { expectRefusal } from './expect-refusal.ts';
import { installCrds } from './install-crds.ts';
import { installPolicies, mutatingPolicies, readPolicies, removePolicies } from './install-policies.ts';
import { installRights } from './install-rights.ts';
import { createTestNamespace, type TestNamespace } from './test-cluster.ts';
import { People, type Rights } from './test-people.ts';
import { connectAs } from './test-users.ts';
import { workItemType } from './work-items.ts';

const soon = { timeout: 90_000, interval: 100 };
const at = '2026-11-29T10:00:00.000Z';

/** A digest that consists of one digit. */
export const digestOf = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** An open gate `review`, which asks one person in the role `qa` about a digest of `a`s. */
export function aGate(more: Partial<GateStatus> = {}): GateStatus {
  return {
    ...{ name: 'review', state: 'Open', digest: digestOf('a'), round: 1, approvals: [{ role: 'qa' }] },
    ...{ production: false, allowRequester: false, openedAt: at },
    ...more,
  };
}

/** A lifecycle in which the role `qa` can take the action `approve_tests` on a digest of `b`s. */
export function aLifecycle(
  more: Partial<NonNullable<WorkItemStatus['lifecycle']>> = {},
): NonNullable<WorkItemStatus['lifecycle']> {
  const actions = [{ name: 'approve_tests', roles: ['qa'] }];
  return { state: 'QaTesting', since: at, round: 0, digest: digestOf('b'), actions, ...more };
}

/** The key of a decision at a gate. */
export const gateKey = (slot: string): string => `approval.conclave.dev/${slot}`;
/** The key of an action. */
export const actionKey = (slot: string): string => `action.conclave.dev/${slot}`;

/** What a decision has to be, byte for byte. */
export function aDecision(by: string, more: { decision?: string; digest?: string; comment?: string } = {}): string {
  const { decision = 'approved', digest = digestOf('a'), comment } = more;
  return JSON.stringify({ decision, by, digest, ...(comment === undefined ? {} : { comment }) });
}

/** The rights of somebody who decides at the gates and takes the actions of these tests. */
export const decider: Rights = {
  assume: ['qa', 'po'],
  approve: ['review', 'deploy', 'start'],
  perform: ['approve_tests', 'deploy'],
};

/** What the tests of decisions need: a namespace, the policies, and people. */
export interface DecisionWorld {
  readonly admin: KubeClient;
  readonly operator: KubeClient;
  readonly namespace: string;
  readonly people: People;
  /** Makes WorkItems, and may change and delete them; decides as well. */
  readonly alice: KubeClient;
  /** May decide, and nothing else. */
  readonly bob: KubeClient;
  readonly carol: KubeClient;
  /** A WorkItem that alice made, with what it asks. */
  ask(status?: Partial<WorkItemStatus>, more?: { readonly annotations?: Record<string, string> }): Promise<WorkItem>;
  /** Writes the status of a WorkItem as it stands now, as the operator does. */
  record(item: WorkItem, status: Partial<WorkItemStatus>): Promise<WorkItem>;
  close(): Promise<void>;
}

/** What kind of world it is. */
export interface WorldOptions {
  /** False on a cluster that has no mutating policies. */
  readonly fillsIn?: boolean;
  /** What alice does before there are policies. */
  readonly earlier?: (alice: KubeClient, namespace: string) => Promise<unknown>;
}

/** Sets the world up. */
export async function openDecisionWorld({ fillsIn = true, earlier }: WorldOptions = {}): Promise<DecisionWorld> {
  const place = await createTestNamespace('decisions');
  const { client: admin, namespace } = place;
  await installCrds(admin);
  await installRights(admin);
  await installRights(admin, 'roles.yaml');
  const account = { namespace: 'conclave-system', name: 'conclave-operator' };
  const operator = await connectAs(admin, account);
  const people = new People(admin, namespace);
  const everything = ['get', 'list', 'create', 'update', 'patch', 'delete'];
  const alice = await people.add('alice', { ...decider, verbs: everything });
  const bob = await people.add('bob', decider);
  const carol = await people.add('carol', decider);
  await people.grant({ kind: 'ServiceAccount', ...account }, decider);
  const manifests = readPolicies(['decisions.yaml', 'status.yaml']).filter(
    ({ kind }) => fillsIn || !kind.startsWith(mutatingPolicies.kind),
  );
  await earlier?.(alice, namespace);
  await installPolicies(admin, manifests);
  await vi
    .waitFor(() => expectPoliciesToHold(alice, { namespace, fillsIn }), soon)
    .catch(async (error: unknown) => {
      // Other tests on the cluster know nothing of them.
      await removePolicies(admin, manifests);
      throw error;
    });
  const close = async (): Promise<void> => {
    await removePolicies(admin, manifests);
    await Promise.all([people.close(), operator.close()]);
    await place.remove();
  };
  return {
    admin,
    operator,
    namespace,
    people,
    alice,
    bob,
    carol,
    close,
    ...asking({ alice, operator, place, fillsIn }),
  };
}

interface Askers {
  readonly alice: KubeClient;
  readonly operator: KubeClient;
  readonly place: TestNamespace;
  readonly fillsIn: boolean;
}

function asking({ alice, operator, place: { namespace }, fillsIn }: Askers): Pick<DecisionWorld, 'ask' | 'record'> {
  let count = 0;
  const record: DecisionWorld['record'] = async (item, status) => {
    const current = await operator.get(workItemType, item.metadata);
    const observedGeneration = current.metadata.generation ?? 0;
    return operator.updateStatus(workItemType, { ...current, status: { observedGeneration, ...status } });
  };
  const ask: DecisionWorld['ask'] = async (status = { gates: [aGate()] }, { annotations = {} } = {}) => {
    const own = fillsIn ? {} : { 'conclave.dev/requested-by': 'alice' };
    const name = `asks-${++count}`;
    const item = aWorkItem({ namespace, name, annotations: { ...own, ...annotations } });
    return record(await alice.create(workItemType, item as WorkItem), status);
  };
  return { ask, record };
}

async function expectPoliciesToHold(
  client: KubeClient,
  { namespace, fillsIn }: { readonly namespace: string; readonly fillsIn: boolean },
): Promise<void> {
  const item = aWorkItem({ namespace, name: 'probe' });
  const made = await client.create(workItemType, item as WorkItem, { dryRun: true });
  expect(made.metadata.annotations?.['conclave.dev/requested-by']).toBe(fillsIn ? 'alice' : undefined);
  const annotations = { [gateKey('review.qa')]: 'approved' };
  const forged: KubeObject = { ...item, metadata: { ...item.metadata, annotations } };
  await expectRefusal(client.create(workItemType, forged as WorkItem, { dryRun: true }), 'decisions');
}

/** Writes annotations of a WorkItem, by a merge patch, as kubectl annotate does. */
export function annotate(
  client: KubeClient,
  { metadata }: WorkItem,
  annotations: Readonly<Record<string, string | null>>,
): Promise<WorkItem> {
  return client.patch(workItemType, metadata, { merge: { metadata: { annotations } } });
}
