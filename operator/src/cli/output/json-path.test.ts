import { describe, expect, test } from 'vitest';
import { evaluatePath, parsePath } from './json-path.ts';

const value = {
  metadata: { name: 'a', annotations: { 'conclave.dev/requested-by': 'rita' } },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', count: 2 },
      { type: 'Valid', status: 'False', count: 7 },
    ],
    steps: [{ path: 'a' }, { path: 'b' }, { path: 'c' }, { path: 'd[0].e' }],
  },
};

describe('paths', () => {
  test.each<[string, readonly unknown[]]>([
    ['.metadata.name', ['a']],
    ['$.metadata.name', ['a']],
    ['metadata.name', ['a']],
    ["['metadata']['name']", ['a']],
    [String.raw`.metadata.annotations.conclave\.dev/requested-by`, ['rita']],
    ['.metadata.annotations["conclave.dev/requested-by"]', ['rita']],
    ['.status.steps[0].path', ['a']],
    ['.status.steps[-1].path', ['d[0].e']],
    ['.status.steps[0,2].path', ['a', 'c']],
    ['.status.steps[1:3].path', ['b', 'c']],
    ['.status.steps[:2].path', ['a', 'b']],
    ['.status.steps[::2].path', ['a', 'c']],
    ['.status.steps[*].path', ['a', 'b', 'c', 'd[0].e']],
    ['.status.steps.*.path', ['a', 'b', 'c', 'd[0].e']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type == 'Valid')].status", ['False']],
    ['.status.conditions[?(@.type!="Ready")].status', ['False']],
    ['.status.conditions[?(@.count>2)].type', ['Valid']],
    ['.status.conditions[?(@.count<=2)].type', ['Ready']],
    ['.status.conditions[?(@.missing)].type', []],
    ['.status.conditions[?(@.count)].type', ['Ready', 'Valid']],
    ['.status.steps[?(@.path=="d[0].e")].path', ['d[0].e']],
    ['..type', ['Ready', 'Valid']],
    ['.status..count', [2, 7]],
    ['.nothing.at.all', []],
    ['.status.steps[9]', []],
    ['.metadata.name[0]', []],
    ['.metadata.toString', []],
    ['', [value]],
    ['.', [value]],
  ])('%s', (path, found) => {
    expect(evaluatePath(parsePath(path), value)).toEqual(found);
  });

  test.each([
    ['.a[', 'a bracket is not closed'],
    ['.a[x]', '[x] is neither an index nor a filter'],
    ['.a[::0]', 'the step of a slice is at least 1'],
    ['.a[?(@.b==c)]', "'c' is neither a path nor a value"],
    ['.a b', "a name should stand at ' b'"],
    ['..', "a name should stand at ''"],
  ])('%s is none', (path, says) => {
    expect(() => parsePath(path)).toThrow(says);
  });
});
