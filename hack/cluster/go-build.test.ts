import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { tryCommand } from './run-command.ts';
import { digestOfProgram, ensureBinary, isBuilt, binaryPath, type GoProgram } from './go-build.ts';

const scratch = mkdtempSync(join(tmpdir(), 'conclave-go-'));
const moduleFolder = join(scratch, 'module');

function aProgram(changes: Partial<GoProgram> = {}): GoProgram {
  return { name: 'hello', title: 'hello 1', moduleFolder, packagePath: '.', ...changes };
}

beforeEach(() => {
  vi.stubEnv('CONCLAVE_HOME', join(scratch, 'home'));
  rmSync(moduleFolder, { recursive: true, force: true });
  mkdirSync(moduleFolder, { recursive: true });
  writeFileSync(join(moduleFolder, 'go.mod'), 'module example.com/hello\n\ngo 1.24\n');
  writeFileSync(join(moduleFolder, 'main.go'), 'package main\n\nvar said = "hi"\n\nfunc main() { println(said) }\n');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true });
});

describe('digestOfProgram', () => {
  it('depends on the sources, the checksums, the package and the variables', () => {
    const digests = [digestOfProgram(aProgram())];
    digests.push(digestOfProgram(aProgram({ packagePath: './other' })));
    digests.push(digestOfProgram(aProgram({ variables: { 'main.said': 'x' } })));
    writeFileSync(join(moduleFolder, 'go.sum'), 'a\n');
    digests.push(digestOfProgram(aProgram()));
    writeFileSync(join(moduleFolder, 'main.go'), 'package main\n');
    digests.push(digestOfProgram(aProgram()));
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('does not depend on anything else in the folder', () => {
    const before = digestOfProgram(aProgram());
    writeFileSync(join(moduleFolder, 'stages.yaml'), 'a: 1\n');
    expect(digestOfProgram(aProgram())).toBe(before);
  });
});

const hasGo = (await tryCommand('go', ['version'])).status === 0;

describe.skipIf(!hasGo)('ensureBinary', { timeout: 120_000 }, () => {
  it('builds once, also when asked twice at the same time', async () => {
    const said: string[] = [];
    const program = aProgram({ variables: { 'main.said': 'linked' } });
    const build = (): Promise<string> => ensureBinary(program, (line) => said.push(line));
    const [digest] = await Promise.all([build(), build()]);
    expect(isBuilt(program)).toBe(true);
    expect(await tryCommand(binaryPath('hello', digest), [])).toMatchObject({ status: 0, stderr: 'linked\n' });
    expect(said.filter((line) => line.startsWith('building hello 1'))).toHaveLength(1);
  });

  it('says what the compiler said, and leaves nothing that could be taken for a program', async () => {
    writeFileSync(join(moduleFolder, 'main.go'), 'package main\n\nfunc main() { missing() }\n');
    const program = aProgram();
    await expect(ensureBinary(program, () => undefined)).rejects.toThrow('undefined: missing');
    expect(isBuilt(program)).toBe(false);
  });
});
