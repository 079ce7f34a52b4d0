import { join } from 'node:path';
import type { JsonObject } from '../../../api/json.ts';
import { isRealFolder } from '../../read-shared-file.ts';
import { runProgram } from './run-program.ts';
import { parameters, ToolFailure, type ToolFunction, type ToolSurroundings } from './tool.ts';
import { splitPath } from './workspace.ts';

const limits = { timeoutMs: 60_000, mostBytes: 1024 * 1024 } as const;

const paths = {
  ...{ type: 'array', minItems: 1, maxItems: 256, items: { type: 'string', maxLength: 1024 } },
  description: 'Paths inside the workspace; "." is all of it.',
};

/** Looks at and commits to the repository in the workspace. It reaches no other repository. */
export const gitFunctions: readonly ToolFunction[] = [
  gitFunction('git_status', 'Shows what has changed since the last commit.', [
    'status',
    '--short',
    '--branch',
    '--ignore-submodules=all',
  ]),
  {
    ...gitFunction('git_diff', 'Shows changes that are not committed.', []),
    parameters: parameters({ staged: { type: 'boolean', description: 'Those that are added already.' }, paths }, [
      'staged',
      'paths',
    ]),
    run: (given, surroundings) => {
      const staged = given['staged'] === true ? ['--cached'] : [];
      const args = ['diff', '--no-ext-diff', '--no-textconv', '--ignore-submodules=all', '--no-color', ...staged, '--'];
      return git([...args, ...pathsOf(given)], surroundings);
    },
  },
  gitFunction('git_log', 'Shows the last 50 commits.', [
    'log',
    '-n',
    '50',
    '--no-color',
    '--no-show-signature',
    '--date=iso',
    '--format=%h %ad %an: %s',
  ]),
  {
    ...gitFunction('git_add', 'Adds changes to what is committed next.', []),
    ...{ writes: true, parameters: parameters({ paths }) },
    run: (given, surroundings) => git(['add', '--', ...pathsOf(given)], surroundings),
  },
  {
    ...gitFunction('git_commit', 'Commits what was added.', []),
    ...{ writes: true, parameters: parameters({ message: { type: 'string', minLength: 1, maxLength: 8192 } }) },
    run: (given, surroundings) =>
      git(
        ['commit', '--no-verify', '--no-gpg-sign', '--no-status', `--message=${given['message'] as string}`],
        surroundings,
      ),
  },
];

function gitFunction(name: string, description: string, args: readonly string[]): ToolFunction {
  const run = (_: JsonObject, surroundings: ToolSurroundings) => git(args, surroundings);
  return { name, tool: 'git', description, parameters: parameters({}), writes: false, run };
}

function pathsOf({ paths: given = [] }: JsonObject): string[] {
  return (given as readonly string[]).map((path) => splitPath(path).join('/') || '.');
}

/** NOTE: a repository can name programs that git runs: hooks, filters, signers, watchers. Those are told nowhere to be or refused. */
async function git(args: readonly string[], { workspace, signal }: ToolSurroundings): Promise<string> {
  if (!(await isRealFolder(join(workspace, '.git')))) throw new ToolFailure('the workspace is no git repository');
  await checkConfiguration(workspace, signal);
  const { code, output } = await runGit(args, workspace, signal);
  if (code !== 0) throw new ToolFailure(`git ended with ${code}: ${output.slice(0, 4000)}`);
  return output || 'Done.';
}

/** Keys of a repository's own configuration by which git runs nothing. A clone has no others. */
const harmless =
  /^(core\.(repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|symlinks|autocrlf|eol)|extensions\.objectformat|user\.(name|email)|init\.defaultbranch|remote\..*\.(url|fetch)|branch\..*\.(remote|merge))$/;

async function checkConfiguration(workspace: string, signal: AbortSignal): Promise<void> {
  const list = ['config', '--file', join(workspace, '.git/config'), '--no-includes', '--list', '--name-only', '-z'];
  const { code, output } = await runGit(list, workspace, signal);
  if (code !== 0) throw new ToolFailure("the repository's configuration cannot be read");
  const found = output.split('\0').find((key) => key !== '' && !harmless.test(key));
  if (found !== undefined)
    throw new ToolFailure(`the repository's own configuration sets ${found}, which could run programs`);
}

const settings = [
  ...[
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.attributesFile=/dev/null',
    'core.excludesFile=/dev/null',
  ],
  ...['commit.gpgSign=false', 'log.showSignature=false', 'gc.auto=0', 'maintenance.auto=false', 'protocol.allow=never'],
].flatMap((setting) => ['-c', setting]);

function runGit(args: readonly string[], workspace: string, signal: AbortSignal) {
  const environment = {
    ...{ PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', LANG: 'C.UTF-8' },
    ...{ GIT_DIR: join(workspace, '.git'), GIT_WORK_TREE: workspace, GIT_LITERAL_PATHSPECS: '1' },
    ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_ATTR_NOSYSTEM: '1' },
    ...{ GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat', GIT_EDITOR: 'false', GIT_OPTIONAL_LOCKS: '0' },
    ...{ GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email },
    ...{ GIT_COMMITTER_NAME: author.name, GIT_COMMITTER_EMAIL: author.email },
  };
  return runProgram({ file: 'git', args: [...settings, ...args], folder: workspace, environment, ...limits }, signal);
}

const author = { name: 'Conclave agent', email: 'agent@conclave.invalid' } as const;
