import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { formOfArchive, headBytes } from './archive-form.ts';
import { ArchiveNames, invalidEntry, type Symlink } from './archive-names.ts';
import { ArchiveWriter } from './archive-writer.ts';
import { invalid, WorkspaceError } from './workspace-error.ts';

/** How much an archive may hold: bytes of the tar itself; entries as they come, and what is made of them, folders among it. */
export interface ArchiveLimits {
  readonly mostBytes: number;
  readonly mostEntries: number;
}

/** NOTE: a volume of 2 GiB holds the archive, its files, their commit, and whatever the agent adds, once more in the index. */
const usualLimits: ArchiveLimits = { mostBytes: 512 * 1024 ** 2, mostEntries: 50_000 };

/** What is unpacked, and into what. */
export interface Unpacking {
  readonly archive: string;
  readonly workspace: string;
  readonly signal: AbortSignal;
  readonly limits?: ArchiveLimits;
}

/** What came of an archive. */
export interface Unpacked {
  readonly entries: number;
  /** How many of them are git's own, and left out; and the first of those. */
  readonly leftOut: number;
  readonly firstLeftOut?: string;
}

/**
 * Unpacks a tar archive, gzipped or not, over what is in the workspace. Owners, times and rights are not taken over, but that a
 * file is a program is. What is wrong with it ends it while it comes: nothing is read that would not fit. @throws WorkspaceError
 */
export async function unpackArchive({ archive, workspace, signal, limits }: Unpacking): Promise<Unpacked> {
  const isGzipped = formOfArchive(await headOf(archive)) === 'gzip';
  const unpacker = new Unpacker(workspace, limits ?? usualLimits);
  await unpacker.unpack(archive, isGzipped, signal);
  return unpacker.unpacked;
}

async function headOf(path: string): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
  return buffer.subarray(0, bytesRead);
}

/** An entry as `tar-stream` gives it: where its content begins in the archive is not in its types. */
type LocatedHeader = Header & { readonly byteOffset: number };
type Content = AsyncIterable<Uint8Array>;

class Unpacker {
  readonly #limits: ArchiveLimits;
  readonly #names = new ArchiveNames();
  readonly #writer: ArchiveWriter;
  readonly #links: Symlink[] = [];
  #leftOut = 0;
  #firstLeftOut: string | undefined;
  #entries = 0;
  #bytes = 0;
  #copied = 0;
  /** Where the last entry ends, and its name. */
  #end = 0;
  #last = '';

  constructor(workspace: string, limits: ArchiveLimits) {
    this.#limits = limits;
    this.#writer = new ArchiveWriter(workspace, this.#names);
  }

  get unpacked(): Unpacked {
    const first = this.#firstLeftOut;
    return {
      ...{ entries: this.#entries, leftOut: this.#leftOut },
      ...(first !== undefined && { firstLeftOut: first }),
    };
  }

  async unpack(archive: string, isGzipped: boolean, signal: AbortSignal): Promise<void> {
    const entries = extract();
    const metered = (source: AsyncIterable<Buffer>) => this.#meter(source);
    const file = createReadStream(archive);
    const reading = isGzipped
      ? pipeline(file, createGunzip(), metered, entries, { signal })
      : pipeline(file, metered, entries, { signal });
    const ended = await Promise.allSettled([this.#takeAll(entries), reading]);
    const errors = ended.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    signal.throwIfAborted();
    if (errors.length > 0) throw this.#explain(errors);
    if (this.#bytes < this.#end + endBytes) throw this.#broken('it ends before its end');
    for (const link of this.#links) await this.#writer.link(link);
  }

  /** NOTE: what is packed small is stopped by what comes of it, names and all: not by what it says of itself. */
  async *#meter(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.#bytes += chunk.length;
      if (this.#bytes > this.#limits.mostBytes) throw this.#tooLarge();
      yield chunk;
    }
  }

  async #takeAll(entries: ReturnType<typeof extract>): Promise<void> {
    for await (const entry of entries) {
      await this.#take(entry.header as LocatedHeader, entry as Content);
      entry.resume();
    }
  }

  async #take(header: LocatedHeader, content: Content): Promise<void> {
    const { name, size, byteOffset } = header;
    this.#entries += 1;
    this.#last = name;
    if (this.#entries > this.#limits.mostEntries)
      throw invalidEntry(name, `is one more than the ${this.#limits.mostEntries} that may be in it`);
    this.#end = byteOffset + size;
    const entry = this.#names.take(header);
    if (this.#names.size > this.#limits.mostEntries)
      throw invalidEntry(name, `makes more files and folders than the ${this.#limits.mostEntries} that may be in it`);
    if (entry?.kind === 'copy') this.#copied += await this.#writer.sizeOf(entry.of);
    if (this.#end + this.#copied > this.#limits.mostBytes) throw this.#tooLarge();
    if (entry === undefined) this.#leaveOut(name);
    else if (entry.kind === 'link') this.#links.push(entry);
    else await this.#writer.write(name, entry, content);
  }

  /** NOTE: one name alone is kept: there may be many, and each as long as an entry's name can be. */
  #leaveOut(name: string): void {
    this.#leftOut += 1;
    this.#firstLeftOut ??= name;
  }

  #tooLarge = (): WorkspaceError =>
    invalidEntry(this.#last, `goes beyond the ${this.#limits.mostBytes} bytes that may be unpacked`);

  /** Of two errors one is but the other's consequence: what was refused comes first, then what could not be read. */
  #explain(errors: readonly unknown[]): unknown {
    const told = errors.find((error) => error instanceof WorkspaceError);
    if (told !== undefined) return told;
    const system = errors.find((error) => isOfTheSystem(error));
    return system ?? this.#broken((errors[0] as Error).message);
  }

  #broken(why: string): WorkspaceError {
    const place = this.#last === '' ? '' : `, behind the entry ${JSON.stringify(this.#last.slice(0, 60))}`;
    return invalid(`the archive is broken or cut off${place}: ${why}`);
  }
}

/** A block of zeros at least stands at the end (pax Interchange Format, POSIX.1-2024: two of them). */
const endBytes = 512;

/** What the file system says, such as that the disk is full; errors of streams and of zlib say something of the archive. */
const isOfTheSystem = (error: unknown) => (error as NodeJS.ErrnoException).syscall !== undefined;
