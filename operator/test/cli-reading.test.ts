/** What people see by the commands that read, on the real API server and with no more rights than they need. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorkItemStatus } from '../src/api/work-item-status.ts';
import { councilKind } from '../src/api/council.ts';
import { resourceTypeOf } from '../src/cmd/resource-types.ts';
import { type KubeEvent, events } from '../src/kube/event-object.ts';
import type { KubeObject } from '../src/kube/resource-type.ts';
import { runCommandLine } from '../src/testing/run-command-line.ts';
import { CliWorld } from './cli-world.ts';

const at = '2026-11-29T10:00:00.000Z';
const digest = `sha256:3fa9c1d2${'0'.repeat(56)}`;
const councilType = resourceTypeOf<KubeObject>(councilKind);
const step = (name: string, more: object = {}) => ({
  ...{ name, type: 'custom_code', runtime: 'python3' },
  ...{ code: { source: 'inline', content: 'def execute(inputs): return {}' } },
  ...more,
});

const waiting: WorkItemStatus = {
  ...{ observedGeneration: 1, phase: 'Waiting', reason: 'StepsWaiting', progress: '1/3', startedAt: at },
  steps: [
    { path: 'write', phase: 'Succeeded', startedAt: at, finishedAt: '2026-11-29T10:00:02.500Z' },
    { path: 'publish', phase: 'Waiting', startedAt: at },
  ],
  waitingFor: [{ kind: 'decision', name: 'publish', step: 'publish', since: at, message: 'one of the role review' }],
  gates: [
    {
      ...{ name: 'publish', step: 'publish', state: 'Open', digest, round: 1, approvals: [{ role: 'review' }] },
      ...{ production: false, allowRequester: true, openedAt: at },
    },
  ],
  lifecycle: { state: 'ReviewPending', since: at, round: 0 },
  transitions: [
    {
      ...{ sequence: 1, event: 'planning.story.transitioned', from: 'InProgress', to: 'ReviewPending', at },
      ...{ action: 'request_review', actor: { kind: 'user', name: 'ann', role: 'implementation' } },
    },
  ],
};

let world: CliWorld;
beforeAll(async () => {
  world = await CliWorld.start();
  const { work } = world;
  await world.add('vera', { verbs: [], clusterRoles: ['conclave-viewer', 'view'] });
  await world.add('rob', { assume: ['review'], approve: ['publish'] });
  await world.add('mallory', { verbs: [] });
  await work.addPipeline('notes', {
    steps: [
      step('write'),
      { name: 'publish', type: 'approval', approvals: [{ role: 'review' }], dependsOn: ['write'] },
      step('send', { dependsOn: ['publish'] }),
    ],
  });
  await work.add('note-7', { pipelineRef: { name: 'notes' }, priority: 'high' });
  await world.record('note-7', waiting);
  await work.run('other', [step('only')]);
  await world.record('other', { phase: 'Succeeded', startedAt: at, finishedAt: at });
  await tellOf('note-7');
  await world.client.create(councilType, {
    ...{
      apiVersion: 'conclave.dev/v1alpha1',
      kind: 'Council',
      metadata: { name: 'elders', namespace: world.namespace },
    },
    ...{
      spec: {
        members: [
          { name: 'ann', roleRef: { name: 'a' } },
          { name: 'bob', roleRef: { name: 'b' } },
        ],
      },
    },
  });
  const { metadata } = await work.get('note-7');
  await world.recordOf(councilType, 'elders', {
    ...{ deliberations: 4, withoutWinner: 1, agreement: 0.75, totalTokens: 1200 },
    members: [
      { name: 'ann', wins: 1, proposals: 4, meanScore: 6.5 },
      { name: 'bob', wins: 2, proposals: 4, meanScore: 7.25 },
    ],
    recent: [
      { workItemUid: metadata.uid, step: 'judge', attempt: 1, at, winner: 'bob' },
      { workItemUid: '00000000-0000-4000-8000-000000000000', step: 'judge', attempt: 1, at },
    ],
  });
});
afterAll(() => world.stop());

async function tellOf(name: string): Promise<void> {
  const { apiVersion, kind, metadata } = await world.work.get(name);
  const { namespace, uid } = metadata;
  const event = {
    ...{ apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: `${name}.1`, namespace } },
    ...{ eventTime: '2026-11-29T10:00:01.000000Z', reportingController: 'test', reportingInstance: 'test' },
    ...{ type: 'Warning', reason: 'AttemptFailed', action: 'RunStep', note: 'write: no luck' },
    regarding: { apiVersion, kind, name, namespace, uid },
  } as KubeEvent;
  await world.client.create(events, event);
}

describe('conclave list', () => {
  test('shows what kubectl shows', async () => {
    const { exitCode, out } = await world.as('vera', 'list');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^NAME +PHASE +STATE +STEPS +WAITS FOR +ON +AGE\n/);
    expect(out).toMatch(/\nnote-7 +Waiting +ReviewPending +1\/3 +decision +publish +\d+s\n/);
  });

  test.each([
    [['--phase', 'Waiting'], ['note-7']],
    [['--pipeline', 'notes'], ['note-7']],
    [['--phase', 'Succeeded', '--pipeline', 'notes'], []],
    [['-l', 'conclave.dev/none'], []],
    [[], ['note-7', 'other']],
  ])('chooses by %j', async (words, names) => {
    const { out } = await world.as('vera', 'list', '-o', 'name', ...words);
    expect(out).toBe(names.map((name) => `workitem.conclave.dev/${name}\n`).join(''));
  });

  test('writes what programs read', async () => {
    const json = JSON.parse((await world.as('vera', 'list', '-o', 'json')).out);
    expect(json).toMatchObject({ kind: 'List', items: [{ kind: 'WorkItem', metadata: { name: 'note-7' } }, {}] });
    expect(json.items[0].metadata.managedFields).toBeUndefined();
    const template = String.raw`{range .items[*]}{.metadata.name}={.status.phase}{"\n"}{end}`;
    expect((await world.as('vera', 'list', '-o', `jsonpath=${template}`)).out).toBe(
      'note-7=Waiting\nother=Succeeded\n',
    );
    expect((await world.as('vera', 'list', '-o', 'wide')).out).toMatch(/^NAME.*PIPELINE.*\nnote-7.*notes.*high/);
    expect((await world.as('vera', 'list', '-o', 'yaml')).out).toMatch(/^apiVersion: v1\nkind: List\nitems:/m);
  });

  test('shows all namespaces to whoever may see them', async () => {
    const { out } = await world.admin('list', '-A', '--phase', 'Waiting');
    expect(out).toContain(`${world.namespace}   note-7`);
    expect(await world.as('vera', 'list', '-A')).toMatchObject({ exitCode: 1, out: '' });
  });

  test('says who could give the right that is missing', async () => {
    const { exitCode, err } = await world.as('mallory', 'list');
    expect(exitCode).toBe(1);
    expect(err).toContain('User "mallory" cannot list resource "workitems"');
    expect(err).toContain('hint: ask for a RoleBinding to the ClusterRole conclave-viewer in this namespace');
    const failed = JSON.parse((await world.as('mallory', 'list', '-o', 'json')).out);
    expect(failed.error).toMatchObject({ code: 405, reason: 'Forbidden' });
  });
});

describe('conclave status', () => {
  test('shows where it stands, who may decide, and the steps that have not begun', async () => {
    const { exitCode, out } = await world.as('vera', 'status', 'note-7');
    expect(exitCode).toBe(0);
    for (const line of [
      /^WorkItem +cli-.*\/note-7$/m,
      /^Phase +Waiting \(StepsWaiting\)$/m,
      /^State +ReviewPending since /m,
      /^Gate +publish Open since .*: approved by 0 of 1 as review$/m,
      /^Waits for +decision publish for .*: one of the role review$/m,
      /^STEP +PHASE +TOOK +NOTE$/m,
      /^write +Succeeded +2\.5 s$/m,
      /^publish +Waiting +.* waits for decision publish: one of the role review$/m,
      /^send +Pending +waits for publish$/m,
    ])
      expect(out).toMatch(line);
    expect(out).not.toContain('You may decide');
  });

  test('says to whoever may decide how', async () => {
    expect((await world.as('rob', 'status', 'note-7')).out).toContain(
      `You may decide:\n  conclave approve note-7 publish --role review --digest 3fa9c1d2 -n ${world.namespace}\n`,
    );
  });

  test('does with status alone what it may not read more of', async () => {
    const { exitCode, out } = await world.as('rob', 'status', 'note-7');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^write +Succeeded/m);
    expect(out).not.toMatch(/^send/m);
  });

  test('ends with the run when it is watched', async () => {
    expect(await world.as('vera', 'status', 'other', '--watch')).toEqual({
      ...{ exitCode: 0, err: '', out: 'other: Succeeded\n' },
    });
  });

  test('says that there is none of this name', async () => {
    const { exitCode, err } = await world.as('vera', 'status', 'nobody');
    expect(exitCode).toBe(1);
    expect(err).toContain('workitems.conclave.dev "nobody" not found');
  });
});

describe('conclave events', () => {
  test('shows records and Events in their order', async () => {
    const { exitCode, out } = await world.as('vera', 'events', 'note-7');
    expect([exitCode, out]).toEqual([
      0,
      [
        '2026-11-29T10:00:00Z  Normal   planning.story.transitioned  InProgress → ReviewPending, request_review, ' +
          'by ann as implementation',
        '2026-11-29T10:00:01Z  Warning  AttemptFailed  write: no luck',
        '',
      ].join('\n'),
    ]);
    const json = JSON.parse((await world.as('vera', 'events', 'note-7', '-o', 'json')).out);
    expect(json).toMatchObject([{ source: 'record' }, { source: 'event', reason: 'AttemptFailed' }]);
  });

  test('shows the records alone to whoever may not read Events, and says so', async () => {
    const { exitCode, out, err } = await world.as('rob', 'events', 'note-7');
    expect([exitCode, out.split('\n').length]).toEqual([0, 2]);
    expect(err).toContain('Events may not be read here');
  });
});

describe('conclave inbox', () => {
  test('writes what programs read', async () => {
    expect((await world.as('rob', 'inbox', '-o', 'yaml')).out).toMatch(/workItem: note-7\n/);
    expect((await world.as('rob', 'inbox', '-o', 'jsonpath={[*].name}')).out).toBe('publish');
  });
});

describe('completion', () => {
  test('knows the WorkItems, Pipelines and steps of the cluster', async () => {
    const complete = (...words: readonly string[]) => {
      const [command = '', ...rest] = words;
      const flags = ['--kubeconfig', world.kubeconfigOf('vera'), '-n', world.namespace];
      return runCommandLine(['__complete', '--', command, ...flags, ...rest]);
    };
    expect((await complete('status', 'no')).out).toBe('note-7\n:4\n');
    expect((await complete('run', '')).out).toBe('notes\n:4\n');
  });
});

describe('conclave councils', () => {
  test('lists them', async () => {
    expect((await world.as('vera', 'councils')).out).toMatch(/^NAME +STRATEGY.*\nelders .* 4 /);
  });

  test('shows how the members of one have done', async () => {
    const { out } = await world.as('vera', 'councils', 'elders');
    expect(out).toMatch(/^Deliberations +4, 1 of them without a winner$/m);
    expect(out).toMatch(/^MEMBER +WINS +PROPOSALS +MEAN SCORE\nbob +2 +4 +7\.25\nann +1 +4 +6\.50\n/m);
    expect(out).toMatch(/note-7 +judge +bob\n.*\(gone\) +judge +none/);
  });
});
