import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { parseDocuments } from '../../core/document/parse-documents.ts';
import { runCli } from '../run-cli.ts';
import { runCommandLine } from '../../testing/run-command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'conclave-dry-run-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
function file(content: string | object): string {
  const path = join(folder, `${++count}.yaml`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const investigation = fileURLToPath(new URL('../../testing/examples/investigation.yaml', import.meta.url));
const hello = fileURLToPath(new URL('../../../../config/samples/hello.yaml', import.meta.url));

const apiVersion = 'conclave.dev/v1alpha1';
const aPipeline = (name: string, spec: object) => ({ apiVersion, kind: 'Pipeline', metadata: { name }, spec });
const aWorkItem = (name: string, spec: object) => ({ apiVersion, kind: 'WorkItem', metadata: { name }, spec });
const list = (...items: object[]) => file({ apiVersion: 'v1', kind: 'List', items });

const step = { name: 'greet', type: 'function', method: 'greet', inputs: { name: { from: '{{input.name}}' } } };
const outputs = { text: { from: '{{greet.text}}' } };
const greeting = aPipeline('greeting', { parameters: [{ name: 'name' }], steps: [step], outputs });
const gated = aPipeline('gated', {
  steps: [{ name: 'release', type: 'approval', approvals: [{ role: 'po' }] }],
});

const dryRun = (...words: string[]) => runCommandLine(['dry-run', ...words]);
async function report(...words: string[]) {
  const { exitCode, out, err } = await dryRun(...words, '-o', 'json');
  return { exitCode, err, report: JSON.parse(out) as Record<string, never> };
}

describe('conclave dry-run', () => {
  test('prints the report as JSON, and ends with 0 when the run succeeds', async () => {
    const mocks = file({ greet: { outputs: { text: 'Hello, Ada!' } } });
    const {
      exitCode,
      err,
      report: told,
    } = await report('-f', file(greeting), '--inputs', '{"name": "Ada"}', '--mocks', mocks);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(told).toMatchObject({
      ...{ phase: 'Succeeded', outputs: { text: 'Hello, Ada!' }, order: ['greet'], durationSeconds: 1 },
      steps: {
        greet: {
          ...{ phase: 'Succeeded', reason: 'Completed', attempts: 1, inputs: { name: 'Ada' } },
          ...{ outputs: { text: 'Hello, Ada!' }, startedAtSeconds: 0, finishedAtSeconds: 1 },
        },
      },
      estimatedCostUnits: expect.any(String) as string,
      estimatedDurationSeconds: expect.any(Number) as number,
    });
  });

  test('prints the same as YAML', async () => {
    const words = ['-f', file(greeting), '--inputs', '{"name": "Ada"}'];
    const { out } = await dryRun(...words, '-o', 'yaml');
    expect(parseDocuments(out).documents[0]?.value).toEqual((await report(...words)).report);
  });

  test('warns of what only a cluster knows, and goes on', async () => {
    const { exitCode, report: told } = await report('-f', file(greeting), '--inputs', '{"name": "Ada"}');
    expect(exitCode).toBe(0);
    expect(told['warnings']).toContainEqual(
      expect.objectContaining({ code: 'MethodNotFound', path: 'spec.steps[0].method', line: 1 }),
    );
  });

  test('ends with 1 when the run fails', async () => {
    const mocks = file({ greet: { error: { message: 'nobody there', retryable: false } } });
    const { exitCode, report: told } = await report(
      '-f',
      file(greeting),
      '--inputs',
      '{"name": "Ada"}',
      '--mocks',
      mocks,
    );
    expect([exitCode, told['phase'], told['message']]).toEqual([
      ...[1, 'Failed', 'greet failed: attempt 1 of 1 failed: Failed: nobody there'],
    ]);
  });

  test('ends with 3 when nobody decides, and with 0 when somebody does', async () => {
    const path = file(gated);
    expect((await report('-f', path)).exitCode).toBe(3);
    expect((await report('-f', path, '--mocks', file({ approvals: { release: 'approved' } }))).exitCode).toBe(0);
    expect((await report('-f', path, '--mocks', file({ approvals: { release: 'rejected' } }))).exitCode).toBe(1);
  });

  test('ends with 3 when nobody takes the action that is next, and with 0 when somebody does', async () => {
    const delivered = { lifecycle: { preset: 'delivery' }, parameters: [{ name: 'name' }] };
    const path = file(aPipeline('led', { ...delivered, steps: [{ ...step, inState: ['Draft'] }] }));
    const actions = { submit: 'done', request_review: 'done', approve: 'done', deploy: 'done' };
    const mocks = (more: object) => ['--inputs', '{"name": "Ada"}', '--mocks', file({ actions, ...more })];
    expect((await report('-f', path, ...mocks({ actions: { submit: 'done' } }))).exitCode).toBe(3);
    const approvals = { deploy: 'approved' };
    expect((await report('-f', path, ...mocks({ approvals }))).exitCode).toBe(0);
    const forbids = { apiVersion, kind: 'Tenant', metadata: { name: 'default' }, spec: {} };
    const { exitCode, report: told } = await report('-f', path, '-f', file(forbids), ...mocks({ approvals }));
    expect([exitCode, told['message']]).toEqual([3, expect.stringContaining('nothing may reach production here')]);
  });

  test('takes a document in the canonical form', async () => {
    const mocks = { analyze_behavioral_patterns: { outputs: { behavioral_analysis: {}, risk_score: 0.2 } } };
    const { exitCode, report: told } = await report('-f', investigation, '--mocks', file(mocks));
    expect(exitCode).toBe(0);
    expect(told['order']).toContain('standard_report');
    expect(told['order']).not.toContain('deep_dive');
  });

  test('takes inputs and mocks from standard input and files', async () => {
    const { exitCode, out } = await runCommandLine(
      ['dry-run', file(greeting), '--inputs', '-', '-o', 'json'],
      'name: Ada',
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ steps: { greet: { inputs: { name: 'Ada' } } } });
  });

  test('takes Methods, roles and inputs from beside the Pipeline', async () => {
    const schema = { type: 'object', properties: { text: { const: 'Servus' } }, required: ['text'] };
    const method = {
      ...{ apiVersion, kind: 'Method', metadata: { name: 'greet' } },
      spec: { type: 'image', image: { image: 'greet:1' }, outputs: schema },
    };
    const workItem = aWorkItem('hers', { pipelineRef: { name: 'greeting' }, inputs: { name: 'Ada' } });
    const { exitCode, report: told } = await report('-f', list(greeting, method, workItem));
    expect(exitCode).toBe(0);
    expect(told).toMatchObject({ outputs: { text: 'Servus' }, steps: { greet: { inputs: { name: 'Ada' } } } });
    expect(told['warnings']).toEqual([]);
  });

  test('lets inputs of the command line go over those of the WorkItem', async () => {
    const workItem = aWorkItem('hers', { pipelineRef: { name: 'greeting' }, inputs: { name: 'Ada' } });
    const { report: told } = await report('-f', list(greeting, workItem), '--inputs', '{"name": "Bob"}');
    expect(told).toMatchObject({ steps: { greet: { inputs: { name: 'Bob' } } } });
  });

  test('runs the pipeline of a WorkItem', async () => {
    const workItem = aWorkItem('own', { pipelineSpec: greeting.spec, inputs: { name: 'Ada' } });
    expect((await report('-f', file(workItem))).report).toMatchObject({ phase: 'Succeeded' });
  });

  test('runs the one that is named of several', async () => {
    const path = list(greeting, gated, aWorkItem('own', { pipelineSpec: gated.spec }));
    expect((await report('-f', path, '--pipeline', 'greeting')).report['phase']).toBe('Succeeded');
    expect((await report('-f', path, '--work-item', 'own')).report['phase']).toBe('Waiting');
  });

  test('takes the inputs of the WorkItem that is named', async () => {
    const items = ['Ada', 'Bob'].map((name) =>
      aWorkItem(name.toLowerCase(), { pipelineRef: { name: 'greeting' }, inputs: { name } }),
    );
    const { report: told } = await report('-f', list(greeting, ...items), '--work-item', 'bob');
    expect(told).toMatchObject({ steps: { greet: { inputs: { name: 'Bob' } } } });
  });

  test('runs every step of a replay, and says so', async () => {
    const replay = { workItemName: 'before', fromStep: 'greet' };
    const workItem = aWorkItem('again', { pipelineRef: { name: 'greeting' }, inputs: { name: 'Ada' }, replay });
    const { report: told } = await report('-f', list(greeting, workItem));
    expect(told).toMatchObject({ phase: 'Succeeded', warnings: [{ code: 'ReplayIgnored' }, {}] });
  });

  test('says what is wrong with an invalid document, and runs nothing', async () => {
    const path = file(aPipeline('bad', { ...greeting.spec, steps: [{ ...step, dependsOn: ['nobody'] }] }));
    const { exitCode, report: told } = await report('-f', path);
    expect(exitCode).toBe(1);
    expect(told).toMatchObject({ valid: false, errors: [{ code: 'StepNotFound', level: 3, file: path }] });
    const asText = await dryRun('-f', path);
    expect(asText).toMatchObject({ exitCode: 1, out: '' });
    expect(asText.err).toContain("error: Step 'nobody' not found. Steps: greet");
  });

  test('says where the mocks are wrong', async () => {
    const mocks = file('greet:\n  outputs:\n    text: hi\ngret:\n  outputs: {}\n');
    const { exitCode, err } = await dryRun('-f', file(greeting), '--mocks', mocks);
    expect(exitCode).toBe(1);
    expect(err).toContain(`${mocks}:4:1: error: Step 'gret' not found. Steps: greet [StepNotFound] (gret)`);
    expect(err).toContain('hint: did you mean greet?');
  });

  test('says where a mock does not fit the schema of its step', async () => {
    const spec = { type: 'image', image: { image: 'i' }, outputs: { properties: { text: { type: 'string' } } } };
    const method = { apiVersion, kind: 'Method', metadata: { name: 'greet' }, spec };
    const mocks = file('greet:\n  outputs:\n    text: 5\n');
    const { exitCode, report: told } = await report('-f', list(greeting, method), '--mocks', mocks);
    expect(exitCode).toBe(1);
    expect(told['errors']).toMatchObject([
      { code: 'MockMisfit', file: mocks, line: 3, column: 11, path: 'greet.outputs.text' },
    ]);
  });

  test.each<[string, () => string[], number, string]>([
    ['no file', () => [], 2, 'no file is named'],
    ['a file that is not there', () => ['-f', 'nowhere.yaml'], 2, 'cannot read nowhere.yaml'],
    ['mocks that are not there', () => ['-f', hello, '--mocks', 'nowhere.yaml'], 2, 'cannot read nowhere.yaml'],
    ['inputs that are no JSON', () => ['-f', hello, '--inputs', '{"a"'], 2, '--inputs is no JSON'],
    ['inputs that are a list', () => ['-f', hello, '--inputs', file('[1]')], 1, 'inputs must be an object'],
    ['mocks that are nothing', () => ['-f', hello, '--mocks', file('')], 1, 'the file holds nothing'],
    ['two documents of mocks', () => ['-f', hello, '--mocks', file('a: 1\n---\nb: 1')], 1, 'more than one document'],
    ['mocks that are no YAML', () => ['-f', hello, '--mocks', file('{')], 1, 'InvalidYaml'],
    ['an unknown format', () => ['-f', hello, '-o', 'xml'], 2, 'xml'],
    ['a file without a Pipeline', () => ['-f', file(aWorkItem('w', { pipelineRef: { name: 'p' } }))], 1, 'no Pipeline'],
    ['two Pipelines', () => ['-f', list(greeting, gated)], 2, '--pipeline greeting or --pipeline gated'],
    ['a Pipeline that is not there', () => ['-f', hello, '--pipeline', 'hallo'], 2, 'did you mean hello?'],
    ['a WorkItem that is not there', () => ['-f', hello, '--work-item', 'w'], 2, 'the files hold no WorkItem'],
    [
      'two WorkItems of one Pipeline',
      () => {
        const ada = { pipelineRef: { name: 'greeting' }, inputs: { name: 'Ada' } };
        return ['-f', list(greeting, aWorkItem('a', ada), aWorkItem('b', ada))];
      },
      ...([2, '--work-item a or --work-item b'] as const),
    ],
  ])('%s', async (_, words, exitCode, message) => {
    const told = await dryRun(...words());
    expect(told.exitCode).toBe(exitCode);
    expect(told.err).toContain(message);
  });
});

describe('the table of a dry-run', () => {
  test('shows a line of time for each step, why others did not run, and what came out', async () => {
    const mocks = file({ greet: { outputs: { greeting: 'Hello, Ada!', letters: 3 }, durationSeconds: 3 } });
    const { out, exitCode } = await dryRun('-f', hello, '--inputs', '{"name": "Ada"}', '--mocks', mocks);
    expect(exitCode).toBe(0);
    const [title, , ...rows] = out.split('\n');
    expect(title).toBe('hello: Succeeded after 4 s of virtual time');
    expect(rows.slice(0, 5)).toEqual([
      'STEP      PHASE      ATTEMPTS  0 s                    2 s                    4 s',
      'greet     Succeeded         1  █████████████████████████████████████',
      'how_loud  Succeeded         -                                       ────────────',
      'shout     Succeeded         1                                       ████████████',
      '█ an attempt runs  ─ its parts run',
    ]);
    expect(out).toContain('outputs:\n  message: shout.text\n');
    expect(out).toMatch(/estimate for a cluster: at most \S+ cost units and .+\n/);
  });

  test('says why a run failed and what was tried', async () => {
    const { out } = await dryRun(
      '-f',
      file(greeting),
      '--inputs',
      '{"name": "Ada"}',
      '--mocks',
      file({ greet: { error: { message: 'busy' } } }),
    );
    expect(out).toMatch(
      /^greeting: Failed after 9 s of virtual time\n {2}StepFailed: greet failed: attempt 3 of 3 failed/,
    );
    expect(out).toMatch(
      /^greet {2}Failed {12}3 {2}x+·+x+·+x+\n {2}AttemptsExhausted: attempt 3 of 3 failed: Failed: busy$/m,
    );
  });

  test('says what a run waits for', async () => {
    const { out } = await dryRun('-f', file(gated));
    expect(out).toContain('waits for decision release: waits for 1 approval at the gate release: po');
  });

  test('lets no name steer the terminal', async () => {
    const pipeline = aPipeline('p', {
      steps: [{ name: 'a', type: 'function', method: 'm' }],
      outputs: { o: { value: '\u001b[2J' } },
    });
    const { out } = await dryRun('-f', file(pipeline));
    expect(out).not.toContain('\u001b');
  });

  test('shows outputs and messages without end only in part', async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`o${index}`, { value: index }]));
    const { out } = await dryRun(
      '-f',
      file(aPipeline('p', { steps: [{ name: 'a', type: 'function', method: 'm' }], outputs: many })),
    );
    expect(out).toContain('  o39: 39\n  …\n');
    expect(out).not.toContain('o40');
  });

  test('clips long paths at their beginning, and uses the width of the terminal', async () => {
    const name = `${'very_'.repeat(8)}long_name`;
    const path = file(
      aPipeline('p', {
        steps: [
          { name, type: 'function', method: 'm', onError: { fallbackStep: 'b' } },
          { name: 'b', type: 'function', method: 'm', isChild: true },
        ],
      }),
    );
    const lines: string[] = [];
    const terminal = {
      input: (async function* () {})(),
      out: (text: string) => lines.push(...text.split('\n')),
      err: () => undefined,
      colours: { out: true, err: true },
      columns: 120,
    };
    expect(await runCli({ words: ['dry-run', path], version: '1', terminal })).toBe(0);
    const row = lines.find((line) => line.includes('long_name'));
    expect(row).toMatch(/^…ry_.*long_name {2}Succeeded {9}1 {2}█+$/);
    expect(row).toHaveLength(120);
    expect(lines.some((line) => line.includes('\u001b[2mSkipped\u001b[22m    nothing activated it'))).toBe(true);
  });

  test('shows no more than 400 steps', async () => {
    const steps = Array.from({ length: 450 }, (_, index) => ({ name: `s${index}`, type: 'function', method: 'm' }));
    const { out } = await dryRun('-f', file(aPipeline('p', { steps })));
    expect(out).toContain('and 50 more steps: see -o json');
  });
});
