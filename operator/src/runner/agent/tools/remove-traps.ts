import { type Dir, type Dirent, lstatSync, opendirSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ToolFailure } from './tool.ts';
import { isShared, type Tree } from './tree.ts';

/** What was found in a workspace that commands have written to, by paths from there. */
export interface Swept {
  readonly removed: readonly string[];
  /** Files that are too large to be compared in memory. */
  readonly large: readonly string[];
}

/** Bytes of a file from which on git takes it for no text. */
export const largeFileBytes = 16 * 1024 * 1024;

/** Bytes of a file that git reads as a whole, as rules of its own. */
const mostRuleBytes = 1024 * 1024;

/** What git has to be kept from in a tree; nothing where the runner alone writes there. @throws ToolFailure as `removeTraps` */
export async function sweepTree(tree: Tree, signal: AbortSignal): Promise<Swept> {
  if (!isShared(tree)) return { removed: [], large: [] };
  if (tree.isQuiet?.() === false) throw new ToolFailure('a command may still be running, beside which git is not run');
  return await removeTraps(tree.workspace, signal);
}

/**
 * Removes what could lead git astray that commands may have left: folders and files `.git`, which name programs and other
 * places; pipes and sockets, at which it would wait for ever; rules of git's that are links, or have no end.
 * NOTE: nothing else may run in the workspace meanwhile. @throws ToolFailure when that cannot be done wholly
 */
export async function removeTraps(workspace: string, signal: AbortSignal): Promise<Swept> {
  const sweep = new Sweep(workspace, signal);
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
  readonly #removed: string[] = [];
  readonly #large: string[] = [];
  #seen = 0;

  constructor(workspace: string, signal: AbortSignal) {
    [this.#workspace, this.#signal] = [Buffer.from(`${workspace}/`), signal];
  }

  /** NOTE: names are bytes, of which each stands for a character here: read as UTF-8 two of them could look the same. */
  #at(path: string): Buffer {
    return Buffer.concat([this.#workspace, Buffer.from(path, 'latin1')]);
  }

  get swept(): Swept {
    return { removed: this.#removed, large: this.#large };
  }

  /** One folder after the other, so that it takes memory for its depth alone. */
  async folder(path: string): Promise<void> {
    const folders: string[] = [];
    for await (const entry of this.#entries(path)) {
      const inside = path === '' ? entry.name : `${path}/${entry.name}`;
      if (await this.#isFolder(inside, entry)) folders.push(inside);
    }
    for (const each of folders) await this.folder(each);
  }

  /** NOTE: read without waiting, which is many times faster; others have their turn now and then. */
  async *#entries(path: string): AsyncGenerator<Dirent> {
    const folder = await this.#open(path);
    try {
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        this.#seen += 1;
        if (this.#seen % turnEntries === 0) await nextTurn();
        this.#signal.throwIfAborted();
        yield entry;
      }
    } finally {
      folder.closeSync();
    }
  }

  /** A folder that its owner cannot read is made one: git may reach what is in it by name. */
  async #open(path: string): Promise<Dir> {
    const folder = this.#at(path);
    try {
      return opendirSync(folder, reading);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
      await chmod(folder, 0o700);
      return opendirSync(folder, reading);
    }
  }

  async #isFolder(path: string, entry: Dirent): Promise<boolean> {
    if (isGitFolder(entry.name) || !(entry.isFile() || entry.isDirectory() || entry.isSymbolicLink())) {
      if (entry.isDirectory()) await this.#unlock(path);
      await this.#remove(path);
      return false;
    }
    if (entry.isDirectory()) return true;
    if (entry.isFile()) await this.#lookAt(path, entry.name);
    else if (isRule(entry.name)) await this.#remove(path);
    return false;
  }

  async #lookAt(path: string, name: string): Promise<void> {
    const { size } = lstatSync(this.#at(path));
    if (isRule(name) && size > mostRuleBytes) await this.#remove(path);
    else if (size > largeFileBytes) this.#large.push(written(path));
  }

  async #remove(path: string): Promise<void> {
    const place = this.#at(path);
    try {
      await rm(place, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
      // NOTE: not before: the workspace itself is a volume that belongs to root.
      await chmod(this.#at(path.slice(0, path.lastIndexOf('/'))), 0o700);
      await rm(place, { recursive: true, force: true });
    }
    this.#removed.push(written(path));
  }

  /** A folder whose owner may not change it can be removed by nobody. */
  async #unlock(path: string): Promise<void> {
    await chmod(this.#at(path), 0o700);
    for await (const entry of this.#entries(path)) {
      if (entry.isDirectory()) await this.#unlock(`${path}/${entry.name}`);
    }
  }
}

const reading = { encoding: 'latin1', bufferSize: 512 } as const;

/** Entries that are looked at in one turn. */
const turnEntries = 1000;

/** As people read it. */
const written = (path: string) => Buffer.from(path, 'latin1').toString('utf8');

const isGitFolder = (name: string) => name.toLowerCase() === '.git';

/** Files of a tree that git reads for itself. */
const isRule = (name: string) => /^\.(gitattributes|gitignore|gitmodules|mailmap)$/i.test(name);
