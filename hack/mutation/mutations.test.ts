import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../cluster/paths.ts';
import { plant } from './mutation.ts';
import { chooseMutations, mutations } from './mutations.ts';

const at = (path: string) => join(repositoryRoot, path);

describe('the mutations', () => {
  it.each(mutations.map((mutation) => [mutation.name, mutation] as const))('%s can be planted', (_, mutation) => {
    const text = readFileSync(at(mutation.file), 'utf8');
    expect(plant(mutation, text)).not.toBe(text);
  });

  it.each(mutations.map(({ name, tests }) => [name, tests] as const))(
    '%s has tests that should find it',
    (_, tests) => {
      expect(tests.length).toBeGreaterThan(0);
      expect(tests.filter((file) => !file.endsWith('.test.ts') || !existsSync(at(file)))).toEqual([]);
    },
  );

  it('have names of their own', () => {
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
    expect(mutations.filter(({ name }) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
  });

  it('are in the planner, in decisions, in the graph of steps, in templates and in expressions', () => {
    const folders = new Set(mutations.map(({ file }) => file.split('/')[3]));
    expect([...folders].sort()).toEqual(['decision', 'expression', 'pipeline', 'template', 'work-item']);
  });
});

describe('chooseMutations', () => {
  it('takes all without words', () => {
    expect(chooseMutations([])).toBe(mutations);
  });

  it('takes those whose name, file or sentence contains a word', () => {
    const chosen = chooseMutations(['quorum', 'core/expression/']);
    expect(chosen.length).toBeGreaterThan(1);
    expect(chosen.length).toBeLessThan(mutations.length);
    expect(chosen.every((one) => /quorum|core\/expression\//.test(JSON.stringify(one)))).toBe(true);
  });

  it('takes none that no word means', () => {
    expect(chooseMutations(['there is no such mutation'])).toEqual([]);
  });
});
