import { createHash } from 'node:crypto';
import { apiVersion } from '../api/api-version.ts';
import type { RunnerTask } from '../api/runner-task.ts';
import { readSharedFile } from './read-shared-file.ts';

/** Larger than the longest program and inputs together. */
export const maxTaskBytes = 16 * 1024 * 1024;

/** The document cannot be used: it is missing, forged or of another version. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
}

/**
 * Reads the task. The operator made it, so it is not checked field by field; but where it came as an artifact it lies in a
 * folder that foreign code could write to, and is believed only by its digest, because it names where the token is sent.
 */
export async function readTask(path: string, digest: string | undefined): Promise<RunnerTask> {
  const read = await readSharedFile(path, maxTaskBytes);
  if (read === 'absent') throw new TaskError(`${path} is missing`);
  if ('problem' in read) throw new TaskError(`${path} ${read.problem}`);
  if (digest !== undefined && digestOfBytes(read.bytes) !== digest) throw new TaskError(`${path} is not ${digest}`);
  return parseTask(path, read.bytes);
}

function parseTask(path: string, bytes: Buffer): RunnerTask {
  let task: Partial<RunnerTask> | null;
  try {
    task = JSON.parse(bytes.toString('utf8')) as Partial<RunnerTask> | null;
  } catch {
    throw new TaskError(`${path} is not JSON`);
  }
  if (task?.kind !== 'Task' || task.apiVersion !== apiVersion)
    throw new TaskError(`${path} is no Task of ${apiVersion}`);
  return task as RunnerTask;
}

/** `sha256:` and the digest of the bytes as they are. */
export function digestOfBytes(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
