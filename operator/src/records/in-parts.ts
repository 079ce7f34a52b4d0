import type { Bytes } from './artifact-store.ts';

/** The same bytes in parts of one size, the last one smaller; no part when there are no bytes. */
export async function* inParts(content: Bytes, partBytes: number): AsyncIterable<Uint8Array> {
  let part = Buffer.allocUnsafe(partBytes);
  let filled = 0;
  for await (const chunk of content) {
    let taken = 0;
    while (taken < chunk.byteLength) {
      const piece = chunk.subarray(taken, taken + partBytes - filled);
      part.set(piece, filled);
      filled += piece.byteLength;
      taken += piece.byteLength;
      if (filled < partBytes) continue;
      yield part;
      part = Buffer.allocUnsafe(partBytes); // who has the part may still read it
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
