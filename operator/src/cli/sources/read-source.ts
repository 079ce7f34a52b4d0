import { open } from 'node:fs/promises';
import { sourceLimits } from '../../core/document/limits.ts';
import type { Failure } from '../failure.ts';
import { standardInput } from './find-sources.ts';
import { unreadable } from './unreadable.ts';

/** What a file holds: no bytes when there are more than `sourceLimits.fileBytes`, for those are never read whole. */
export interface SourceContent {
  readonly bytes: Uint8Array | undefined;
}

/** Reads a file, or standard input for `-`, in bounded memory. Answers with a Failure when it cannot be read. */
export async function readSource(path: string, input: AsyncIterable<Uint8Array>): Promise<SourceContent | Failure> {
  try {
    return { bytes: await (path === standardInput ? collect(input) : readFile(path)) };
  } catch (error) {
    return unreadable(path, error);
  }
}

async function readFile(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return size > sourceLimits.fileBytes ? undefined : await collect(file.createReadStream({ autoClose: false }));
  } finally {
    await file.close();
  }
}

/** The size that the system tells may be wrong (pipes, devices), so what comes is counted too. */
async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const collected: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > sourceLimits.fileBytes) return undefined;
    collected.push(chunk);
  }
  return Buffer.concat(collected, length);
}
