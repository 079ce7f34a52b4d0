/** Work that stands in Git: what Argo CD shows of it, and that applying it again changes nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnyObject, ArgoCd, type Health, kindsWithHealth } from './argocd.ts';
import { E2eCluster, root } from './e2e-cluster.ts';

const cluster = new E2eCluster('gitops');
const sample = join(root, 'config/argocd/sample');
let argo: ArgoCd;

beforeAll(async () => {
  argo = await ArgoCd.start();
  await cluster.start();
}, 900_000);

afterAll(() => cluster.stop());

/** As Argo CD applies what stands in Git. */
const sync = (...more: string[]) =>
  cluster.kubectl('apply', '--server-side', '--field-manager=argocd-controller', '-f', sample, ...more);

const get = (kind: string, name: string) => JSON.parse(cluster.kubectl('get', kind, name, '-o', 'json')) as AnyObject;

async function becomes(kind: string, name: string, wanted: Health['status'], timeoutSeconds = 180): Promise<AnyObject> {
  const endsAt = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const object = get(kind, name);
    const health = argo.health(object);
    if (health.status === wanted) return object;
    if (Date.now() > endsAt) throw new Error(`${kind} ${name} is ${JSON.stringify(health)}, not ${wanted}`);
    await sleep(500);
  }
}

const workItem = (name: string, spec: object) => {
  const object = { apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', metadata: { name }, spec };
  cluster.run('kubectl', ['-n', cluster.namespace, 'apply', '-f', '-'], JSON.stringify(object));
};

describe('what Argo CD shows', () => {
  it('has a script for every kind', () => {
    const kinds = ['AgentRole', 'Council', 'Method', 'Model', 'Pipeline', 'Tenant', 'WorkItem'];
    expect([...kindsWithHealth].sort()).toEqual(kinds);
  });

  it('is Suspended at a gate, with the command that approves, and Healthy once it is approved', async () => {
    sync();
    await becomes('pipeline', 'prices', 'Healthy');
    const waiting = await becomes('workitem', 'prices-of-december', 'Suspended');
    const { message } = argo.health(waiting);
    expect(message).toContain('waits for 1 approval at the gate prices: review');
    const [, annotation = ''] = /(approval\.conclave\.dev\/prices\.review='[^']*')/.exec(message) ?? [];
    expect(argo.actions(waiting)).toEqual(['pause']);
    cluster.kubectl('annotate', '--as=rob', 'workitem', 'prices-of-december', annotation.replaceAll("'", ''));
    const done = await becomes('workitem', 'prices-of-december', 'Healthy');
    expect(argo.actions(done)).toEqual([]);
  });

  it('does not change when what stands in Git is applied again: neither decisions nor status are touched', () => {
    const before = get('workitem', 'prices-of-december');
    expect(sync().trim().split('\n')).toHaveLength(5);
    expect(get('workitem', 'prices-of-december')).toEqual(before);
    expect(
      cluster.run('kubectl', [
        '-n',
        cluster.namespace,
        'diff',
        '--server-side',
        '--field-manager=argocd-controller',
        '-f',
        sample,
      ]),
    ).toBe('');
  });

  it('offers to pause, to resume and to try again, each by one field of the spec', async () => {
    const steps = [{ name: 'never', type: 'wait_for_asset', assets: ['none'] }];
    workItem('pausable', { pipelineSpec: { steps } });
    const running = await becomes('workitem', 'pausable', 'Progressing');
    const replace = (object: AnyObject) =>
      cluster.run('kubectl', ['-n', cluster.namespace, 'replace', '-f', '-'], JSON.stringify(object));
    replace(argo.act('pause', await settled('pausable', running)));
    const paused = await becomes('workitem', 'pausable', 'Suspended');
    expect(argo.actions(paused)).toEqual(['resume']);
    replace(argo.act('resume', await settled('pausable', paused)));
    await becomes('workitem', 'pausable', 'Progressing');
    expect(argo.actions(get('workitem', 'pausable'))).toEqual(['pause']);
  });

  it('is Degraded for what has failed, with the reason, until it is tried again', async () => {
    const code = { source: 'inline', content: 'def execute(inputs): raise ValueError("no")' };
    const step = { name: 'fails', type: 'custom_code', runtime: 'python3', code, retryPolicy: { maxAttempts: 1 } };
    workItem('failing', { pipelineSpec: { steps: [step] } });
    const failed = await becomes('workitem', 'failing', 'Degraded');
    expect(argo.health(failed).message).toContain('fails');
    expect(argo.actions(failed)).toEqual(['retry']);
    expect(argo.act('retry', failed)).toMatchObject({ spec: { retryCount: 1 } });
  });

  it('is Degraded for a Pipeline that is wrong, with what is wrong', async () => {
    cluster.kubectl('apply', '-f', join(root, 'config/samples/broken/misspelled-step.yaml'));
    const broken = await becomes('pipeline', 'misspelled-step', 'Degraded');
    expect(argo.health(broken).message).not.toBe('');
  });

  it('tells a model that nobody serves from one that answers, and from what needs no look', async () => {
    const agents = join(root, 'config/samples/agents');
    cluster.kubectl('apply', '-f', join(agents, 'incident.yaml'));
    await becomes('model', 'assistant', 'Degraded');
    cluster.kubectl('apply', '-f', join(agents, 'model-sim.yaml'));
    await becomes('model', 'assistant', 'Healthy');
    await becomes('council', 'responders', 'Healthy');
    await becomes('agentrole', 'responder-qa', 'Healthy');
  });
});

/** A WorkItem once nothing writes its status any more: an action replaces the whole. */
async function settled(name: string, before: AnyObject): Promise<AnyObject> {
  await sleep(1_000);
  const now = get('workitem', name);
  return JSON.stringify(now) === JSON.stringify(before) ? now : settled(name, now);
}
