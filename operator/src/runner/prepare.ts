import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes } from '../api/runner-contract.ts';
import { ArtifactClient, ArtifactError, type ArtifactService, type Patience } from './artifact-client.ts';
import type { Collected } from './collect.ts';
import { digestOfBytes, maxTaskBytes } from './read-task.ts';
import { renderTerminationMessage } from './render-termination-message.ts';
import { failed } from './verdict.ts';

/** Which task document to fetch, from where and whereto. */
export interface Preparation {
  readonly folder: string;
  readonly taskDigest: string;
  readonly service: ArtifactService;
  readonly patience?: Patience;
}

/** Fetches a task document that is too large for an annotation, before anything else runs in the pod. */
export async function prepare({ folder, taskDigest, service, patience }: Preparation): Promise<Collected> {
  try {
    const bytes = await new ArtifactClient(service, patience).download(taskDigest, maxTaskBytes);
    if (digestOfBytes(bytes) !== taskDigest) throw new ArtifactError(`what came is not ${taskDigest}`, true);
    const path = join(folder, 'task.json');
    await writeFile(`${path}.part`, bytes, { mode: 0o644 });
    await rename(`${path}.part`, path);
    return { message: '', exitCode: exitCodes.done };
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    const { message, retryable } = error;
    return {
      message: renderTerminationMessage(failed('TaskUnreadable', message, retryable)),
      exitCode: retryable ? exitCodes.retryable : exitCodes.terminal,
    };
  }
}
