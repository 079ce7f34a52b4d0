import { initRepository, runGit } from '../tools/run-git.ts';
import { ToolFailure } from '../tools/tool.ts';
import { unavailable } from './workspace-error.ts';

/** Time that all of the files may take to be taken in, in milliseconds. */
const takeInMs = 600_000;

/** NOTE: the same for everybody and at any time, so that the same archive makes the same commit. */
const fixed = {
  ...{ GIT_AUTHOR_NAME: 'Conclave', GIT_AUTHOR_EMAIL: 'conclave@conclave.invalid' },
  ...{ GIT_COMMITTER_NAME: 'Conclave', GIT_COMMITTER_EMAIL: 'conclave@conclave.invalid' },
  ...{ GIT_AUTHOR_DATE: '2000-01-01T00:00:00Z', GIT_COMMITTER_DATE: '2000-01-01T00:00:00Z' },
};

/**
 * Makes a repository of a workspace that has none, with one commit that holds all its files, ignored ones too: what is changed
 * later is told by it. Answers with the commit. @throws WorkspaceError
 */
export async function startRepository(workspace: string, signal: AbortSignal): Promise<string> {
  const git = async (...args: readonly string[]): Promise<string> => {
    const { code, output } = await runGit({ args, workspace, environment: fixed, timeoutMs: takeInMs }, signal);
    if (code !== 0) throw new ToolFailure(`git ended with ${code}: ${output.slice(0, 500)}`);
    return output.trim();
  };
  try {
    await initRepository(workspace, signal);
    await git('-c', 'core.looseCompression=0', 'add', '--all', '--force', '--', '.');
    await git('commit', '--quiet', '--allow-empty', '--message=The archive that the work begins with');
    return await git('rev-parse', '--verify', 'HEAD^{commit}');
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ToolFailure)) throw error;
    throw unavailable(`the workspace cannot be made a repository: ${error.message}`);
  }
}
