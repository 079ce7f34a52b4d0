import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { runCommandLine } from '../../testing/run-command-line.ts';
import type { CommandContext } from '../command.ts';
import { commands } from '../commands.ts';
import { complete, type NamedThing } from './complete.ts';
import { completionScripts } from './completion-scripts.ts';

const known: Readonly<Record<NamedThing, readonly string[]>> = {
  'work-item': ['order-7', 'order-8', 'note-1'],
  ...{ pipeline: ['release'], council: ['elders'], namespace: ['team', 'test'], step: ['write', 'each[0].sum'] },
};
const context = { version: '1', folder: '.' } as CommandContext;

const valuesFor = async (...words: readonly string[]) =>
  (await complete(words, { commands, names: (what) => Promise.resolve(known[what]) }, context)).map(
    ({ value }) => value,
  );

describe('completing', () => {
  test.each([
    [['st'], ['status']],
    [['re'], ['resume', 'retry', 'replay', 'reject']],
    [['help', 'can'], ['cancel']],
    [
      ['status', 'or'],
      ['order-7', 'order-8'],
    ],
    [
      ['status', '-n', 'te'],
      ['team', 'test'],
    ],
    [['status', '-n', 'team', 'no'], ['note-1']],
    [['status', '--w'], ['--watch']],
    [
      ['logs', 'order-7', ''],
      ['write', 'each[0].sum'],
    ],
    [['run', ''], ['release']],
    [['replay', 'order-7', '--from', 'w'], ['write']],
    [
      ['list', '--phase', 'Su'],
      ['Suspended', 'Succeeded'],
    ],
    [
      ['list', '-o', 'j'],
      ['json', 'jsonpath='],
    ],
    [['councils', ''], ['elders']],
    [['completion', 'z'], []],
    [['validate', 'x'], []],
    [['nothing', ''], []],
  ])('%j', async (words, values) => {
    expect(await valuesFor(...words)).toEqual(values);
  });

  test('is written as kubectl reads it, and shows no hidden command', async () => {
    const { exitCode, out } = await runCommandLine(['__complete', '--', 'ver']);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: 'version\tprint the version\n:4\n' });
    expect((await runCommandLine(['__complete', '--', ''])).out).not.toContain('__complete');
    expect((await runCommandLine(['--help'])).out).not.toContain('__complete');
  });

  test('has no names where no cluster answers', async () => {
    const { exitCode, out } = await runCommandLine(['__complete', '--', 'status', '--kubeconfig', '/nowhere', '']);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: ':4\n' });
  });

  test('works in bash', () => {
    const program = `conclave() { printf 'status\\tshow it\\nstart\\n:4\\n'; }
      ${completionScripts.bash}
      COMP_WORDS=(conclave st) COMP_CWORD=1; _conclave_complete; echo "\${COMPREPLY[*]}"`;
    expect(spawnSync('bash', ['-c', program], { encoding: 'utf8' }).stdout).toBe('status start\n');
  });
});
