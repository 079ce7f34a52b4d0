import type { JsonObject } from '../../../api/json.ts';
import { quote } from '../../../core/quote.ts';
import { isRealFolder } from '../../read-shared-file.ts';
import { checkConfiguration, runGit } from './run-git.ts';
import { type Found, sweepTree } from './remove-traps.ts';
import { parameters, ToolFailure, type ToolFunction, type ToolSurroundings } from './tool.ts';
import { repositoryOf } from './tree.ts';
import { splitPath } from './workspace.ts';

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

async function git(
  args: readonly string[],
  { workspace, repository, isQuiet, signal }: ToolSurroundings,
): Promise<string> {
  const tree = { workspace, repository, isQuiet };
  if (!(await isRealFolder(repositoryOf(tree)))) throw new ToolFailure('the workspace is no git repository');
  const { removed } = await sweepTree(tree, signal);
  await checkConfiguration(tree, signal);
  const { code, output } = await runGit({ args, ...tree }, signal);
  if (code !== 0) throw new ToolFailure(`git ended with ${code}: ${output.slice(0, 4000)}`);
  return `${output || 'Done.'}${describeRemoved(removed)}`;
}

function describeRemoved({ count, first: [first] }: Found): string {
  if (first === undefined) return '';
  const more = count === 1 ? '' : ` and ${count - 1} more`;
  return `\n[removed, because git would be led astray by it: ${quote(first.toString())}${more}]`;
}
