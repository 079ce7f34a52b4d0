import { describe, expect, it } from 'vitest';
import { conclaveHome, defaultInstance, instancePaths, parseInstanceName, repositoryRoot } from './paths.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

describe('conclaveHome', () => {
  it('is CONCLAVE_HOME, else in the cache folder of the user', () => {
    expect(conclaveHome({ CONCLAVE_HOME: '/somewhere' })).toBe('/somewhere');
    expect(conclaveHome({})).toMatch(/\/\.cache\/conclave$/);
  });
});

describe('defaultInstance', () => {
  it('is CONCLAVE_INSTANCE, else default', () => {
    expect(defaultInstance({ CONCLAVE_INSTANCE: 'mine' })).toBe('mine');
    expect(defaultInstance({})).toBe('default');
  });
});

describe('parseInstanceName', () => {
  it.each(['a', 'a-1', 'x'.repeat(30)])('accepts %j', (name) => {
    expect(parseInstanceName(name)).toBe(name);
  });

  it.each(['', '-a', 'a-', 'A', 'a_b', 'a/b', '..', 'x'.repeat(31)])('refuses %j', (name) => {
    expect(() => parseInstanceName(name)).toThrow('cannot name an instance');
  });
});

describe('instancePaths', () => {
  it('keeps everything of an instance in one folder, except its lock, which outlives it', () => {
    const paths = instancePaths('a', '/home');
    expect(paths.adminKubeconfig).toBe('/home/clusters/a/admin.kubeconfig');
    expect(paths.lockFile.startsWith(paths.folder)).toBe(false);
  });
});

it('finds the repository', () => {
  expect(existsSync(join(repositoryRoot, 'package.json'))).toBe(true);
});
