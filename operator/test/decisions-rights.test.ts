/** Who may decide, on the real API server: by the ClusterRoles that Conclave brings, by Roles of one's own, and by nothing else. */
import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { governedRoles } from '../src/api/names.ts';
import type { WorkItem } from '../src/api/work-item.ts';
import { Forbidden } from '../src/kube/api-error.ts';
import type { KubeClient } from '../src/kube/client.ts';
import type { KubeObject } from '../src/kube/resource-type.ts';
import { aWorkItem } from './attempt-objects.ts';
import {
  aDecision,
  aGate,
  aLifecycle,
  actionKey,
  annotate,
  type DecisionWorld,
  decider,
  gateKey,
  openDecisionWorld,
} from './decision-world.ts';
import { expectRefusal } from './expect-refusal.ts';
import { mayDo } from './test-people.ts';
import { connectAs, createTenant } from './test-users.ts';
import { until, workItemType } from './work-items.ts';

let world: DecisionWorld;
/** Argo CD's account: it has everything in conclave.dev, as it needs to apply whatever stands in Git. */
let argo: KubeClient;
/** The account of a pipeline of builds, with the rights of whoever decides. */
let robot: KubeClient;
beforeAll(async () => {
  world = await openDecisionWorld();
  const { admin, namespace } = world;
  const everything = [{ apiGroups: ['conclave.dev'], resources: ['*'], verbs: ['*'] }];
  argo = await createTenant(admin, { namespace, name: 'argocd-application-controller' }, everything);
  robot = await createTenant(admin, { namespace, name: 'robot' }, everything);
  const discard = { namespace, group: 'conclave.dev', resource: 'actions', verb: 'delete', name: 'discard_task' };
  for (const client of [argo, robot]) await until('it may', () => mayDo(client, discard));
});
afterAll(async () => {
  await Promise.all([argo, robot].map((client) => client.close()));
  await world.close();
});

const review = gateKey('review.qa');
const approve = (client: KubeClient, item: WorkItem, key = review) => annotate(client, item, { [key]: 'approved' });

describe('deciding takes', () => {
  it.each([
    [
      'the role',
      { ...decider, assume: ['po'] },
      'may not act in the role qa: that takes the right to assume roles.conclave',
    ],
    [
      'the gate',
      { ...decider, approve: ['deploy'] },
      'may not decide at the gate review: that takes the right to approve',
    ],
  ])('the right to %s', async (name, rights, says) => {
    const somebody = await world.people.add(`without the right to ${name}`, rights);
    await expectRefusal(approve(somebody, await world.ask()), 'decisions', `without the right to ${name} ${says}`);
  });

  it('the right to the action', async () => {
    const somebody = await world.people.add('without the right to the action', { ...decider, perform: ['deploy'] });
    const item = await world.ask({ lifecycle: aLifecycle() });
    const request = annotate(somebody, item, { [actionKey('approve_tests.qa')]: 'done' });
    await expectRefusal(request, 'decisions', 'may not take the action approve_tests: that takes the right to perform');
  });

  it('the right to patch WorkItems', async () => {
    const somebody = await world.people.add('without the right to patch', { ...decider, verbs: ['get', 'list'] });
    await expect(approve(somebody, await world.ask())).rejects.toThrow(Forbidden);
  });

  it('more than the roles edit and admin of Kubernetes, and than the editor of Conclave', async () => {
    const clusterRoles = ['edit', 'admin', 'conclave-viewer', 'conclave-editor'];
    const somebody = await world.people.add('with roles for all the rest', { clusterRoles });
    await expectRefusal(approve(somebody, await world.ask()), 'decisions', 'may not act in the role qa');
  });

  it('rights to what is asked, not to what is similar', async () => {
    const rights = { ...decider, approve: ['approve_tests'], perform: ['review'] };
    const somebody = await world.people.add('with rights mixed up', rights);
    const item = await world.ask({ gates: [aGate()], lifecycle: aLifecycle() });
    await expectRefusal(approve(somebody, item), 'decisions', 'may not decide at the gate review');
    const request = annotate(somebody, item, { [actionKey('approve_tests.qa')]: 'done' });
    await expectRefusal(request, 'decisions', 'may not take the action approve_tests');
  });
});

describe('the requester', () => {
  it('does not decide on an own request, in whatever role', async () => {
    const item = await world.ask({ gates: [aGate({ approvals: [{ role: 'qa' }, { role: 'po' }] })] });
    const says = 'alice asked for this WorkItem; somebody else has to decide at the gate review';
    await expectRefusal(approve(world.alice, item), 'decisions', says);
    await expectRefusal(approve(world.alice, item, gateKey('review.po')), 'decisions', says);
    await expectRefusal(annotate(world.alice, item, { [review]: aDecision('alice') }), 'decisions', says);
  });

  it('may be an account: then its request is decided on by people', async () => {
    const made = aWorkItem({ namespace: world.namespace, name: 'from-git' }) as WorkItem;
    const item = await world.record(await argo.create(workItemType, made), { gates: [aGate()] });
    expect(item.metadata.annotations?.['conclave.dev/requested-by']).toContain(':argocd-application-controller');
    expect((await approve(world.bob, item)).metadata.annotations?.[review]).toBe(aDecision('bob'));
  });
});

describe('service accounts', () => {
  const account = (name: string, namespace = world.namespace) => `${namespace}:${name}`;

  it('do not decide, whatever they may do', async () => {
    const item = await world.ask();
    await expectRefusal(approve(robot, item), 'decisions', 'people decide, and system:serviceaccount:');
    const forged = annotate(robot, item, { [review]: aDecision('bob') });
    await expectRefusal(forged, 'decisions', 'people decide, and system:serviceaccount:');
    const other = await world.ask({
      gates: [aGate({ name: 'other', allowedServiceAccounts: [account('robot')] }), aGate()],
    });
    await expectRefusal(approve(robot, other), 'decisions', 'people decide');
  });

  it.each([
    [
      'of another name',
      () => [account('robot2'), 'robot', `x${account('robot')}`, `system:serviceaccount:${account('robot')}`],
    ],
    ['of another namespace', () => [account('robot', 'default')]],
  ])('%s may decide, though not this one', async (_, allowed) => {
    const item = await world.ask({ gates: [aGate({ allowedServiceAccounts: allowed() })] });
    await expectRefusal(approve(robot, item), 'decisions', 'people decide');
  });

  it('decide where the gate names them', async () => {
    const item = await world.ask({ gates: [aGate({ allowedServiceAccounts: [account('other'), account('robot')] })] });
    const by = `system:serviceaccount:${account('robot')}`;
    expect((await approve(robot, item)).metadata.annotations?.[review]).toBe(aDecision(by));
  });

  it('take no action, unless the gate in front of it names them', async () => {
    const key = actionKey('approve_tests.qa');
    const item = await world.ask({
      gates: [aGate({ allowedServiceAccounts: [account('robot')] })],
      lifecycle: aLifecycle(),
    });
    await expectRefusal(annotate(robot, item, { [key]: 'done' }), 'decisions', 'people decide');
    const gate = aGate({ action: 'approve_tests', state: 'Approved', allowedServiceAccounts: [account('robot')] });
    const named = await world.ask({ gates: [gate], lifecycle: aLifecycle() });
    expect((await annotate(robot, named, { [key]: 'done' })).metadata.annotations?.[key]).toContain('"done"');
  });

  it('such as that of Argo CD do not carry decisions over from Git', async () => {
    const { namespace } = world;
    const git = (annotations: Record<string, string>) => aWorkItem({ namespace, name: 'synced', annotations });
    const says = 'a WorkItem is made without decisions';
    await expectRefusal(argo.apply(workItemType, git({ [review]: 'approved' })), 'decisions', says);
    await expectRefusal(argo.apply(workItemType, git({ [review]: aDecision('bob') })), 'decisions', says);
    const item = await world.record(await argo.apply<WorkItem>(workItemType, git({})), { gates: [aGate()] });
    for (const value of ['approved', aDecision('bob'), aDecision('carol')]) {
      await expectRefusal(
        argo.apply(workItemType, git({ [review]: value }), { force: true }),
        'decisions',
        'people decide',
      );
    }
    await approve(world.bob, item);
    const { metadata } = await argo.apply<WorkItem>(workItemType, git({}));
    expect(metadata.annotations?.[review]).toBe(aDecision('bob'));
  });
});

describe('ClusterRoles', () => {
  const manifests = loadAll(
    readFileSync(new URL('../../config/rbac/roles.yaml', import.meta.url), 'utf8'),
  ) as KubeObject[];
  /** Who may take which actions (contracts of the lifecycles), and whom the shipped gates ask. */
  const work: Readonly<Record<string, { readonly actions?: readonly string[]; readonly gates?: readonly string[] }>> = {
    planning: { actions: ['submit', 'cancel', 'plan'], gates: ['start'] },
    implementation: { actions: ['request_review'] },
    review: { actions: ['approve', 'reject'], gates: ['deploy'] },
    deployment: { actions: ['deploy', 'roll_back'] },
    safety: { gates: ['deploy'] },
    developer: { actions: ['claim_task', 'commit_code', 'revise_code', 'submit_code'] },
    architect: { actions: ['claim_review', 'approve_design', 'reject_design', 'approve_code', 'request_changes'] },
    qa: { actions: ['claim_testing', 'approve_tests', 'reject_tests', 'pass_tests', 'fail_tests'] },
    po: {
      actions: [
        ...['approve_story', 'reject_story', 'discard_task', 'submit', 'approve_brief', 'reject_brief', 'mark_ready'],
        ...['accept', 'carry_over', 'archive', 'resume'],
      ],
    },
    devops: {},
    data: {},
  };
  const roles = Object.keys(work);
  const names = (pick: 'actions' | 'gates') => [...new Set(roles.flatMap((role) => work[role]?.[pick] ?? []))];

  it('there is one for each role that people act in', () => {
    const shipped = manifests.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('conclave-role-'));
    const people = governedRoles.filter((role) => role !== 'system');
    expect(shipped.toSorted()).toEqual(people.map((role) => `conclave-role-${role}`).toSorted());
    expect(roles.toSorted()).toEqual([...people].toSorted());
  });

  it.each(roles)('%s may act in its role, take its actions and decide at its gates, and no others', async (role) => {
    const clusterRoles = [`conclave-role-${role}`];
    const somebody = await world.people.add(`somebody in ${role}`, { verbs: [], clusterRoles });
    const may = (verb: string, resource: string, name?: string) =>
      mayDo(somebody, { namespace: world.namespace, group: 'conclave.dev', verb, resource, name });
    await until('the right is there', () => may('assume', 'roles', role));
    const allowed = async (verb: string, resource: string, all: readonly string[]) => {
      const answers = await Promise.all(all.map((name) => may(verb, resource, name)));
      return all.filter((_, index) => answers[index]);
    };
    expect(await allowed('assume', 'roles', governedRoles)).toEqual([role]);
    const actions = await allowed('perform', 'actions', names('actions'));
    expect(actions.toSorted()).toEqual([...(work[role]?.actions ?? [])].toSorted());
    expect(await allowed('approve', 'gates', [...names('gates'), 'review'])).toEqual(work[role]?.gates ?? []);
    const verbs = ['get', 'list', 'watch', 'patch', 'create', 'update', 'delete', 'deletecollection'];
    const answers = await Promise.all(verbs.map((verb) => may(verb, 'workitems')));
    expect(verbs.filter((_, index) => answers[index])).toEqual(['get', 'list', 'watch', 'patch']);
    expect(await may('delete', 'actions', 'discard_task')).toBe(role === 'po');
  });

  it('that of qa decides at a gate of its own together with a Role for it', async () => {
    const somebody = await world.people.add('somebody in qa beside', {
      ...{ verbs: [], approve: ['review'], clusterRoles: ['conclave-role-qa'] },
    });
    const item = await world.ask({ gates: [aGate()], lifecycle: aLifecycle() });
    const key = actionKey('approve_tests.qa');
    expect((await approve(somebody, item)).metadata.annotations?.[review]).toBe(aDecision('somebody in qa beside'));
    expect((await annotate(somebody, item, { [key]: 'done' })).metadata.annotations?.[key]).toContain('"done"');
  });

  it.each(['view', 'edit', 'admin'])('the role %s of Kubernetes reads all, and changes nothing of it', async (role) => {
    const somebody = await world.people.add(`somebody with ${role}`, { verbs: [], clusterRoles: [role] });
    const may = (verb: string, resource: string) =>
      mayDo(somebody, { namespace: world.namespace, group: 'conclave.dev', verb, resource });
    for (const plural of ['pipelines', 'workitems', 'councils', 'agentroles', 'models', 'methods', 'tenants']) {
      await until(`${role} reads ${plural}`, () => may('list', plural), 20_000);
      for (const verb of ['create', 'update', 'patch', 'delete']) expect(await may(verb, plural)).toBe(false);
    }
    for (const [verb, resource] of [
      ['approve', 'gates'],
      ['perform', 'actions'],
      ['assume', 'roles'],
    ] as const) {
      expect(await may(verb, resource)).toBe(false);
    }
  });

  it('that of the editor changes all but Tenants', async () => {
    const somebody = await world.people.add('an editor', { verbs: [], clusterRoles: ['conclave-editor'] });
    const may = (verb: string, resource: string) =>
      mayDo(somebody, { namespace: world.namespace, group: 'conclave.dev', verb, resource });
    await until('the right is there', () => may('update', 'workitems'));
    expect(await may('update', 'tenants')).toBe(false);
    expect(await may('update', 'workitems/status')).toBe(false);
    expect(await may('approve', 'gates')).toBe(false);
  });
});

it('an account of nothing but its own token decides nothing', async () => {
  const { admin, namespace } = world;
  const stranger = await connectAs(admin, { namespace, name: 'default' });
  await expect(approve(stranger, await world.ask())).rejects.toThrow(Forbidden);
  await stranger.close();
});
