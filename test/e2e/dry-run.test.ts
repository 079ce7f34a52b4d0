import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildConclave, longestProcessorSeconds, runConclave } from './run-conclave.ts';

const folder = mkdtempSync(join(tmpdir(), 'conclave-dry-run-'));
const root = fileURLToPath(new URL('../..', import.meta.url));
const hello = join(root, 'config/samples/hello.yaml');
const mocks = join(root, 'config/mocks/hello.yaml');

beforeAll(() => {
  buildConclave();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
function file(content: string): string {
  const path = join(folder, `${++count}.yaml`);
  writeFileSync(path, content);
  return path;
}

const values = z.record(z.string(), z.unknown());
const stepShape = z.strictObject({
  phase: z.enum(['Succeeded', 'Failed', 'Skipped', 'Waiting', 'Cancelled']),
  reason: z.string().min(1),
  message: z.string().optional(),
  attempts: z.int().min(0),
  history: z.array(values),
  inputs: values,
  outputs: values,
  startedAtSeconds: z.number().optional(),
  finishedAtSeconds: z.number().optional(),
});
const reportShape = z.strictObject({
  phase: z.enum(['Succeeded', 'Failed', 'Cancelled', 'Waiting']),
  reason: z.string().min(1),
  message: z.string().optional(),
  outputs: values,
  order: z.array(z.string()),
  steps: z.record(z.string(), stepShape),
  durationSeconds: z.number(),
  estimatedCostUnits: z.string(),
  estimatedDurationSeconds: z.number(),
  estimate: values,
  waitingFor: z.array(values),
  warnings: z.array(z.looseObject({ code: z.string(), message: z.string() })),
});

describe('conclave dry-run', () => {
  it('runs a sample on its mocks', async () => {
    const inputs = '{"name": "Ada"}';
    const args = ['dry-run', '-f', hello, '--inputs', inputs, '--mocks', mocks, '-o', 'json'];
    const { exitCode, stdout, stderr } = await runConclave({ args });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const report = reportShape.parse(JSON.parse(stdout));
    expect(report).toMatchObject({
      ...{ phase: 'Succeeded', order: ['greet', 'how_loud', 'shout'], outputs: { message: 'HELLO, ADA!' } },
      steps: { greet: { attempts: 2, inputs: { name: 'Ada' } }, how_loud: { outputs: { branch: 'ifTrue' } } },
    });
  });

  it('shows the same as a table', async () => {
    const { stdout } = await runConclave({ args: ['dry-run', '-f', hello, '--mocks', mocks] });
    expect(stdout).toMatch(/^hello: Succeeded after 10 s of virtual time\n/);
    expect(stdout).toMatch(/^greet {5}Succeeded {9}2 {2}x+·+█+$/m);
  });

  it('needs neither inputs nor mocks', async () => {
    expect((await runConclave({ args: ['dry-run', hello] })).exitCode).toBe(0);
  });

  it('ends with 3 where a person has to decide', async () => {
    const head = 'apiVersion: conclave.dev/v1alpha1\nkind: Pipeline\nmetadata: {name: p}\nspec:\n';
    const path = file(`${head}  steps: [{name: ask, type: approval, approvals: [{role: po}]}]`);
    const { exitCode, stdout } = await runConclave({ args: ['dry-run', path, '-o', 'json'] });
    expect(exitCode).toBe(3);
    expect(reportShape.parse(JSON.parse(stdout)).waitingFor).toMatchObject([{ kind: 'decision', name: 'ask' }]);
  });

  it('prints the verdict of validation for a document that is invalid, and ends with 1', async () => {
    const path = join(root, 'config/samples/broken/misspelled-step.yaml');
    const { exitCode, stdout } = await runConclave({ args: ['dry-run', path, '-o', 'json'] });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ valid: false });
  });
});

const deep = (depth: number) => `{a: ${'['.repeat(depth)}${']'.repeat(depth)}}`;
const laughs = ['a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n'];
for (const [index, name] of 'b c d e f g h i'.split(' ').entries())
  laughs.push(
    `${name}: &${name} [${Array(10)
      .fill(`*${'abcdefgh'[index] ?? ''}`)
      .join(', ')}]\n`,
  );

/** What stands in `--mocks`, and the code of a mistake that is told. */
const hostile: readonly (readonly [what: string, content: string, code: string])[] = [
  ['nested 50,000 deep', deep(50_000), 'NestedTooDeep'],
  ['a billion laughs', laughs.join(''), 'ExcessiveAliases'],
  [
    '70,000 steps that there are not',
    Array.from({ length: 70_000 }, (_, index) => `s${index}: {}`).join('\n'),
    'StepNotFound',
  ],
  ['a name of 4 MiB', `? "${'*a'.repeat(2 * 1024 * 1024)}"\n: {}`, 'StepNotFound'],
  ['attempts without end', `greet: {attempts: [${'{},'.repeat(70_000)}]}`, 'TooLong'],
  ['templates without end', `greet: {outputs: {a: [${'"{{a",'.repeat(70_000)}]}}`, 'TemplateInMock'],
  ['prototypes', '__proto__: {outputs: {}}\nconstructor: {outputs: {}}', 'StepNotFound'],
];

describe('conclave dry-run answers to hostile mocks with an error, soon and in bounded memory:', () => {
  it.each(hostile)('%s', async (_, content, code) => {
    const run = await runConclave({ args: ['dry-run', hello, '--mocks', file(content), '-o', 'json'] });
    expect(run.stderr).toBe('');
    expect(run.exitCode).toBe(1);
    expect(run.processorSeconds).toBeLessThan(longestProcessorSeconds);
    expect(run.peakMemoryMiB).toBeLessThan(512);
    expect((JSON.parse(run.stdout) as { errors: object[] }).errors).toContainEqual(expect.objectContaining({ code }));
  });
});
