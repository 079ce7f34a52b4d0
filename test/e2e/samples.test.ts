/** Every sample, as a user runs it: applied to a real cluster whose pods are real, and watched to the end that it promises. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { E2eCluster, root, type WorkItem } from './e2e-cluster.ts';
import { buildConclave, runConclave } from './run-conclave.ts';

const samples = join(root, 'config/samples');
const investigation = join(samples, 'investigation');
const cluster = new E2eCluster('samples');

let workItems: ReadonlyMap<string, WorkItem>;

beforeAll(async () => {
  await cluster.start();
  cluster.kubectl('apply', '-f', samples);
  cluster.kubectl('apply', '-k', investigation);
  buildConclave();
  const { stdout } = await runConclave({ args: ['convert', '-f', join(investigation, 'pipeline.yaml')] });
  cluster.run('kubectl', ['-n', cluster.namespace, 'apply', '-f', '-'], stdout);
  cluster.kubectl('apply', '-f', join(investigation, 'halcyon.yaml'), '-f', join(investigation, 'petrel.yaml'));
  workItems = cluster.endedWorkItems(360);
}, 900_000);

afterAll(() => {
  cluster.stop();
});

const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string;
const urgencies = [
  { subject: 'The site is down', urgency: 3 },
  { subject: 'Thank you', urgency: 1 },
  { subject: 'Invoice', urgency: 2 },
];

/** What each WorkItem gives. */
const outputs: Readonly<Record<string, unknown>> = {
  halcyon: {
    ...{
      owner: 'Blue Tern Lines',
      score: 0.73,
      order: 'berth 9, for inspection',
      detentions: 2,
      rated_by: 'halcyon-1',
    },
    ...{ relevance: 1, received: 'application/pdf', report: digest },
  },
  'hello-ann': { message: 'HELLO, ANN!' },
  'late-deliveries-october': { late: 6, letters: 4, report: digest, table: digest },
  'mending-today': { patience: 3, from: 'memory', asked: [1, 1], picture: 'sketch', told: 'large' },
  'moods-today': { served: 2, alone: 1 },
  petrel: {
    ...{ owner: 'Petrel Fishers', score: 0.12, order: 'berth 2, for unloading', detentions: 0, rated_by: 'petrel-1' },
    ...{ relevance: 1, received: 'application/pdf', report: digest },
  },
  'refining-today': { total: 6 },
  'stock-today': { line: '42 boxes in warehouse 7' },
  'team-of-ulm': {
    ...{ json: digest, page: digest, picture: digest, table: digest },
    received: { signed: true, rows: 3 },
  },
  'tickets-of-monday': { complete: 1, tickets: urgencies },
  'train-tiny': { job: expect.stringMatching(/^train-small-1-/) as string, pods: 1 },
};

interface Step {
  readonly name?: string;
  readonly type?: string;
}

/** Every object in a list called `steps` or `onExit`. */
function stepsBelow(value: unknown): readonly Step[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const isList = ['steps', 'onExit'].includes(key) && Array.isArray(inner);
    return [...(isList ? (inner as Step[]) : []), ...stepsBelow(inner)];
  });
}

/** How the steps of a WorkItem ended, by path. */
function statesOf(workItem: string): Readonly<Record<string, string>> {
  const { steps = [] } = workItems.get(workItem)?.status ?? {};
  return Object.fromEntries(steps.map(({ path, phase, reason }) => [path, `${phase} ${reason}`]));
}

describe('the samples', () => {
  it('use every type of step that needs no agent and no person', () => {
    const files = readdirSync(samples).filter((name) => name.endsWith('.yaml'));
    const documents = files.flatMap((name) => loadAll(readFileSync(join(samples, name), 'utf8')));
    const types = documents.flatMap((document) => stepsBelow(document).map(({ type }) => type));
    expect(new Set(types)).toEqual(
      new Set([
        ...['crawler', 'wait_for_asset', 'ml_model', 'ml_serving', 'function', 'loop', 'validation', 'output'],
        ...['custom_code', 'parallel_group', 'conditional', 'data_transform', 'ml_training'],
      ]),
    );
  });

  it('are those that are expected', () => {
    expect([...workItems.keys()].sort()).toEqual(Object.keys(outputs).sort());
  });

  it.each(Object.entries(outputs))('%s ends as it says', (name, expected) => {
    const { phase, message, outputs: given } = workItems.get(name)?.status ?? {};
    expect({ phase, message, outputs: given }).toEqual({ phase: 'Succeeded', outputs: expected });
  });

  it('mend what fails: by a further attempt, a stand-in, the cache, and a last step', () => {
    expect(statesOf('mending-today')).toMatchObject({
      ...{ ask_broken: 'Succeeded FallbackUsed', simplify: 'Skipped NotActivated' },
      say_goodbye: 'Succeeded Completed',
    });
  });

  it('leave no model served', () => {
    expect(cluster.kubectl('get', 'deployments,services', '-o', 'name')).not.toMatch(/\/(mood|pace-.*)$/m);
  });
});

describe('the investigation', () => {
  it('runs every type of step of the canonical form to a good end', () => {
    const states = statesOf('halcyon');
    const pipeline = JSON.parse(cluster.kubectl('get', 'pipeline', 'ship-investigation', '-o', 'json')) as unknown;
    const done = stepsBelow(pipeline).filter(({ name = '' }) => states[name]?.startsWith('Succeeded'));
    expect([...new Set(done.map(({ type }) => type))].sort()).toEqual([
      ...['conditional', 'crawler', 'custom_code', 'data_transform', 'function', 'llm_agent', 'llm_flow', 'loop'],
      ...['ml_model', 'ml_serving', 'ml_training', 'output', 'parallel_group', 'validation', 'wait_for_asset'],
    ]);
  });

  it('takes both ways wherever there are two', () => {
    expect(statesOf('halcyon')).toMatchObject({
      ...{ find_ship: 'Succeeded Completed', find_ship_elsewhere: 'Succeeded Completed' },
      ...{ trace_names: 'Succeeded Completed', count_detentions: 'Succeeded Completed' },
      ...{ order_inspection: 'Succeeded Completed', clear_ship: 'Skipped BranchNotTaken' },
    });
    expect(statesOf('petrel')).toMatchObject({
      ...{ find_ship: 'Succeeded FallbackUsed', find_ship_elsewhere: 'Succeeded Completed' },
      ...{ trace_names: 'Skipped NotActivated', count_detentions: 'Skipped RouteNotTaken' },
      ...{ order_inspection: 'Skipped BranchNotTaken', clear_ship: 'Succeeded Completed' },
    });
  });
});

describe('what the samples have made', () => {
  beforeAll(() => cluster.openArtifacts());

  const download = (name: string, output: string): Buffer => {
    const workItem = workItems.get(name)!;
    return cluster.download(workItem, workItem.status.outputs?.[output]);
  };

  it('are a report as PDF and a table as CSV', () => {
    expect(download('late-deliveries-october', 'report').toString('latin1')).toMatch(/^%PDF-1[^]*%%EOF\s*$/);
    const rows = ['Region,Orders,Late,Revenue', 'north,5,1,391.6', 'south,5,4,674.9', 'west,6,1,593.6'];
    expect(download('late-deliveries-october', 'table').toString()).toBe(`${rows.join('\r\n')}\r\n`);
  });

  it('are JSON, a page, a picture and a table', () => {
    const rows = [
      { name: 'Ann', asks: 'Bob' },
      { name: 'Bob', asks: 'Cid' },
      { name: 'Cid', asks: 'Ann' },
    ];
    expect(JSON.parse(download('team-of-ulm', 'json').toString())).toEqual({ town: 'Ulm', rows });
    expect(download('team-of-ulm', 'page').toString()).toMatch(/^# The team of Ulm\n\n3 people:\n+\| name \| asks \|/);
    expect(download('team-of-ulm', 'picture').toString()).toMatch(/<svg[^]*Ann[^]*<\/svg>/);
    expect(download('team-of-ulm', 'table').toString()).toBe('name,asks\r\nAnn,Bob\r\nBob,Cid\r\nCid,Ann\r\n');
  });
});
