import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'conclave-docs-'));

/** A block of commands of a document, and the exit code that it should end with. */
interface Block {
  readonly line: number;
  readonly commands: string;
  readonly exitCode: number;
}

/** Blocks that begin with ```sh; `exit=1` behind it says that they should end with 1. */
function blocksOf(text: string): Block[] {
  return Array.from(text.matchAll(/^```sh(?: exit=(\d+))?\n([^]*?)^```$/gm), (match) => ({
    line: text.slice(0, match.index).split('\n').length,
    commands: match[2] ?? '',
    exitCode: Number(match[1] ?? 0),
  }));
}

/** The block of the README that runs this very test. */
const isThisTest = ({ commands }: Block): boolean => commands.trim() === './hack/test';

function run(commands: string) {
  const environment: NodeJS.ProcessEnv = { ...process.env, CONCLAVE_INSTANCE: 'docs' };
  delete environment.NODE_OPTIONS;
  // A reader's shell finds the machine's own Node, not the one that runs this test.
  environment.PATH = (environment.PATH ?? '')
    .split(':')
    .filter((folder) => !folder.includes('node_modules'))
    .join(':');
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', commands], {
    cwd: copy,
    env: environment,
    encoding: 'utf8',
    timeout: 900_000,
  });
  return { status, output: `${stdout}${stderr}` };
}

beforeAll(() => {
  const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' });
  for (const file of stdout.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
});

afterAll(() => {
  run('if [ -d node_modules ]; then ./hack/down; fi');
  rmSync(copy, { recursive: true, force: true });
});

const documents = ['README.md', ...readdirSync(join(root, 'docs/guide')).map((name) => `docs/guide/${name}`)];

describe.each(documents)('the commands of %s', (document) => {
  const blocks = blocksOf(readFileSync(join(root, document), 'utf8')).filter((block) => !isThisTest(block));

  it.each(blocks)(
    'work as they are printed in line $line',
    ({ commands, exitCode }) => {
      const { status, output } = run(commands);
      expect(status, output).toBe(exitCode);
    },
    900_000,
  );

  it('are there', () => {
    expect(blocks.length).toBeGreaterThan(0);
  });
});

describe('the links of the documentation', () => {
  it.each(documents)('lead somewhere in %s', (document) => {
    const text = readFileSync(join(root, document), 'utf8');
    const targets = Array.from(text.matchAll(/\]\((?!https?:)([^)#]+)/g), (match) => match[1] ?? '');
    const folder = dirname(join(root, document));
    const missing = targets.filter((target) => spawnSync('test', ['-e', join(folder, target)]).status !== 0);
    expect(missing).toEqual([]);
  });
});
