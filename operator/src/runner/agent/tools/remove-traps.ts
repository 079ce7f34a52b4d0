import { chmodSync, type Dir, type Dirent, lstatSync, opendirSync, rmdirSync, unlinkSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ToolFailure } from './tool.ts';
import { isShared, type Tree } from './tree.ts';

/** What was found in a workspace that commands have written to. */
export interface Swept {
  readonly removed: Found;
  /** Files that are too large to be compared in memory. */
  readonly large: Found;
}

export interface Found {
  readonly count: number;
  /** Paths from the workspace, as the bytes that they are: of the first thousand. */
  readonly first: readonly Buffer[];
}

/** Bytes of a file from which on git takes it for no text: it takes up to forty times as much memory to compare it. */
export const largeFileBytes = 1024 * 1024;

/** Bytes of a file that git reads as a whole, as rules of its own. */
const mostRuleBytes = 1024 * 1024;

const nothing: Found = { count: 0, first: [] };

/** What git has to be kept from in a tree; nothing where the runner alone writes there. @throws ToolFailure as `removeTraps` */
export async function sweepTree(tree: Tree, signal: AbortSignal): Promise<Swept> {
  if (!isShared(tree)) return { removed: nothing, large: nothing };
  if (tree.isQuiet?.() === false) throw new ToolFailure('a command may still be running, beside which git is not run');
  return await removeTraps(tree.workspace, signal);
}

/**
 * Removes what could lead git astray that commands may have left: folders and files `.git`, which name programs and other
 * places; pipes and sockets, at which it would wait for ever; rules of git's that are links, or have no end.
 * NOTE: nothing else may run in the workspace meanwhile. @throws ToolFailure when that cannot be done wholly, and
 * where more than so many files and folders would have to be looked at
 */
export async function removeTraps(workspace: string, signal: AbortSignal, mostEntries = 500_000): Promise<Swept> {
  const sweep = new Sweep({ workspace, signal, mostEntries });
  try {
    await sweep.folder('');
  } catch (error) {
    signal.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new ToolFailure(`the workspace cannot be looked through, without which git is not run (${code})`);
  }
  return sweep.swept;
}

class Sweep {
  readonly #workspace: Buffer;
  readonly #signal: AbortSignal;
  readonly #mostEntries: number;
  readonly swept = { removed: new FirstFound(), large: new FirstFound() };
  #seen = 0;

  constructor({ workspace, signal, mostEntries }: { workspace: string; signal: AbortSignal; mostEntries: number }) {
    this.#workspace = Buffer.from(`${workspace}/`);
    [this.#signal, this.#mostEntries] = [signal, mostEntries];
  }

  /** NOTE: names are bytes, of which each stands for a character here: read as UTF-8 two of them could look the same. */
  #at(path: string): Buffer {
    return Buffer.concat([this.#workspace, Buffer.from(path, 'latin1')]);
  }

  /** One folder after the other: what is kept of one meanwhile are the names of the folders in it. */
  async folder(path: string): Promise<void> {
    const folders: string[] = [];
    for await (const entry of this.#entries(path)) {
      if (await this.#isFolder(within(path, entry.name), entry)) folders.push(entry.name);
    }
    for (const each of folders) await this.folder(within(path, each));
  }

  /** NOTE: read without waiting, which is many times faster; others have their turn now and then. */
  async *#entries(path: string): AsyncGenerator<Dirent> {
    const folder = this.#open(path);
    try {
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        this.#seen += 1;
        if (this.#seen > this.#mostEntries)
          throw new ToolFailure(`the workspace has more than ${this.#mostEntries} files, among which git is not run`);
        if (this.#seen % turnEntries === 0) await nextTurn();
        this.#signal.throwIfAborted();
        yield entry;
      }
    } finally {
      folder.closeSync();
    }
  }

  /** A folder that its owner cannot read is made one: git may reach what is in it by name. */
  #open(path: string): Dir {
    const folder = this.#at(path);
    try {
      return opendirSync(folder, reading);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
      chmodSync(folder, 0o700);
      return opendirSync(folder, reading);
    }
  }

  async #isFolder(path: string, entry: Dirent): Promise<boolean> {
    if (isGitFolder(entry.name) || !(entry.isFile() || entry.isDirectory() || entry.isSymbolicLink())) {
      if (entry.isDirectory()) await this.#empty(path);
      this.#remove(path, entry);
      return false;
    }
    if (entry.isDirectory()) return true;
    if (entry.isFile()) this.#lookAt(path, entry);
    else if (isRule(entry.name)) this.#remove(path, entry);
    return false;
  }

  #lookAt(path: string, entry: Dirent): void {
    const { size } = lstatSync(this.#at(path));
    if (isRule(entry.name) && size > mostRuleBytes) this.#remove(path, entry);
    else if (size > largeFileBytes) this.swept.large.add(path);
  }

  #remove(path: string, entry: Dirent): void {
    try {
      this.#removeAt(path, entry);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
      // NOTE: not before: the workspace itself is a volume that belongs to root.
      chmodSync(this.#at(path.slice(0, path.lastIndexOf('/'))), 0o700);
      this.#removeAt(path, entry);
    }
    this.swept.removed.add(path);
  }

  /** NOTE: without waiting: it would take a turn for each of very many pipes. Links are removed, and not followed. */
  #removeAt(path: string, entry: Dirent): void {
    if (entry.isDirectory()) rmdirSync(this.#at(path));
    else unlinkSync(this.#at(path));
  }

  /**
   * NOTE: not by the system's own removal of folders: that holds all names at once, and goes on when nobody waits any more. A
   * folder whose owner may not change it can be emptied by nobody.
   */
  async #empty(path: string): Promise<void> {
    chmodSync(this.#at(path), 0o700);
    const folders: Dirent[] = [];
    for await (const entry of this.#entries(path)) {
      if (entry.isDirectory()) folders.push(entry);
      else this.#removeAt(within(path, entry.name), entry);
    }
    for (const each of folders) {
      await this.#empty(within(path, each.name));
      this.#removeAt(within(path, each.name), each);
    }
  }
}

/** Commands can make more of them than memory holds. */
class FirstFound implements Found {
  count = 0;
  readonly first: Buffer[] = [];

  add(path: string): void {
    this.count += 1;
    if (this.count <= mostNames) this.first.push(Buffer.from(path, 'latin1'));
  }
}

const mostNames = 1000;

const within = (path: string, name: string) => (path === '' ? name : `${path}/${name}`);

const reading = { encoding: 'latin1', bufferSize: 512 } as const;

/** Entries that are looked at in one turn. */
const turnEntries = 1000;

const isGitFolder = (name: string) => name.toLowerCase() === '.git';

/** Files of a tree that git reads for itself. */
const isRule = (name: string) => /^\.(gitattributes|gitignore|gitmodules|mailmap)$/i.test(name);
