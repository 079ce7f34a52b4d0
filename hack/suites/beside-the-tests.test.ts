import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { besideTheTestsFile } from './beside-the-tests.ts';
import { runCommand } from './run-command.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'conclave-beside-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs vitest over one test file; resolves with its exit code and what the reporter wrote. */
async function runVitestOver(test: string): Promise<{ readonly exitCode: number | null; readonly told: unknown }> {
  const file = join(folder, 'told.json');
  writeFileSync(join(folder, 'a.test.ts'), test);
  const exitCode = await runCommand(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--globals', '--root', folder],
      `--reporter=${resolve('hack/suites/beside-the-tests.ts')}`,
    ],
    { [besideTheTestsFile]: file },
  );
  return { exitCode, told: JSON.parse(readFileSync(file, 'utf8')) };
}

describe('the reporter of what goes wrong beside the tests', () => {
  it('tells an error that nothing caught, with the file that ran', async () => {
    const { exitCode, told } = await runVitestOver(
      `it('passes', async () => {
        void Promise.reject(new Error('nobody waits for this'));
        await new Promise((done) => setTimeout(done, 50));
      });`,
    );
    expect(exitCode).toBe(1);
    expect(told).toEqual([expect.stringMatching(/a\.test\.ts: Error: nobody waits for this/u)]);
  });

  it('tells nothing where nothing went wrong, or only a test did', async () => {
    const { exitCode, told } = await runVitestOver(`it('fails', () => { throw new Error('caught'); });`);
    expect(exitCode).toBe(1);
    expect(told).toEqual([]);
  });
});
