/** Bytes that come one chunk after the other. */
export type Bytes = AsyncIterable<Uint8Array>;

/** An artifact on its way into a store. */
export interface ArtifactUpload {
  /** What its bytes must have as digest: `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly content: Bytes;
  /** Its size in bytes, when the sender announced it. */
  readonly announcedBytes?: number | undefined;
}

/** What a store knows of an artifact. */
export interface StoredArtifact {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly storedAt: Date;
}

/** An artifact and its bytes. Nothing is opened before the first of them is asked for. */
export interface ArtifactContent {
  readonly sizeBytes: number;
  /** Fails with `Broken` before its last chunk when the bytes do not have the digest. */
  readonly content: Bytes;
}

/**
 * Artifacts by digest. A store never holds a part of one, and never the whole of one in memory. Errors that callers can
 * tell apart are `RecordError`s.
 */
export interface ArtifactStore {
  /** Stores it, whether it was there or not, and answers with its size in bytes. A wrong digest stores nothing. */
  put(upload: ArtifactUpload): Promise<number>;
  get(digest: string): Promise<ArtifactContent | undefined>;
  head(digest: string): Promise<StoredArtifact | undefined>;
  /** Does nothing when it is not there. */
  remove(digest: string): Promise<void>;
  list(): AsyncIterable<StoredArtifact>;
}
