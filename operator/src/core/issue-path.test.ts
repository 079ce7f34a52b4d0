import { describe, expect, test } from 'vitest';
import { formatIssuePath } from './issue-path.ts';

describe('formatIssuePath', () => {
  test.each([
    [['spec', 'steps', 2, 'dependsOn', 0], 'spec.steps[2].dependsOn[0]'],
    [['metadata', 'labels', 'app.kubernetes.io/name'], 'metadata.labels[app.kubernetes.io/name]'],
    [['a-b', 'c_d', '$e'], 'a-b.c_d.$e'],
    [['a', ''], 'a[]'],
    [['k'.repeat(100)], `${'k'.repeat(63)}…`],
    [[0], '[0]'],
    [[], ''],
  ])('%j is %j', (path, text) => {
    expect(formatIssuePath(path)).toBe(text);
  });
});
