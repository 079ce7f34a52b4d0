import { Readable } from 'node:stream';
import type { RunnerTask } from '../../api/runner-task.ts';
import { type Patience, usualPatience } from '../artifact-client.ts';
import { digestOfBytes } from '../read-task.ts';

/** Storing what only documents the work delays its end no longer than this, in milliseconds. */
const recordPatience: Patience = { ...usualPatience, totalMs: 30_000 };
/** All of them together have to fit into the time that a pod has to end. */
const hurried: Patience = { ...usualPatience, totalMs: 1_500, silenceMs: 1_500 };

/** What is stored, and where. */
export interface RecordStorage {
  /** What it is called when it cannot be stored. */
  readonly name: string;
  readonly service: RunnerTask['artifacts'];
  /** The pod was asked to end. */
  readonly isHurried: boolean;
}

/** Stores what documents the work as an artifact; undefined when that cannot be done, which spoils no result. */
export async function storeRecord(
  bytes: Buffer,
  { name, service, isHurried }: RecordStorage,
): Promise<{ readonly digest: string; readonly sizeBytes: number } | undefined> {
  if (service === undefined) return undefined;
  const { ArtifactClient, ArtifactError } = await import('../artifact-client.ts');
  const reference = { digest: digestOfBytes(bytes), sizeBytes: bytes.length };
  try {
    const client = new ArtifactClient(service, isHurried ? hurried : recordPatience);
    await client.upload({ ...reference, open: () => Readable.from([bytes]) });
  } catch (error) {
    if (!(error instanceof ArtifactError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    console.error(`The ${name} was not stored: ${(error as Error).message}`);
    return undefined;
  }
  return reference;
}
