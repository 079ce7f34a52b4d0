import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ended, runProgram } from './run-program.ts';
import { largeFileBytes } from './remove-traps.ts';
import { ToolFailure } from './tool.ts';
import { aboveRepository, isShared, repositoryOf, type Tree } from './tree.ts';

/** One command of git, in the repository of a workspace. */
export interface GitCommand extends Tree {
  readonly args: readonly string[];
  /** Of this command alone: what stands here stands in no file and no argument. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const limits = { timeoutMs: 60_000, mostBytes: 1024 * 1024 } as const;

const author = { name: 'Conclave agent', email: 'agent@conclave.invalid' } as const;

/** NOTE: a repository can name programs that git runs: hooks, filters, signers, watchers. Those are told nowhere to be or refused. */
const settings = [
  ...[
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.attributesFile=/dev/null',
    'core.excludesFile=/dev/null',
  ],
  ...['commit.gpgSign=false', 'log.showSignature=false', 'gc.auto=0', 'maintenance.auto=false', 'protocol.allow=never'],
].flatMap((setting) => ['-c', setting]);

/** What commands write may be large: it is compared as no text, which takes little memory. */
const sharedSettings = ['-c', `core.bigFileThreshold=${largeFileBytes}`];

/** Runs git with nothing of our environment and nobody's configuration. @throws ToolFailure as `runProgram` */
export function runGit({ args, environment, timeoutMs, ...tree }: GitCommand, signal: AbortSignal): Promise<Ended> {
  const { workspace } = tree;
  const place = { GIT_DIR: repositoryOf(tree), GIT_WORK_TREE: workspace };
  const program = {
    ...{ file: 'git', args: [...settings, ...(isShared(tree) ? sharedSettings : []), ...args], folder: workspace },
    environment: { ...plainEnvironment, ...place, ...environment },
    ...{ ...limits, ...(timeoutMs !== undefined && { timeoutMs }) },
  };
  return runProgram(program, signal);
}

/** Makes a repository of a workspace, with nothing in it that a template would bring. @throws ToolFailure as `runProgram` */
export async function initRepository(tree: Tree, signal: AbortSignal): Promise<Ended> {
  const folder = aboveRepository(tree);
  await mkdir(folder, { recursive: true });
  // With the place of the repository in its environment git would write it into the configuration.
  const args = ['init', '--quiet', '--template=', '--initial-branch=work'];
  return await runProgram({ file: 'git', args, folder, environment: plainEnvironment, ...limits }, signal);
}

const plainEnvironment = {
  ...{ PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', LANG: 'C.UTF-8' },
  ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_ATTR_NOSYSTEM: '1', GIT_LITERAL_PATHSPECS: '1' },
  ...{ GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat', GIT_EDITOR: 'false', GIT_OPTIONAL_LOCKS: '0' },
  ...{ GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email },
  ...{ GIT_COMMITTER_NAME: author.name, GIT_COMMITTER_EMAIL: author.email },
};

/** Keys of a repository's own configuration by which git runs nothing. A clone has no others. */
const harmless =
  /^(core\.(repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|symlinks|autocrlf|eol)|extensions\.objectformat|user\.(name|email)|init\.defaultbranch|remote\..*\.(url|fetch)|branch\..*\.(remote|merge))$/;

/** @throws ToolFailure when the repository's own configuration could make git run something */
export async function checkConfiguration(tree: Tree, signal: AbortSignal): Promise<void> {
  const args = ['config', '--file', join(repositoryOf(tree), 'config'), '--no-includes', '--list', '--name-only', '-z'];
  const { code, output } = await runGit({ args, ...tree }, signal);
  if (code !== 0) throw new ToolFailure("the repository's configuration cannot be read");
  const found = output.split('\0').find((key) => key !== '' && !harmless.test(key));
  if (found !== undefined)
    throw new ToolFailure(`the repository's own configuration sets ${found}, which could run programs`);
}
