import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentWork } from '../../../api/runner-work.ts';
import { quote } from '../../../core/quote.ts';
import { failed, type Verdict } from '../../verdict.ts';
import type { Tree } from '../tools/tree.ts';
import type { WorkParts } from '../work-parts.ts';
import { cloneRepository } from './clone-repository.ts';
import { unavailable, WorkspaceError } from './workspace-error.ts';

/** What the workspace was filled with: the commit that the work begins with, where there is one; or why it was not. */
export type Filled = { readonly startCommit: string | undefined } | { readonly verdict: Verdict };

/** What a workspace is filled with. */
type FillingParts = Pick<WorkParts, 'task' | 'secrets' | 'transcript' | 'signal'>;

/**
 * Fills the working directory from what the task says, before anything is spent on a model: an archive over a clone, where both
 * are there. The work begins with the commit that was cloned, or else with one that holds what was unpacked.
 */
export async function fillWorkspace(
  { git, artifact }: NonNullable<AgentWork['workspace']>,
  parts: FillingParts,
  tree: Tree,
): Promise<Filled> {
  const { secrets, signal } = parts;
  const { workspace } = tree;
  try {
    const cloned = git && (await cloneRepository(git, { tree, secrets, signal }));
    if (artifact === undefined) return { startCommit: cloned };
    await mkdir(workspace, { recursive: true });
    await unpack(artifact, parts, workspace);
    if (cloned !== undefined) return { startCommit: cloned };
    const { startRepository } = await import('./start-repository.ts');
    return { startCommit: await startRepository(tree, signal) };
  } catch (error) {
    const { reason, message } = asWorkspaceError(error);
    return { verdict: failed(reason, message, reason === 'WorkspaceUnavailable') };
  }
}

/** A disk that is full, or cannot be written, says so by itself: another attempt may find another one. */
function asWorkspaceError(error: unknown): WorkspaceError {
  if (error instanceof WorkspaceError) return error;
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) throw error;
  return unavailable(`the workspace cannot be written: ${message}`);
}

/** What an archive is fetched into lies outside of the workspace, and is gone when that is filled. */
async function unpack(digest: string, parts: FillingParts, workspace: string): Promise<void> {
  const { task, transcript, signal } = parts;
  const { fetchArchive } = await import('./fetch-archive.ts');
  const { unpackArchive } = await import('./unpack-archive.ts');
  const folder = await mkdtemp(join(tmpdir(), 'conclave-archive-'));
  try {
    const archive = join(folder, 'archive');
    await fetchArchive({ digest, service: task.artifacts, path: archive, signal });
    const { entries, leftOut, firstLeftOut } = await unpackArchive({ archive, workspace, signal });
    transcript.add({ kind: 'note', text: `The workspace has ${entries} entries of the artifact ${digest}.` });
    if (firstLeftOut !== undefined) transcript.add({ kind: 'note', text: describeLeftOut(leftOut, firstLeftOut) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const describeLeftOut = (count: number, first: string) =>
  `${count} of them belong to git itself, the first of them ${quote(first)}, and are left out: they could make git run programs.`;
