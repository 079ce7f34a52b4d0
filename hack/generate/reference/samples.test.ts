import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSamples } from './samples.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/samples-`);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('a sample is found by its kind, as it was written, in the order of file names', () => {
  writeFileSync(`${folder}/b.yaml`, '# Second.\nkind: Pipeline\n');
  writeFileSync(`${folder}/a.yaml`, 'kind: Model\n---\n# First.\nkind: Pipeline\n');
  const samples = readSamples(folder);
  expect(samples.ofKind('Pipeline')).toBe('# First.\nkind: Pipeline');
  expect(samples.ofKind('Tenant')).toBeUndefined();
});

test('files below the folder, such as broken ones, are no samples', () => {
  mkdirSync(`${folder}/broken`);
  writeFileSync(`${folder}/broken/a.yaml`, 'kind: Pipeline\n');
  expect(readSamples(folder).ofKind('Pipeline')).toBeUndefined();
});

test('a step is found by its type, also inside another step', () => {
  writeFileSync(
    `${folder}/a.yaml`,
    'kind: Pipeline\nspec: {steps: [{name: a, type: parallel_group, steps: [{name: b, type: function}]}]}\n',
  );
  expect(readSamples(folder).ofStepType('function')).toBe('- name: b\n  type: function\n');
});
