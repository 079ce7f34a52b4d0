/** What people change by commands, on the real API server: those who may, and those who may not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorkItemStatus } from '../src/api/work-item-status.ts';
import { CliWorld } from './cli-world.ts';
import { until } from './work-items.ts';

const at = '2026-11-29T10:00:00.000Z';
const step = (name: string, more: object = {}) => ({
  ...{ name, type: 'custom_code', runtime: 'python3' },
  ...{ code: { source: 'inline', content: 'def execute(inputs): return {}' } },
  ...more,
});
const running = { phase: 'Running', startedAt: at } as const;
const failed: WorkItemStatus = {
  ...{ phase: 'Failed', startedAt: at, finishedAt: at },
  ending: { phase: 'Failed', reason: 'StepFailed', failedStep: 'sum' },
};

let world: CliWorld;
beforeAll(async () => {
  world = await CliWorld.start();
  await world.add('eda', { verbs: [], clusterRoles: ['conclave-editor'] });
  await world.add('vera', { verbs: [], clusterRoles: ['conclave-viewer'] });
  await world.work.addPipeline('report', {
    parameters: [
      { name: 'month', type: 'string' },
      { name: 'count', type: 'integer', default: 3 },
    ],
    steps: [step('get'), step('sum', { dependsOn: ['get'] })],
  });
});
afterAll(() => world.stop());

const onlyOf = async (pipeline: string) =>
  (await world.work.list()).filter(({ spec }) => spec.pipelineRef?.name === pipeline);

describe('conclave run', () => {
  test('makes a WorkItem with inputs of the right types', async () => {
    const { exitCode, out } = await world.as('eda', 'run', 'report', '-i', 'month=10', '-i', 'count=7', '-o', 'name');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^workitem\.conclave\.dev\/report-\w{5}\n$/);
    const [made] = await onlyOf('report');
    expect(made?.spec).toEqual({ pipelineRef: { name: 'report' }, inputs: { month: '10', count: 7 } });
  });

  test('gives it a name and terms', async () => {
    const words = ['run', 'report', '--name', 'report-7', '-i', 'month=10', '--priority', 'high', '--project', 'shop'];
    expect(await world.as('eda', ...words)).toMatchObject({
      exitCode: 0,
      out: `${world.namespace}/report-7 was made\n`,
    });
    expect((await world.work.get('report-7')).spec).toMatchObject({ priority: 'high', project: 'shop' });
    const { exitCode, err } = await world.as('eda', ...words);
    expect(exitCode).toBe(1);
    expect(err).toContain('"report-7" already exists');
  });

  test('makes what has not begun yet', async () => {
    const { out } = await world.as('eda', 'status', 'report-7');
    expect(out).toMatch(/^get +Pending +the run has not begun$/m);
    expect(out).toMatch(/^sum +Pending +waits for get$/m);
    expect((await world.as('eda', 'events', 'report-7')).out).toBe('nothing has been told of it yet\n');
  });

  test.each([
    [['-i', 'mont=10'], "there is no parameter 'mont'. Parameters: month, count; the input 'month' is required"],
    [['-i', 'month=10', '-i', 'count=many'], "the input 'count' "],
    [[], "the input 'month' is required"],
  ])('refuses inputs %j', async (words, says) => {
    const { exitCode, err } = await world.as('eda', 'run', 'report', ...words);
    expect(exitCode).toBe(1);
    expect(err).toContain(says);
  });

  test('is refused to whoever may only look', async () => {
    const { exitCode, err } = await world.as('vera', 'run', 'report', '-i', 'month=10');
    expect(exitCode).toBe(1);
    expect(err).toContain('User "vera" cannot create resource "workitems"');
    expect(err).toContain('hint: ask for a RoleBinding to the ClusterRole conclave-editor in this namespace');
  });

  test('says that there is no such Pipeline', async () => {
    const { exitCode, err } = await world.as('eda', 'run', 'nothing');
    expect(exitCode).toBe(1);
    expect(err).toContain('pipelines.conclave.dev "nothing" not found');
  });

  test.each([
    ['succeeds', { phase: 'Succeeded', finishedAt: at }, 0],
    ['fails', failed, 1],
    [
      'waits for people',
      { phase: 'Waiting', waitingFor: [{ kind: 'decision', name: 'g', since: at, message: 'm' }] },
      3,
    ],
  ] satisfies [string, WorkItemStatus, number][])('follows it until it %s', async (name, status, exitCode) => {
    const own = `follow-${name.replaceAll(' ', '-')}`;
    const following = world.as('eda', 'run', 'report', '--name', own, '-i', 'month=10', '--follow');
    await until('it is there', () =>
      world.work.get(own).then(
        () => true,
        () => false,
      ),
    );
    await world.record(own, running);
    await world.record(own, status);
    const ended = await following;
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.out).toContain(`${own}: ${status.phase ?? ''}\n`);
  });
});

describe('changes of course', () => {
  test('pause, resume and cancel', async () => {
    await world.work.run('busy', [step('a')]);
    await world.record('busy', running);
    expect(await world.as('eda', 'pause', 'busy')).toMatchObject({ exitCode: 0 });
    expect((await world.work.get('busy')).spec.suspend).toBe(true);
    expect(await world.as('eda', 'pause', 'busy')).toMatchObject({
      ...{ exitCode: 1, err: 'error: busy is paused already\n  hint: let it go on: conclave resume busy\n' },
    });
    expect((await world.as('eda', 'resume', 'busy')).out).toBe(`${world.namespace}/busy goes on\n`);
    expect((await world.work.get('busy')).spec.suspend).toBe(false);
    expect(await world.as('eda', 'cancel', 'busy', '-o', 'name')).toMatchObject({
      out: 'workitem.conclave.dev/busy\n',
    });
    expect((await world.work.get('busy')).spec.cancel).toBe(true);
  });

  test('are made while the operator writes', async () => {
    await world.work.run('written', [step('a')]);
    const over = new AbortController();
    const writing = (async () => {
      for (let count = 0; !over.signal.aborted; count += 1)
        await world.record('written', { ...running, progress: `${count}/9` }).catch(() => undefined);
    })();
    const ends = [await world.as('eda', 'pause', 'written'), await world.as('eda', 'resume', 'written')];
    over.abort();
    await writing;
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  });

  test('a retry is only of what has failed', async () => {
    await world.work.run('broken', [step('a')]);
    await world.record('broken', running);
    const refused = JSON.parse((await world.as('eda', 'retry', 'broken', '-o', 'json')).out);
    expect(refused.error).toMatchObject({ code: 409, reason: 'NotFailed', hint: 'see conclave status broken' });
    await world.record('broken', failed);
    expect(await world.as('eda', 'retry', 'broken')).toMatchObject({ exitCode: 0 });
    expect((await world.work.get('broken')).spec.retryCount).toBe(1);
    expect((await world.as('eda', 'retry', 'broken')).err).toContain('a retry of broken is asked for already');
  });

  test('are refused to whoever may only look', async () => {
    await world.work.run('seen', [step('a')]);
    for (const change of ['pause', 'cancel']) {
      const { exitCode, err } = await world.as('vera', change, 'seen');
      expect([exitCode, err]).toEqual([1, expect.stringContaining('User "vera" cannot patch resource "workitems"')]);
    }
    expect((await world.work.get('seen')).spec.cancel).toBeUndefined();
  });
});

describe('conclave replay', () => {
  test('makes a WorkItem that begins where the old one failed', async () => {
    await world.work.add('old', { pipelineRef: { name: 'report' }, inputs: { month: '10' }, retryCount: 1 });
    await world.record('old', { ...failed, retryCount: 1 });
    const { out } = await world.as('eda', 'replay', 'old', '-o', 'json');
    const made = JSON.parse(out);
    expect(made.metadata.name).toMatch(/^old-replay-\w{5}$/);
    expect(made.spec).toEqual({
      ...{ pipelineRef: { name: 'report' }, inputs: { month: '10' } },
      replay: { workItemName: 'old', fromStep: 'sum' },
    });
  });

  test('knows the steps', async () => {
    const { exitCode, err } = await world.as('eda', 'replay', 'old', '--from', 'gett');
    expect([exitCode, err]).toEqual([
      ...[1, "error: Step 'gett' not found. Steps: get, sum\n  hint: did you mean get?\n"],
    ]);
  });

  test('is only of what has ended', async () => {
    await world.work.add('young', { pipelineRef: { name: 'report' }, inputs: { month: '10' } });
    expect((await world.as('eda', 'replay', 'young')).err).toContain('young has not ended');
  });
});
