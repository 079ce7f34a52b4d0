import type { AgentWork } from '../../../api/runner-work.ts';
import { failed, type Verdict } from '../../verdict.ts';
import type { WorkParts } from '../work-parts.ts';
import { cloneRepository } from './clone-repository.ts';
import { WorkspaceError } from './workspace-error.ts';

/** What the workspace was filled with: the commit that the work begins with, where it is a repository; or why it was not. */
export type Filled = { readonly startCommit: string | undefined } | { readonly verdict: Verdict };

/** Fills the working directory from what the task says, before anything is spent on a model. */
export async function fillWorkspace(
  { git }: NonNullable<AgentWork['workspace']>,
  { secrets, signal }: WorkParts,
  workspace: string,
): Promise<Filled> {
  try {
    return { startCommit: git && (await cloneRepository(git, { workspace, secrets, signal })) };
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    const { reason, message } = error;
    return { verdict: failed(reason, message, reason === 'WorkspaceUnavailable') };
  }
}
