import type { ArtifactService } from '../../artifact-client.ts';
import { type WorkspaceError, invalid, unavailable } from './workspace-error.ts';

/** Bytes that an archive may have as it is stored. */
export const mostArchiveBytes = 256 * 1024 * 1024;

/** Which artifact is fetched, from where and into what file. */
export interface Fetching {
  readonly digest: string;
  readonly service: ArtifactService | undefined;
  readonly path: string;
  readonly signal: AbortSignal;
}

/** Brings an artifact of the WorkItem into a file: it may be larger than the memory of a pod. @throws WorkspaceError */
export async function fetchArchive({ digest, service, path, signal }: Fetching): Promise<void> {
  if (service === undefined) throw invalid(`the artifact ${digest} cannot be read: the task names no artifact service`);
  const { ArtifactClient, ArtifactError } = await import('../../artifact-client.ts');
  try {
    await new ArtifactClient(service).downloadTo(path, { digest, maxBytes: mostArchiveBytes, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ArtifactError)) throw error;
    throw explain(error, digest);
  }
}

function explain({ message, retryable }: { message: string; retryable: boolean }, digest: string): WorkspaceError {
  const told = `the artifact ${digest} cannot be read: ${message}`;
  return retryable ? unavailable(told) : invalid(told);
}
