/** What holds when a cluster goes from the release before to the present chart and images, and back, with work under way. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addOneTo, chart, ChartRelease, slowly, workItemOf } from './chart-release.ts';
import { type E2eCluster, root } from './e2e-cluster.ts';
import { exportRelease, isInClone, releases } from './releases.ts';

const earlier = releases.at(-1) ?? releases[0];
/** Whether this clone has the earlier release; without it no upgrade from it is tried. */
export const hasEarlier = isInClone(earlier);
const title = `an upgrade from ${earlier.version}${hasEarlier ? '' : ', which this clone lacks (git fetch --unshallow)'}`;
/** The policies that decisions rest on: those for objects of Conclave. Others guard pods, Jobs and tokens. */
const decisionPolicies = new Set(['conclave-decisions', 'conclave-status', 'conclave-work-items']);
const nameOf = (identity: string) => identity.replace(/ .*/, '');
const policyKinds = ['validatingadmissionpolicies', 'mutatingadmissionpolicies'].flatMap((kind) => [
  kind,
  kind.replace(/ies$/, 'ybindings'),
]);

/** Tries it on a cluster without a release that has the images of this tree. `values` are those of the server's volume. */
export function testUpgrade(cluster: E2eCluster, values: readonly string[]): void {
  const release = new ChartRelease(cluster);
  const inSystem = new ChartRelease(cluster, 'conclave-system');
  let source = '';
  let before: readonly string[];
  let jobsBefore: readonly string[];

  /** The identity of the policies that decisions rest on, and of their bindings. */
  const policies = () =>
    release
      .kubectl('get', policyKinds.join(), '-o', identities)
      .split('\n')
      .filter((line) => decisionPolicies.has(nameOf(line)));
  const jobs = () => release.kubectl('get', 'jobs', '-o', 'jsonpath={.items[*].metadata.uid}').split(' ').sort();
  const images = () => new Set(inSystem.kubectl('get', 'pods', '-o', `jsonpath=${imagesOf}`).trim().split(/\s+/));
  /** Pods of another image are gone soon. */
  const runsOn = (image: string) => expect.poll(images, { timeout: 60_000 }).toEqual(new Set([image]));
  /** Roles whose approval the open gate still lacks. */
  const isAsked = (name: string, ...roles: readonly string[]) =>
    expect
      .poll(() => release.kubectl('get', 'workitem', name, '-o', askedRoles), { timeout: 60_000 })
      .toBe(roles.join(' '));
  const approve = (name: string, role: keyof typeof people) =>
    release.kubectl(
      'annotate',
      `--as=${people[role]}`,
      'workitem',
      name,
      '--overwrite',
      `${gate}.${role}=approved: go on`,
    );

  beforeAll(() => {
    source = exportRelease(earlier);
    const tag = `localhost/conclave:${earlier.version}`;
    cluster.run('image', ['--source', source, '--target', 'product', '--target', 'runtime', '--tag', tag]);
    // All that the present version has left: the earlier one begins with its own definitions.
    cluster.run('kubectl', ['delete', '-f', join(root, 'crds'), '--ignore-not-found']);
  }, 900_000);

  afterAll(() => {
    release.uninstall();
    if (source !== '') rmSync(source, { recursive: true });
  });

  it('begins with work under that version: a step that takes its time, and a gate where one of two has approved', async () => {
    release.bring('install', join(source, 'charts/conclave'), ...values);
    await runsOn(`localhost/conclave:${earlier.version}`);
    release.create(...rights(cluster.namespace), approvedBefore, approvedAfter);
    for (const name of ['approved-before', 'approved-after']) release.wait(name, gateIsOpen);
    approve('approved-before', 'review');
    approve('approved-after', 'review');
    release.wait('approved-before', stepRuns);
    jobsBefore = jobs();
    before = policies();
    expect(new Set(before.map(nameOf))).toEqual(decisionPolicies);
  });

  it('makes everything what the present chart says', async () => {
    release.bring('upgrade', chart, ...values, '--set', 'image.tag=dev');
    const manifest = cluster.run('helm', ['get', 'manifest', 'conclave', '--namespace', 'conclave-system']);
    const { status, stdout, stderr } = cluster.try('kubectl', ['diff', ...asAnother, '-f', '-'], manifest);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    await runsOn('localhost/conclave:dev');
  });

  it('goes on with a run, and does nothing of it twice', () => {
    release.wait('approved-before', 'condition=Succeeded');
    expect(release.workItem('approved-before').status.outputs).toEqual({ b: 2 });
    expect(release.attemptsOf('approved-before')).toEqual([1, 1]);
    expect(jobs()).toEqual(expect.arrayContaining([...jobsBefore]));
    expect(jobs()).toHaveLength(jobsBefore.length + 1);
  });

  it('keeps an approval that was given before, unless the policies have changed: then it is asked for again', async () => {
    const isKept = isDeepStrictEqual(policies(), before);
    await isAsked('approved-after', ...(isKept ? [] : ['review']), 'safety');
    approve('approved-after', 'safety');
    if (!isKept) {
      await isAsked('approved-after', 'review');
      approve('approved-after', 'review');
    }
    release.wait('approved-after', 'condition=Succeeded');
    expect(release.attemptsOf('approved-after')).toEqual([1]);
  });

  it('can be taken back while a run is under way, which goes on', async () => {
    release.create(workItemOf('during-rollback', { steps: [{ name: 'slow', ...slowly(30) }], outputs: ofSlow }));
    release.wait('during-rollback', stepRuns);
    cluster.run('helm', ['rollback', 'conclave', '1', '--namespace', 'conclave-system', '--wait', '--timeout', '4m']);
    await runsOn(`localhost/conclave:${earlier.version}`);
    release.wait('during-rollback', 'condition=Succeeded');
    expect(release.attemptsOf('during-rollback')).toEqual([1]);
  });
}

/** The same, where the clone has the earlier release. */
export function describeUpgrade(cluster: E2eCluster, values: readonly string[]): void {
  describe.skipIf(!hasEarlier)(title, () => testUpgrade(cluster, values));
}

const people = { review: 'rob', safety: 'sue' } as const;
const gate = 'approval.conclave.dev/check';
const identities = String.raw`jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.metadata.generation}{"\n"}{end}`;
const imagesOf = '{.items[*].spec.containers[*].image}';
const asAnother = ['--server-side', '--force-conflicts', '--field-manager=look'];
const gateIsOpen = 'jsonpath={.status.conditions[?(@.type=="WaitingForDecision")].reason}=GateOpen';
const askedRoles = 'jsonpath={.status.waitingFor[?(@.kind=="decision")].roles[*]}';
const stepRuns = 'jsonpath={.status.steps[?(@.path=="slow")].phase}=Running';
const ofSlow = { a: { from: '{{slow.a}}' } };

const check = (...roles: readonly (keyof typeof people)[]) => ({
  ...{ name: 'check', type: 'approval', message: 'Go on?', allowRequester: true },
  approvals: roles.map((role) => ({ role })),
});

const approvedBefore = workItemOf('approved-before', {
  steps: [
    check('review'),
    { name: 'slow', dependsOn: ['check'], ...slowly(40) },
    { name: 'last', ...addOneTo('slow') },
  ],
  outputs: { b: { from: '{{last.b}}' } },
});

const approvedAfter = workItemOf('approved-after', {
  steps: [check('review', 'safety'), { name: 'slow', dependsOn: ['check'], ...slowly(0) }],
  outputs: ofSlow,
});

/** Lets each act in a role, and approve at the gate. */
function rights(namespace: string): readonly object[] {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
  const group = { apiGroup: 'rbac.authorization.k8s.io' };
  const subject = (name: string) => ({ ...group, kind: 'User', name });
  const bind = (name: string, users: readonly string[], roleRef: object) => ({
    ...{ ...rbac, kind: 'RoleBinding', metadata: { name, namespace } },
    ...{ subjects: users.map(subject), roleRef: { ...group, ...roleRef } },
  });
  const rules = [{ apiGroups: ['conclave.dev'], resources: ['gates'], resourceNames: ['check'], verbs: ['approve'] }];
  return [
    { ...rbac, kind: 'Role', metadata: { name: 'approves', namespace }, rules },
    bind('approves', Object.values(people), { kind: 'Role', name: 'approves' }),
    ...Object.entries(people).map(([role, user]) =>
      bind(user, [user], { kind: 'ClusterRole', name: `conclave-role-${role}` }),
    ),
  ];
}
