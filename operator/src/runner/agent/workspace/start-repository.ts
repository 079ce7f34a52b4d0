import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { initRepository, runGit } from '../tools/run-git.ts';
import type { Ended } from '../tools/run-program.ts';
import { ToolFailure } from '../tools/tool.ts';
import { repositoryOf, type Tree } from '../tools/tree.ts';
import { invalid, unavailable } from './workspace-error.ts';

/** Time that all of the files may take to be taken in, in milliseconds. */
const takeInMs = 600_000;

/** NOTE: the same for everybody and at any time, so that the same archive makes the same commit. */
const fixed = {
  ...{ GIT_AUTHOR_NAME: 'Conclave', GIT_AUTHOR_EMAIL: 'conclave@conclave.invalid' },
  ...{ GIT_COMMITTER_NAME: 'Conclave', GIT_COMMITTER_EMAIL: 'conclave@conclave.invalid' },
  ...{ GIT_AUTHOR_DATE: '2000-01-01T00:00:00Z', GIT_COMMITTER_DATE: '2000-01-01T00:00:00Z' },
};

/**
 * NOTE: what the archive says of its files counts for nothing: they are committed, and compared later, as the bytes that they are.
 * An encoding can only be left open: git refuses one that is denied.
 */
const attributes = '* -text -ident -filter !eol !working-tree-encoding\n';

/** What git says where the system failed it, and another attempt may find another one. */
const passing = new RegExp(
  [
    ...['No space left', 'quota exceeded', 'Input/output error', 'Read-only file system', 'Permission denied'],
    ...['[Oo]ut of memory', 'Cannot allocate', 'Too many open files', 'temporarily unavailable', 'File exists'],
  ].join('|'),
);

/**
 * Makes a repository of a workspace that has none, with one commit that holds all its files, ignored ones too: what is changed
 * later is told by it. Answers with the commit. @throws WorkspaceError
 */
export async function startRepository(tree: Tree, signal: AbortSignal): Promise<string> {
  const run = (args: readonly string[]) => runGit({ args, ...tree, environment: fixed, timeoutMs: takeInMs }, signal);
  const information = join(repositoryOf(tree), 'info');
  try {
    succeeded(await initRepository(tree, signal));
    await mkdir(information, { recursive: true });
    await writeFile(join(information, 'attributes'), attributes);
    checkTaken(await run(['add', '--all', '--force', '--', '.']));
    succeeded(await run(['commit', '--quiet', '--allow-empty', '--message=The archive that the work begins with']));
    return succeeded(await run(['rev-parse', '--verify', 'HEAD^{commit}']));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ToolFailure)) throw error;
    throw unavailable(`the workspace cannot be made a repository: ${error.message}`);
  }
}

/** NOTE: git that is killed, because memory ran out, says nothing; a name that it refuses it would refuse again. */
function checkTaken(ended: Ended): void {
  const told = ended.output.trim();
  if (ended.code !== 0 && told !== '' && !passing.test(told))
    throw invalid(`git does not take the files of the archive: ${told.slice(0, 500)}`);
  succeeded(ended);
}

function succeeded({ code, output }: Ended): string {
  if (code !== 0) throw new ToolFailure(`git ended with ${code}: ${output.slice(0, 500)}`);
  return output.trim();
}
