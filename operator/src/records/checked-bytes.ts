import { createHash } from 'node:crypto';
import { RecordError } from '../core/records/record-error.ts';
import type { Bytes } from './artifact-store.ts';

/**
 * The bytes as they come. The last chunk is held back until the digest has been found right: whoever counts the bytes
 * never takes wrong ones for complete.
 * @throws what `wrong` makes of the digest that was found
 */
export async function* checkedBytes(content: Bytes, digest: string, wrong: (found: string) => Error): Bytes {
  const hash = createHash('sha256');
  let held: Uint8Array | undefined;
  for await (const chunk of content) {
    hash.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== digest) throw wrong(found);
  if (held !== undefined) yield held;
}

/** The bytes of an upload. @throws RecordError `DigestMismatch` before the last chunk */
export function checkedUpload(content: Bytes, digest: string): Bytes {
  return checkedBytes(
    content,
    digest,
    (found) => new RecordError('DigestMismatch', `the bytes have the digest ${found}, not ${digest}`),
  );
}

/** The bytes of what was stored. @throws RecordError `Broken` before the last chunk */
export function checkedDownload(content: Bytes, digest: string): Bytes {
  return checkedBytes(
    content,
    digest,
    (found) => new RecordError('Broken', `the stored artifact ${digest} has become ${found}`),
  );
}

/** At most `limit` bytes. @throws RecordError `TooLarge` with the first byte beyond */
export async function* limitedBytes(content: Bytes, limit: number): Bytes {
  let count = 0;
  for await (const chunk of content) {
    count += chunk.byteLength;
    if (count > limit) throw new RecordError('TooLarge', `more than ${limit} bytes`);
    yield chunk;
  }
}
