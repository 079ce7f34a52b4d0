import { randomBytes } from 'node:crypto';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildConclave, longestProcessorSeconds, runConclave } from './run-conclave.ts';

const folder = mkdtempSync(join(tmpdir(), 'conclave-validate-'));

beforeAll(() => {
  buildConclave();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
function file(content: string | Buffer, name = `${++count}.yaml`): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const head = 'apiVersion: conclave.dev/v1alpha1\nkind: Pipeline\nmetadata: {name: demo}\nspec:\n';
const good = `${head}  steps:\n    - {name: a, type: validation, checks: {}}\n`;
const bad = `${head}  steps:\n    - name: a\n      type: crawlr\n    - name: b\n      type: crawler\n      methd: yes\n`;

const finding = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Za-z]+$/),
  level: z.literal([1, 2, 3, 4]),
  file: z.string(),
  line: z.int().min(1),
  column: z.int().min(1),
  path: z.string(),
  message: z.string().min(1),
  hint: z.string().min(1).optional(),
});
const estimatedRun = z.strictObject({
  kind: z.enum(['Pipeline', 'WorkItem']),
  name: z.string(),
  file: z.string(),
  estimatedCostUnits: z.string(),
  estimatedDurationMinutes: z.int(),
  estimate: z.looseObject({}),
});
const reportShape = z.strictObject({
  valid: z.boolean(),
  errors: z.array(finding),
  warnings: z.array(finding),
  notes: z.array(finding),
  estimatedCostUnits: z.string().optional(),
  estimatedDurationMinutes: z.int().optional(),
  estimates: z.array(estimatedRun).optional(),
  files: z.int(),
  documents: z.int(),
});
const failureShape = z.strictObject({
  error: z.strictObject({ code: z.int(), reason: z.string(), message: z.string(), hint: z.string().optional() }),
});

describe('conclave validate', () => {
  it('ends with 0 and says how much it looked at when all is good', async () => {
    const { exitCode, stdout, stderr } = await runConclave({ args: ['validate', '-f', file(good)] });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: 'valid: no mistakes (1 document in 1 file)\na run of demo: at most 0 cost units and 0 minutes\n',
      stderr: '',
    });
  });

  it('tells every mistake with file, line, column and hint, and ends with 1', async () => {
    const path = file(bad);
    const { exitCode, stdout } = await runConclave({ args: ['validate', '-f', path] });
    expect(stdout.split('\n')).toEqual([
      `${path}:1:1: note: what it refers to, its data flow and what it takes were not checked, because it does not fit its schema [FurtherChecksSkipped]`,
      '  hint: mend the errors of its schema first',
      `${path}:7:13: error: unknown type "crawlr" [UnknownType] (spec.steps[0].type)`,
      '  hint: did you mean crawler?',
      `${path}:8:7: error: method is required [RequiredField] (spec.steps[1].method)`,
      '  hint: Method to call: its `spec.id`, or its name with `_` for `-`. May contain templates.',
      `${path}:10:7: error: unknown field "methd" [UnknownField] (spec.steps[1].methd)`,
      '  hint: did you mean method?',
      `${path}:10:14: warning: \`yes\` without quotes is read as true [BooleanWord] (spec.steps[1].methd)`,
      '  hint: write true, or "yes" for the word',
      'invalid: 3 errors, 1 warning, 1 note (1 document in 1 file)',
      '',
    ]);
    expect(exitCode).toBe(1);
  });

  it('answers in JSON of a fixed shape', async () => {
    const path = file(`${bad}---\napiVersion: apps/v1\nkind: Deployment\n`);
    const { exitCode, stdout } = await runConclave({ args: ['validate', path, '-o', 'json'] });
    const report = reportShape.parse(JSON.parse(stdout));
    expect(report).toMatchObject({ valid: false, files: 1, documents: 2 });
    expect(report.errors).toHaveLength(3);
    expect(report.errors[0]).toEqual({
      code: 'UnknownType',
      level: 1,
      file: path,
      line: 7,
      column: 13,
      path: 'spec.steps[0].type',
      message: 'unknown type "crawlr"',
      hint: 'did you mean crawler?',
    });
    expect(report.warnings.map(({ code }) => code)).toEqual(['BooleanWord']);
    expect(report.notes).toMatchObject([
      { code: 'FurtherChecksSkipped', line: 1 },
      { code: 'OtherGroup', line: 12, column: 1, path: '' },
    ]);
    expect(exitCode).toBe(1);
  });

  it('takes files as the world of each other, and says of what is not there that a cluster must have it', async () => {
    const method = `apiVersion: conclave.dev/v1alpha1\nkind: Method\nmetadata: {name: look-up}\nspec:\n  type: http\n  costUnits: '0.5'\n  http: {url: 'https://example.com'}\n  inputs: {type: object, required: [who], properties: {who: {type: string}}}\n`;
    const caller = (name: string, inputs: string) =>
      `    - {name: ${name}, type: crawler, method: look_up, inputs: ${inputs}}\n`;
    const steps = `${head}  steps:\n${caller('a', '{who: {value: Ada}}')}${caller('b', '{who: {value: 3}}')}`;
    const alone = await runConclave({ args: ['validate', file(steps), '-o', 'json'] });
    expect(alone.exitCode).toBe(0);
    expect(reportShape.parse(JSON.parse(alone.stdout)).warnings.map(({ code, level }) => [code, level])).toEqual([
      ['MethodNotFound', 2],
      ['MethodNotFound', 2],
    ]);
    const together = await runConclave({ args: ['validate', file(steps), file(method), '-o', 'json'] });
    expect(together.exitCode).toBe(1);
    expect(reportShape.parse(JSON.parse(together.stdout))).toMatchObject({
      errors: [{ code: 'InputMismatch', level: 3, line: 7, path: 'spec.steps[1].inputs.who.value' }],
      warnings: [],
      estimates: [{ kind: 'Pipeline', name: 'demo' }],
    });
  });

  it('marks the place in an expression on lines of its own', async () => {
    const path = file(`${head}  steps:\n    - {name: a, type: validation, checks: {}, when: '1 +'}\n`);
    const { stdout } = await runConclave({ args: ['validate', path] });
    expect(stdout).toContain(
      `${path}:6:53: error: Unexpected token: the end [InvalidExpression] (spec.steps[0].when)\n  >    1 | 1 +\n              ^\n  hint: `,
    );
  });

  it('finds no error in the example of the canonical form, and speaks of it in its own words', async () => {
    const example = join(import.meta.dirname, '../../operator/src/testing/examples/investigation.yaml');
    const { exitCode, stdout } = await runConclave({ args: ['validate', example, '-o', 'json'] });
    const report = reportShape.parse(JSON.parse(stdout));
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({
      ...{ valid: true, errors: [], notes: [] },
      ...{ estimatedCostUnits: '25', estimatedDurationMinutes: 15, files: 1, documents: 1 },
    });
    const others = report.warnings.filter(({ level }) => level !== 2);
    expect(others.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'AssetNotRecorded steps[8].assets[0]',
      'AssetNotRecorded steps[8].assets[1]',
      'AssetConflict steps[9].outputs.sentiment_scores',
      'RuntimeDiffers steps[11].runtime',
    ]);
  });

  it('reads standard input, JSON too', async () => {
    const json = { apiVersion: 'conclave.dev/v1alpha1', kind: 'Tenant', metadata: { name: 'other' }, spec: {} };
    const { exitCode, stdout } = await runConclave({ args: ['validate', '-f', '-'], input: [JSON.stringify(json)] });
    expect(stdout).toContain('-:1:1: error: a namespace has one Tenant, and its name is default [RuleViolated]\n');
    expect(exitCode).toBe(1);
  });

  it('reads folders below, in order, without what is hidden and without following links to folders', async () => {
    const below = join(folder, 'tree');
    for (const name of ['b', 'b/c', '.hidden', 'node_modules']) mkdirSync(join(below, name), { recursive: true });
    for (const name of ['a.yml', 'b/c/d.JSON', 'b/e.yaml']) file('kind: Pipeline', join('tree', name));
    for (const name of ['.hidden/x.yaml', 'node_modules/x.yaml', 'b/x.txt']) file('kind: Pipeline', join('tree', name));
    symlinkSync(below, join(below, 'b/loop'));
    const { stdout } = await runConclave({ args: ['validate', '-R', '-f', 'tree', '-o', 'json'], cwd: folder });
    const { errors, files } = reportShape.parse(JSON.parse(stdout));
    expect(errors.map((error) => error.file)).toEqual(['tree/a.yml', 'tree/b/e.yaml', 'tree/b/c/d.JSON']);
    expect(files).toBe(3);
  });

  it('takes an empty file among others, but not alone', async () => {
    const empty = file('# nothing\n');
    expect((await runConclave({ args: ['validate', empty, file(good)] })).exitCode).toBe(0);
    expect((await runConclave({ args: ['validate', empty] })).exitCode).toBe(1);
  });

  it.each([
    [
      'a file that is not there',
      ['validate', 'absent.yaml'],
      'cannot read absent.yaml: there is no such file or folder',
    ],
    ['a folder without files', ['validate', '.git-none'], 'cannot read .git-none: there is no such file or folder'],
    ['no file', ['validate'], 'no file is named'],
    [
      'a wrong format',
      ['validate', 'x', '-o', 'xml'],
      "option '-o, --output <format>' argument 'xml' is invalid. Allowed choices are text, json.",
    ],
    ['a wrong option', ['validate', '--fil', 'x'], "unknown option '--fil'"],
    ['an unknown command', ['validte'], "unknown command 'validte'"],
  ])('ends with 2 for %s', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await runConclave({ args, cwd: folder });
    expect(stderr.split('\n')[0]).toBe(`error: ${message}`);
    expect(stderr).toContain('\n  hint: ');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });

  it('tells failures in JSON when it is asked for JSON, and nothing beside', async () => {
    for (const args of [['validate', 'absent.yaml', good], ['validate'], ['validate', '--fil'], ['validte']]) {
      const { exitCode, stdout, stderr } = await runConclave({ args: [...args, '-o', 'json'], cwd: folder });
      expect(failureShape.parse(JSON.parse(stdout)).error.code).toBe(409);
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    }
  });

  it('tells what it found in the other files when one cannot be read', async () => {
    const { exitCode, stdout, stderr } = await runConclave({ args: ['validate', file(bad), '/proc/self/mem'] });
    expect(stdout).toContain('unknown type "crawlr"');
    expect(stderr).toContain('cannot read /proc/self/mem');
    expect(exitCode).toBe(2);
  });

  it('keeps its exit code when its reader goes away', async () => {
    const many = file(`${head}${Array.from({ length: 900 }, (_, index) => `  unknown${index}: 1\n`).join('')}`);
    const { exitCode, stdout } = await runConclave({ args: ['validate', many] });
    expect([exitCode, stdout.length > 65_536]).toEqual([1, true]);
    const { spawnSync } = await import('node:child_process');
    const cli = join(import.meta.dirname, '../../dist/cmd/cli.js');
    const script = `"${process.execPath}" "${cli}" validate "${many}" | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout: piped, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(piped.trim().split('\n').at(-1)).toBe('1');
    expect(stderr).toBe('');
  });

  it('lets no file steer the terminal', async () => {
    const path = file(`${head}  "\\e[2J\\u202e": 1\n`);
    const { stdout } = await runConclave({ args: ['validate', path], env: { FORCE_COLOR: '0' } });
    expect(stdout).toContain('unknown field');
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});

describe('conclave', () => {
  it('lists its commands', async () => {
    const { exitCode, stdout } = await runConclave({ args: ['--help'] });
    expect(stdout).toMatch(/^Usage: conclave <command>/);
    expect(stdout).toMatch(/^ {2}validate +check files before anything is applied$/m);
    expect(exitCode).toBe(0);
  });

  it('explains a command by example', async () => {
    const { exitCode, stdout } = await runConclave({ args: ['help', 'validate'] });
    expect(stdout).toContain('conclave validate -f pipeline.yaml');
    expect(stdout).toContain('Exit codes: 0 valid, 1 invalid, 2 wrong usage or unreadable.');
    expect(exitCode).toBe(0);
  });

  it('tells its version', async () => {
    const { stdout } = await runConclave({ args: ['version', '-o', 'json'] });
    expect(JSON.parse(stdout)).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      apiVersion: 'conclave.dev/v1alpha1',
      node: process.versions.node,
    });
  });
});

const MiB = 1024 * 1024;
const repeat = (piece: string, length: number) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
const numbered = (howMany: number, render: (index: number) => string) =>
  Array.from({ length: howMany }, (_, index) => render(index)).join('');
const laughs = [
  'a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n',
  ...'b c d e f g h i'.split(' ').map(
    (name, index) =>
      `${name}: &${name} [${Array(10)
        .fill(`*${'abcdefgh'[index] ?? ''}`)
        .join(', ')}]\n`,
  ),
].join('');

/** A sparse file: it takes no room on the disk. */
function hugeFile(bytes: number): string {
  const path = join(folder, 'huge.yaml');
  const handle = openSync(path, 'w');
  ftruncateSync(handle, bytes);
  closeSync(handle);
  return path;
}

/** Each text, and the code of one issue that must be among those told. */
const hostile: readonly (readonly [what: string, content: string | Buffer, code: string])[] = [
  ['random bytes', randomBytes(MiB), 'BinaryFile'],
  ['a program', Buffer.concat([Buffer.from('\x7fELF\x02\x01'), Buffer.alloc(4 * MiB)]), 'BinaryFile'],
  ['UTF-16', Buffer.from('\ufeffkind: Pipeline', 'utf16le'), 'InvalidEncoding'],
  ['broken UTF-8', Buffer.concat([Buffer.from(repeat('a: é\n', 4 * MiB)), Buffer.from([0xc3])]), 'InvalidEncoding'],
  ['brackets nested 100,000 deep', '['.repeat(100_000), 'NestedTooDeep'],
  ['braces nested 100,000 deep', '{"a":'.repeat(100_000), 'NestedTooDeep'],
  ['dashes nested 100,000 deep', `${'- '.repeat(100_000)}x`, 'NestedTooDeep'],
  ['a billion laughs', laughs, 'ExcessiveAliases'],
  [
    'a billion laughs by merge keys',
    laughs
      .replaceAll('[', '{<<: [')
      .replaceAll(']', ']}')
      .replace('{<<: [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]}', '{x: 1}'),
    'ExcessiveAliases',
  ],
  ['an anchor that contains itself', 'a: &a\n  - &b {c: *a}\n', 'AnchorCycle'],
  ['200,000 aliases of long text', `a: &a ${'x'.repeat(MiB)}\nb:\n${'- *a\n'.repeat(200_000)}`, 'ExcessiveAliases'],
  ['100,000 duplicate keys', 'a: 1\n'.repeat(100_000), 'DuplicateKey'],
  ['a key of 4 MiB', `${head}  ? ${'k'.repeat(4 * MiB)}\n  : 1\n`, 'UnknownField'],
  ['a value of 4 MiB', `${head}  description: ${'v'.repeat(4 * MiB)}\n`, 'TooLong'],
  [
    'tags of other languages',
    'a: !!js/function "function () { process.exit(0) }"\nb: !!python/object/apply:os.system [ls]\n',
    'InvalidScalar',
  ],
  ['prototypes', `${head}  __proto__: {steps: []}\n  constructor: {prototype: {polluted: 1}}\n`, 'UnknownField'],
  ['an object of 200,000 values', `${head}  inputs: [${'1,'.repeat(200_000)}]`, 'DocumentTooLarge'],
  ['4 MiB of brackets', repeat('[]{},', 4 * MiB), 'FileTooLarge'],
  ['70,000 unknown fields', `${head}${numbered(70_000, (index) => `  k${index}: 1\n`)}`, 'TooManyIssues'],
  [
    '70,000 bad labels',
    `${head.replace('{name: demo}', `{name: demo, labels: {${numbered(70_000, (index) => `"${index} ": 1,`)}}}`)}  steps: []\n`,
    'TooManyIssues',
  ],
  ['70,000 steps that are none', `${head}  steps:\n${'  - 1\n'.repeat(70_000)}`, 'TooLong'],
  [
    '20,000 steps of a type that there is not',
    `${head}  steps:\n${numbered(20_000, (index) => `  - {name: s${index}, type: crawlr}\n`)}`,
    'TooLong',
  ],
  [
    '1,000 steps with every mistake',
    `${head}  steps:\n${numbered(1000, (index) => `  - {name: "${index}", type: llm_flow, dependsOn: [${'x,'.repeat(60)}], depends_on: 1, onEror: 2, inputs: {a: 1}}\n`)}`,
    'TooManyIssues',
  ],
  [
    '10,000 steps in blocks inside each other',
    `${head}  steps:\n${numbered(40, (group) => `    - name: g${group}\n      type: parallel_group\n      steps:\n${numbered(250, (index) => `        - {name: s${group}_${index}, type: validation, checks: {}, dependsOn: [s${group}_${index + 1}]}\n`)}`)}`,
    'StepNotFound',
  ],
  [
    '1,000 steps that each depend on 64 others',
    `${head}  steps:\n${numbered(1000, (index) => `    - {name: s${index}, type: validation, checks: {}, dependsOn: [${Array.from({ length: Math.min(64, index) }, (_, back) => `s${index - back - 1}`).join(', ')}], when: "{{s0.nothing}} > 1"}\n`)}`,
    'FieldNotFound',
  ],
  [
    'a knot of 1,000 steps that all wait for each other',
    `${head}  steps:\n${numbered(1000, (index) => `    - {name: s${index}, type: validation, checks: {}, dependsOn: [${Array.from({ length: 20 }, (_, on) => `s${(index * 7 + on * 53 + 1) % 1000}`).join(', ')}]}\n`)}`,
    'DependencyCycle',
  ],
  [
    '1,000 steps that write one asset',
    `${head}  steps:\n${numbered(1000, (index) => `    - {name: s${index}, type: data_transform, asset: same, when: '1 +'}\n`)}`,
    'AssetConflict',
  ],
  [
    '20,000 references to steps that are not there',
    `${head}  outputs: {all: {from: [${numbered(10_000, () => "'{{a.b}} {{c.d}}', ")}]}}\n  steps:\n${numbered(1000, (index) => `    - {name: s${index}, type: validation, checks: {}}\n`)}`,
    'TooManyIssues',
  ],
  ['10,000 documents', 'a: 1\n---\n'.repeat(10_000), 'RequiredField'],
  ['100,000 documents', 'a: 1\n---\n'.repeat(100_000), 'FileTooLarge'],
  ['100,000 JSON objects in a row', '{"a":1}'.repeat(100_000), 'FileTooLarge'],
  ['a quote that does not end', `{"a": "${'\\\\'.repeat(2 * MiB)}`, 'InvalidYaml'],
  ['5 MiB on one line', `a: ${'b '.repeat(2 * MiB)}: c`, 'InvalidYaml'],
  ['5 MiB of comments', repeat('# comment\n', 5 * MiB), 'EmptyFile'],
  ['2,000 documents that are no YAML', '---\n{\n'.repeat(2000), 'TooManyIssues'],
];

describe('conclave validate answers to hostile files with an error, soon and in bounded memory:', () => {
  /** Whoever runs out of patience and of half a GiB of memory shall get an answer. */
  async function expectAnswer(args: readonly string[], input?: Iterable<string | Buffer>) {
    const run = await runConclave({ args: ['validate', '-o', 'json', ...args], ...(input !== undefined && { input }) });
    expect(run.stderr).toBe('');
    expect(run.exitCode).toBe(1);
    expect(run.processorSeconds).toBeLessThan(longestProcessorSeconds);
    expect(run.peakMemoryMiB).toBeLessThan(512);
    const { errors, warnings } = reportShape.parse(JSON.parse(run.stdout));
    return [...errors, ...warnings].map(({ code }) => code);
  }

  it.each(hostile)('%s', async (_, content, code) => {
    expect(await expectAnswer([file(content)])).toContain(code);
  });

  it('a file of 50 MiB, without reading it', async () => {
    expect(await expectAnswer([hugeFile(50 * MiB)])).toEqual(['FileTooLarge']);
  });

  it('a device without end', async () => {
    expect(await expectAnswer(['/dev/zero'])).toEqual(['FileTooLarge']);
  });

  it('standard input without end', async () => {
    function* endless() {
      for (;;) yield 'a: b\n'.repeat(10_000);
    }
    expect(await expectAnswer(['-'], endless())).toEqual(['FileTooLarge']);
  });
});
