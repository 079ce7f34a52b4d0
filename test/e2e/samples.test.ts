/** Every sample, as a user runs it: applied to a real cluster whose pods are real, and watched to the end that it promises. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** A cluster that is there already is used as it is, images included. */
const existing = process.env.CONCLAVE_E2E_INSTANCE;
const suffix = randomBytes(3).toString('hex');
const instance = existing ?? `e2e-samples-${suffix}`;
const namespace = `samples-${suffix}`;
const samples = join(root, 'config/samples');
const folder = mkdtempSync(join(tmpdir(), 'conclave-samples-'));

function run(script: string, ...args: string[]): string {
  const command = join(root, 'hack', script);
  const { status, stdout, stderr } = spawnSync(command, ['--instance', instance, ...args], { encoding: 'utf8' });
  expect(status, `hack/${script} ${args.join(' ')}\n${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

const kubectl = (...args: string[]) => run('kubectl', '-n', namespace, ...args);
const kubectlInSystem = (...args: string[]) => run('kubectl', '-n', 'conclave-system', ...args);

interface WorkItem {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: {
    readonly phase: string;
    readonly message?: string;
    readonly outputs?: Readonly<Record<string, unknown>>;
    readonly steps: readonly { readonly path: string; readonly phase: string; readonly reason: string }[];
  };
}

const background: ChildProcess[] = [];

/** Starts a script that goes on; resolves once it has said something. */
function begin(script: string, ...args: string[]): Promise<void> {
  const child = spawn(join(root, 'hack', script), ['--instance', instance, ...args]);
  background.push(child);
  child.stderr.on('data', () => undefined);
  return new Promise((resolve, reject) => {
    child.stdout.on('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`hack/${script} ended with ${code ?? 'a signal'}`)));
  });
}

let workItems: ReadonlyMap<string, WorkItem>;

beforeAll(async () => {
  if (existing === undefined) run('up', '--embedded', '--install');
  await begin('run', '--health-port', '0');
  run('kubectl', 'create', 'namespace', namespace);
  kubectl('apply', '-f', samples);
  kubectl('wait', '--for=jsonpath={.status.finishedAt}', '--timeout=300s', 'workitems', '--all');
  const { items } = JSON.parse(kubectl('get', 'workitems', '-o', 'json')) as { readonly items: readonly WorkItem[] };
  workItems = new Map(items.map((item) => [item.metadata.name, item]));
}, 900_000);

afterAll(() => {
  if (existing !== undefined) run('kubectl', 'delete', 'namespace', namespace);
  for (const child of background) child.kill('SIGTERM');
  if (existing === undefined) run('down');
  rmSync(folder, { recursive: true });
});

const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string;
const urgencies = [
  { subject: 'The site is down', urgency: 3 },
  { subject: 'Thank you', urgency: 1 },
  { subject: 'Invoice', urgency: 2 },
];

/** What each WorkItem gives. */
const outputs: Readonly<Record<string, unknown>> = {
  'hello-ann': { message: 'HELLO, ANN!' },
  'late-deliveries-october': { late: 6, letters: 4, report: digest, table: digest },
  'mending-today': { patience: 3, from: 'memory', asked: [1, 1], picture: 'sketch', told: 'large' },
  'moods-today': { served: 2, alone: 1 },
  'refining-today': { total: 6 },
  'stock-today': { line: '42 boxes in warehouse 7' },
  'team-of-ulm': {
    ...{ json: digest, page: digest, picture: digest, table: digest },
    received: { signed: true, rows: 3 },
  },
  'tickets-of-monday': { complete: 1, tickets: urgencies },
  'train-tiny': { job: expect.stringMatching(/^train-small-1-/) as string, pods: 1 },
};

/** Every object in a list called `steps` or `onExit`. */
function stepsBelow(value: unknown): readonly { readonly type?: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const isList = ['steps', 'onExit'].includes(key) && Array.isArray(inner);
    return [...(isList ? (inner as { type?: string }[]) : []), ...stepsBelow(inner)];
  });
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
    const steps = workItems.get('mending-today')?.status.steps ?? [];
    const state = Object.fromEntries(steps.map(({ path, phase, reason }) => [path, `${phase} ${reason}`]));
    expect(state).toMatchObject({
      ...{ ask_broken: 'Succeeded FallbackUsed', simplify: 'Skipped NotActivated' },
      say_goodbye: 'Succeeded Completed',
    });
  });

  it('leave no model served', () => {
    expect(kubectl('get', 'deployments,services', '-o', 'name')).not.toMatch(/\/mood$/m);
  });
});

describe('what the samples have made', () => {
  const port = 20_000 + (randomBytes(2).readUInt16BE() % 10_000);
  const host = 'conclave-server.conclave-system.svc';
  const authorities = join(folder, 'ca.crt');
  let token: string;

  beforeAll(async () => {
    token = kubectlInSystem('create', 'token', 'conclave-operator').trim();
    const found = kubectlInSystem('get', 'configmap', 'conclave-ca', '-o', String.raw`jsonpath={.data.ca\.crt}`);
    writeFileSync(authorities, found);
    const target = ['service/conclave-server', `${port}:8443`];
    await begin('kubectl', '-n', 'conclave-system', 'port-forward', ...target);
  });

  /** An artifact that an output of a WorkItem names, as the server gives it. */
  function download(name: string, output: string): Buffer {
    const { metadata, status } = workItems.get(name)!;
    const query = `namespace=${namespace}&workItem=${metadata.uid}`;
    const url = `https://${host}:${port}/v1/artifacts/${String(status.outputs?.[output])}?${query}`;
    const { stdout, stderr } = spawnSync('curl', [
      ...['--silent', '--show-error', '--fail', '--cacert', authorities],
      ...['--resolve', `${host}:${port}:127.0.0.1`, '--header', `Authorization: Bearer ${token}`, url],
    ]);
    expect(stderr.toString()).toBe('');
    return stdout;
  }

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
