import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listInstances, readInstanceState, takenSlots, writeInstanceState } from './instance-state.ts';
import { instancePaths } from './paths.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'conclave-state-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const embedded = { kind: 'embedded', slot: 3, binaries: { kube: 'abc' }, fakeNodes: 20 } as const;

describe('the state of an instance', () => {
  it('reads back as it was written', () => {
    const paths = instancePaths('a', home);
    writeInstanceState(paths, embedded);
    expect(readInstanceState(paths)).toEqual(embedded);
  });

  it('is undefined when there is no instance', () => {
    expect(readInstanceState(instancePaths('a', home))).toBeUndefined();
  });

  it.each(['{', '{}', '{"kind":"embedded","slot":-1}'])('is refused when it is damaged: %s', (text) => {
    const paths = instancePaths('a', home);
    mkdirSync(paths.folder, { recursive: true });
    writeFileSync(paths.stateFile, text);
    expect(() => readInstanceState(paths)).toThrow('is damaged');
  });
});

describe('listInstances and takenSlots', () => {
  it('have nothing to say of a home that is not there', () => {
    expect(listInstances(join(home, 'absent'))).toEqual([]);
    expect(takenSlots(join(home, 'absent'))).toEqual([]);
  });

  it('name all instances, and the slots of those that have one', () => {
    writeInstanceState(instancePaths('b', home), embedded);
    writeInstanceState(instancePaths('a', home), { kind: 'context', context: 'prod' });
    expect(listInstances(home)).toEqual(['a', 'b']);
    expect(takenSlots(home)).toEqual([3]);
  });

  it('do not let a damaged instance stand in the way of others', () => {
    writeInstanceState(instancePaths('b', home), embedded);
    mkdirSync(instancePaths('broken', home).folder);
    writeFileSync(instancePaths('broken', home).stateFile, 'nonsense');
    expect(takenSlots(home)).toEqual([3]);
  });
});
