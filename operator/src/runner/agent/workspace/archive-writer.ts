import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, open, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArchiveNames, invalidEntry, invalidLink, type Symlink, type TakenEntry, wayOf } from './archive-names.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/**
 * Writes the entries of an archive into the workspace, over what is there, following no link that a repository has brought.
 * NOTE: nobody else works in the workspace while it is filled, so that a folder that was looked at stays what it is.
 */
export class ArchiveWriter {
  readonly #workspace: string;
  readonly #names: ArchiveNames;
  /** Folders that are known to be no links. */
  readonly #folders = new Set(['']);

  constructor(workspace: string, names: ArchiveNames) {
    [this.#workspace, this.#names] = [workspace, names];
  }

  /** @throws WorkspaceError when what is there is in the way, and the file system's error when it cannot write */
  async write(name: string, entry: Exclude<TakenEntry, Symlink>, content: AsyncIterable<Uint8Array>): Promise<void> {
    const { kind, parts } = entry;
    const path = join(this.#workspace, ...parts);
    await this.#makeFolders(name, kind === 'folder' ? parts : parts.slice(0, -1));
    if (kind === 'folder') return;
    await this.#clear(name, path);
    await explained(name, async () => {
      if (kind === 'copy') await copyFile(join(this.#workspace, ...entry.of), path, constants.COPYFILE_EXCL);
      else await writeContent(path, entry.isProgram ? 0o755 : 0o644, content);
    });
  }

  /** Makes a link, last of all. @throws WorkspaceError when it leads out or through another link */
  async link(link: Symlink): Promise<void> {
    const name = link.parts.join('/');
    const { through, end } = wayOf(link);
    for (const folder of through) {
      if (folder !== '' && (this.#names.isLink(folder) || (await this.#isLink(folder))))
        throw invalidLink(link, `which leads through the link '${folder}'`);
    }
    if (!this.#names.isLink(end) && (await this.#isLink(end)))
      throw invalidLink(link, 'which is a link of the repository');
    await this.#makeFolders(name, link.parts.slice(0, -1));
    const path = join(this.#workspace, ...link.parts);
    await this.#clear(name, path);
    await explained(name, () => symlink(link.target, path));
  }

  /** Bytes of a file that was written. */
  async sizeOf(parts: readonly string[]): Promise<number> {
    return (await lstat(join(this.#workspace, ...parts))).size;
  }

  async #isLink(path: string): Promise<boolean> {
    const found = await lstat(join(this.#workspace, path)).catch(() => undefined);
    return found?.isSymbolicLink() === true;
  }

  async #makeFolders(name: string, parts: readonly string[]): Promise<void> {
    for (let length = 1; length <= parts.length; length += 1) {
      const folder = parts.slice(0, length).join('/');
      if (this.#folders.has(folder)) continue;
      await explained(name, () => this.#makeFolder(name, folder));
      this.#folders.add(folder);
    }
  }

  async #makeFolder(name: string, folder: string): Promise<void> {
    const path = join(this.#workspace, folder);
    try {
      await mkdir(path, 0o755);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (!(await lstat(path)).isDirectory())
        throw invalidEntry(name, `leads through '${folder}', which is no folder of the repository`);
    }
  }

  /** Files and links of a repository give way; whole folders do not. */
  async #clear(name: string, path: string): Promise<void> {
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) return;
    if (found.isDirectory()) throw invalidEntry(name, 'has the name of a folder of the repository');
    await rm(path);
  }
}

async function writeContent(path: string, mode: number, content: AsyncIterable<Uint8Array>): Promise<void> {
  await using file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  for await (const chunk of content) await file.writeFile(chunk);
}

async function explained(name: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENAMETOOLONG') throw error;
    throw invalidEntry(name, 'has a name that is too long for the file system');
  }
}
