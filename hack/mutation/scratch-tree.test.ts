import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mutation } from './mutation.ts';
import { ScratchTree } from './scratch-tree.ts';

const file = 'operator/src/core/rule.ts';
const mutation: Mutation = {
  ...{ name: 'm', file, source: '1 < 2', replacement: '1 > 2', goesWrong: 'all', tests: [] },
};

describe('ScratchTree', () => {
  let root = '';
  let tree: ScratchTree;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const read = (folder: string) => readFileSync(join(folder, file), 'utf8');

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'conclave-scratch-test-'));
    write(file, 'export const rule = 1 < 2;\n');
    write('node_modules/a/index.js', '');
    for (const path of ['package.json', 'tsconfig.json', 'vitest.config.ts']) write(path, '{}');
    tree = new ScratchTree(root);
  });
  afterEach(() => {
    tree.remove();
    rmSync(root, { recursive: true });
  });

  it('has the code as a copy and the packages by a link', () => {
    expect(read(tree.folder)).toBe(read(root));
    expect(lstatSync(join(tree.folder, 'node_modules')).isSymbolicLink()).toBe(true);
    expect(existsSync(join(tree.folder, 'node_modules/a/index.js'))).toBe(true);
  });

  it('holds a mutation only as long as it is looked at, and the working tree never does', async () => {
    const seen = await tree.whilePlanted(mutation, () => Promise.resolve([read(tree.folder), read(root)]));
    expect(seen).toEqual(['export const rule = 1 > 2;\n', 'export const rule = 1 < 2;\n']);
    expect(read(tree.folder)).toBe(read(root));
  });

  it('takes a mutation out again when looking at it fails', async () => {
    const failing = tree.whilePlanted(mutation, () => Promise.reject(new Error('no tests')));
    await expect(failing).rejects.toThrow('no tests');
    expect(read(tree.folder)).toBe(read(root));
  });

  it('is left as it is by a mutation that cannot be planted', async () => {
    const unplantable = { ...mutation, source: '3 < 4' };
    await expect(tree.whilePlanted(unplantable, () => Promise.resolve())).rejects.toThrow('0 times');
    expect(read(tree.folder)).toBe(read(root));
  });

  it('leaves nothing behind, and the packages where they are', () => {
    tree.remove();
    expect(existsSync(tree.folder)).toBe(false);
    expect(existsSync(join(root, 'node_modules/a/index.js'))).toBe(true);
  });
});
