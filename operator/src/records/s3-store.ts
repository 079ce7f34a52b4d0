import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import { isArtifactDigest } from '../core/records/artifact-digest.ts';
import { RecordError } from '../core/records/record-error.ts';
import type { ArtifactContent, ArtifactStore, ArtifactUpload, Bytes, StoredArtifact } from './artifact-store.ts';
import { checkedDownload, checkedUpload } from './checked-bytes.ts';
import { inParts } from './in-parts.ts';

/** Which bucket, and how to reach it. Credentials come from where the AWS tools look for them. */
export interface S3StoreOptions {
  readonly bucket: string;
  /** What the keys begin with. */
  readonly prefix: string;
  readonly region: string;
  /** Of an S3 that is not Amazon's; buckets are then part of the path. */
  readonly endpoint?: string | undefined;
}

/** The object that says whose artifacts those with the prefix are. */
export const ownerKey = ({ prefix }: Pick<S3StoreOptions, 'prefix'>): string => `${prefix}owner`;

/** Bytes of a part, the only ones in memory; S3 takes at least 5 MiB and at most 10,000 parts. */
const partBytes = 8 * 1024 * 1024;
const abandonedAfterMs = 24 * 60 * 60 * 1000;
const fullNames: ReadonlySet<string> = new Set(['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull']);

/** Artifacts in a bucket, one object each: `<prefix>sha256/<hex>`. */
export class S3Store implements ArtifactStore {
  readonly #options: S3StoreOptions;
  readonly #client: S3Client;

  constructor(options: S3StoreOptions) {
    const { region, endpoint } = options;
    this.#options = options;
    this.#client = new S3Client({
      region,
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      // The digest is ours to check; not every S3 knows the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async put({ digest, content }: ArtifactUpload): Promise<number> {
    const parts = inParts(checkedUpload(content, digest), partBytes)[Symbol.asyncIterator]();
    const first = await parts.next();
    const body = first.done === true ? new Uint8Array() : first.value;
    try {
      if (body.byteLength >= partBytes) return await this.#putParts(digest, body, parts);
      await this.#client.send(new PutObjectCommand({ ...this.#object(digest), Body: body }));
      return body.byteLength;
    } catch (error) {
      throw isFull(error) ? new RecordError('InsufficientStorage', 'the bucket is full', error) : error;
    }
  }

  async get(digest: string): Promise<ArtifactContent | undefined> {
    const found = await this.head(digest);
    return found && { sizeBytes: found.sizeBytes, content: checkedDownload(this.#read(digest), digest) };
  }

  async head(digest: string): Promise<StoredArtifact | undefined> {
    try {
      const { ContentLength, LastModified } = await this.#client.send(new HeadObjectCommand(this.#object(digest)));
      return { digest, sizeBytes: ContentLength ?? 0, storedAt: LastModified ?? new Date(0) };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async remove(digest: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#object(digest)));
  }

  async *list(): AsyncIterable<StoredArtifact> {
    const prefix = `${this.#options.prefix}sha256/`;
    const pages = paginateListObjectsV2({ client: this.#client }, { Bucket: this.#options.bucket, Prefix: prefix });
    for await (const { Contents = [] } of pages) {
      for (const { Key = '', Size = 0, LastModified = new Date(0) } of Contents) {
        const digest = `sha256:${Key.slice(prefix.length)}`;
        if (isArtifactDigest(digest)) yield { digest, sizeBytes: Size, storedAt: LastModified };
      }
    }
  }

  /**
   * Whose artifacts these are: what `identity` becomes, unless somebody was here before. It stands in the object
   * `<prefix>owner`; whoever removes that lets the next one take the artifacts over.
   */
  async claim(identity: string): Promise<string> {
    const owner = { Bucket: this.#options.bucket, Key: ownerKey(this.#options) };
    try {
      const { Body } = await this.#client.send(new GetObjectCommand(owner));
      return (await Body?.transformToString()) ?? '';
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    await this.#client.send(new PutObjectCommand({ ...owner, Body: identity }));
    return identity;
  }

  /** Gives up uploads in parts that an earlier process did not finish: they cost space and nobody sees them. */
  async removeAbandoned(now: number): Promise<number> {
    const { bucket: Bucket, prefix: Prefix } = this.#options;
    const { Uploads = [] } = await this.#client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
    const abandoned = Uploads.filter(({ Initiated }) => (Initiated?.getTime() ?? now) < now - abandonedAfterMs);
    for (const { Key, UploadId } of abandoned) {
      await this.#client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    }
    return abandoned.length;
  }

  /** Ends every connection. */
  close(): void {
    this.#client.destroy();
  }

  /** Nothing is there before the last command, and what `checkedUpload` throws comes before it. */
  async #putParts(digest: string, first: Uint8Array, rest: AsyncIterator<Uint8Array>): Promise<number> {
    const object = this.#object(digest);
    const { UploadId } = await this.#client.send(new CreateMultipartUploadCommand(object));
    const upload = { ...object, UploadId };
    const done: CompletedPart[] = [];
    let sizeBytes = 0;
    try {
      for (let body: Uint8Array | undefined = first; body !== undefined; body = await nextOf(rest)) {
        const PartNumber = done.length + 1;
        const { ETag } = await this.#client.send(new UploadPartCommand({ ...upload, PartNumber, Body: body }));
        done.push({ PartNumber, ETag });
        sizeBytes += body.byteLength;
      }
      await this.#client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: done } }));
      return sizeBytes;
    } catch (error) {
      await this.#client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
      throw error;
    }
  }

  async *#read(digest: string): Bytes {
    const { Body } = await this.#client.send(new GetObjectCommand(this.#object(digest)));
    if (Body !== undefined) yield* Body as unknown as Bytes;
  }

  #object(digest: string): { readonly Bucket: string; readonly Key: string } {
    const { bucket, prefix } = this.#options;
    return { Bucket: bucket, Key: `${prefix}sha256/${digest.slice('sha256:'.length)}` };
  }
}

async function nextOf(parts: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  const next = await parts.next();
  return next.done === true ? undefined : next.value;
}

/** By either of the names that S3 has for it. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey');
}

function isFull(error: unknown): boolean {
  return error instanceof Error && fullNames.has(error.name);
}
