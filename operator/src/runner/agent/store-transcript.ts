import { Readable } from 'node:stream';
import type { RunnerResult } from '../../api/runner-result.ts';
import type { RunnerTask } from '../../api/runner-task.ts';
import { type Patience, usualPatience } from '../artifact-client.ts';
import { digestOfBytes } from '../read-task.ts';
import type { Transcript } from './transcript.ts';

/** Storing what only documents the work delays its end no longer than this, in milliseconds. */
const transcriptPatience: Patience = { ...usualPatience, totalMs: 30_000 };
const hurried: Patience = { ...usualPatience, totalMs: 5_000, silenceMs: 5_000 };

/** Stores a transcript as an artifact; undefined when that cannot be done, which spoils no result. */
export async function storeTranscript(
  transcript: Transcript,
  { artifacts }: RunnerTask,
  isHurried: boolean,
): Promise<RunnerResult['transcript']> {
  if (artifacts === undefined) return undefined;
  const { ArtifactClient, ArtifactError } = await import('../artifact-client.ts');
  const bytes = transcript.toBytes();
  const reference = { digest: digestOfBytes(bytes), sizeBytes: bytes.length };
  try {
    const client = new ArtifactClient(artifacts, isHurried ? hurried : transcriptPatience);
    await client.upload({ ...reference, open: () => Readable.from([bytes]) });
  } catch (error) {
    if (!(error instanceof ArtifactError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    console.error(`The transcript was not stored: ${(error as Error).message}`);
    return undefined;
  }
  return { name: 'transcript', ...reference, mediaType: 'application/x-ndjson' };
}
