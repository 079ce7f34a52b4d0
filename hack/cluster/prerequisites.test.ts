import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeMissing, findProgram, observeMissing } from './prerequisites.ts';

describe('describeMissing', () => {
  it('is silent when nothing is missing', () => {
    expect(describeMissing({ packages: [], others: [] })).toBeUndefined();
  });

  it('names everything at once, and the exact command that installs the packages', () => {
    const others = [{ problem: 'not root', remedy: 'run it with sudo' }];
    expect(describeMissing({ packages: ['containerd', 'runc'], others })).toEqual({
      message: 'missing packages: containerd, runc; not root',
      hint: 'apt-get update && apt-get install --yes --no-install-recommends containerd runc; run it with sudo',
    });
  });
});

describe('with nothing in PATH', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conclave-path-'));
    vi.stubEnv('PATH', folder);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it('misses the packages of all tools that are not there, once each', async () => {
    const { packages } = await observeMissing(['cluster'], false);
    expect(packages).toEqual(expect.arrayContaining(['containerd', 'openssl', 'util-linux']));
    expect(new Set(packages).size).toBe(packages.length);
  });

  it('asks for Go only when something must be built', async () => {
    const problems = async (needsGo: boolean): Promise<string> =>
      (await observeMissing(['image'], needsGo)).others.map(({ problem }) => problem).join();
    expect(await problems(false)).toBe('');
    expect(await problems(true)).toContain('Go 1.26 or newer is missing');
  });

  it('finds what is put there, when it can be run', () => {
    const file = join(folder, 'some-tool');
    writeFileSync(file, '#!/bin/sh\n');
    expect(findProgram('some-tool')).toBeUndefined();
    chmodSync(file, 0o755);
    expect(findProgram('some-tool')).toBe(file);
  });
});
