import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, opendir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordError } from '../core/records/record-error.ts';
import type { ArtifactContent, ArtifactStore, ArtifactUpload, Bytes, StoredArtifact } from './artifact-store.ts';
import { checkedDownload, checkedUpload } from './checked-bytes.ts';

/** How a folder is used. */
export interface FolderStoreOptions {
  readonly folder: string;
  /** Bytes that stay free, for the database beside; an upload that would take them is refused. */
  readonly reserveBytes: number;
  /** Bytes that are free; what the file system says by default. */
  readonly freeBytes?: () => Promise<number>;
}

/** Bytes written between two looks at the free space. */
const bytesBetweenLooks = 16 * 1024 * 1024;
const readChunkBytes = 256 * 1024;
const diskFullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Artifacts in a folder: `sha256/ab/cd…`, written elsewhere first and moved there when they are complete and on disk. */
export class FolderStore implements ArtifactStore {
  readonly #options: Required<FolderStoreOptions>;

  private constructor(options: Required<FolderStoreOptions>) {
    this.#options = options;
  }

  /** Makes the folder when it is not there, and removes what an earlier process left unfinished. */
  static async open(options: FolderStoreOptions): Promise<FolderStore> {
    const freeBytes = async (): Promise<number> => {
      const { bavail, bsize } = await statfs(options.folder);
      return bavail * bsize;
    };
    const store = new FolderStore({ freeBytes, ...options });
    await rm(store.#incoming, { recursive: true, force: true });
    await mkdir(store.#incoming, { recursive: true });
    await mkdir(store.#blobs, { recursive: true });
    return store;
  }

  async put(upload: ArtifactUpload): Promise<number> {
    await this.#requireSpace(upload.announcedBytes ?? 0);
    const unfinished = join(this.#incoming, randomUUID());
    try {
      const sizeBytes = await this.#write(unfinished, upload);
      await this.#publish(unfinished, upload.digest);
      return sizeBytes;
    } catch (error) {
      await rm(unfinished, { force: true });
      throw isDiskFull(error) ? new RecordError('InsufficientStorage', 'the disk is full', error) : error;
    }
  }

  async get(digest: string): Promise<ArtifactContent | undefined> {
    const found = await this.head(digest);
    return found && { sizeBytes: found.sizeBytes, content: checkedDownload(this.#read(digest), digest) };
  }

  async head(digest: string): Promise<StoredArtifact | undefined> {
    try {
      const { size, mtime } = await stat(this.#pathOf(digest).file);
      return { digest, sizeBytes: size, storedAt: mtime };
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async remove(digest: string): Promise<void> {
    await rm(this.#pathOf(digest).file, { force: true });
  }

  async *list(): AsyncIterable<StoredArtifact> {
    for await (const folder of await opendir(this.#blobs)) {
      for await (const file of await opendir(join(this.#blobs, folder.name))) {
        const found = await this.head(`sha256:${folder.name}${file.name}`);
        if (found !== undefined) yield found;
      }
    }
  }

  async #write(path: string, { content, digest }: ArtifactUpload): Promise<number> {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(this.#whileThereIsSpace(checkedUpload(content, digest)));
      await file.sync();
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  }

  /** The move is on disk, too, before anyone is told: after a power cut the artifact is there or was never promised. */
  async #publish(unfinished: string, digest: string): Promise<void> {
    const { folder, file } = this.#pathOf(digest);
    const isNew = (await mkdir(folder, { recursive: true })) !== undefined;
    await rename(unfinished, file);
    await syncFolder(folder);
    if (isNew) await syncFolder(this.#blobs);
  }

  async *#read(digest: string): Bytes {
    const { file } = this.#pathOf(digest);
    yield* createReadStream(file, { highWaterMark: readChunkBytes }) as Bytes;
  }

  async *#whileThereIsSpace(content: Bytes): Bytes {
    let sinceLook = 0;
    for await (const chunk of content) {
      sinceLook += chunk.byteLength;
      if (sinceLook >= bytesBetweenLooks) {
        await this.#requireSpace(0);
        sinceLook = 0;
      }
      yield chunk;
    }
  }

  async #requireSpace(bytes: number): Promise<void> {
    const free = await this.#options.freeBytes();
    if (free - bytes >= this.#options.reserveBytes) return;
    throw new RecordError('InsufficientStorage', `${free} bytes are free, and some of them must stay so`);
  }

  get #incoming(): string {
    return join(this.#options.folder, 'incoming');
  }

  get #blobs(): string {
    return join(this.#options.folder, 'sha256');
  }

  #pathOf(digest: string): { readonly folder: string; readonly file: string } {
    const hex = digest.slice('sha256:'.length);
    const folder = join(this.#blobs, hex.slice(0, 2));
    return { folder, file: join(folder, hex.slice(2)) };
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && diskFullCodes.has(error.code);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
