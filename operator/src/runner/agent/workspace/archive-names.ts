import { quote } from '../../../core/quote.ts';
import { ToolFailure } from '../tools/tool.ts';
import { splitPath } from '../tools/workspace.ts';
import { invalid, type WorkspaceError } from './workspace-error.ts';

/** Bytes that a name, or the target of a link, may have; Linux opens no longer ones. */
const longestName = 4096;

/** Characters that all names, folders that they imply and targets of links may have together: they are held in memory. */
const mostCharacters = 16 * 1024 * 1024;

/** Set user or group when a program runs. */
const setIdBits = 0o6000;

/** What an archive says of an entry, which may be anything. */
export interface EntryHeader {
  readonly name: string;
  readonly mode: number;
  readonly type: string | null;
  readonly linkname: string | null;
}

/** What is made of an entry. Links are made when all else is there. */
export type TakenEntry =
  | { readonly kind: 'folder'; readonly parts: readonly string[] }
  | { readonly kind: 'file'; readonly parts: readonly string[]; readonly isProgram: boolean }
  | { readonly kind: 'copy'; readonly parts: readonly string[]; readonly of: readonly string[] }
  | Symlink;

/** A symbolic link, with its target as the archive has it. */
export interface Symlink {
  readonly kind: 'link';
  readonly parts: readonly string[];
  readonly target: string;
}

/** The reason why an archive is not taken, and at which of its entries. */
export const invalidEntry = (name: string, what: string): WorkspaceError =>
  invalid(`the entry ${quote(name)} of the archive ${what}`);

/** Knows the names of an archive, and decides entry by entry what is made of it: nothing outside, nothing twice. */
export class ArchiveNames {
  readonly #kinds = new Map<string, TakenEntry['kind']>();
  #characters = 0;

  /** Files, links and folders so far, those that names but imply among them. */
  get size(): number {
    return this.#kinds.size;
  }

  /** What is made of an entry; undefined for what belongs to git itself. @throws WorkspaceError for what may not be */
  take(header: EntryHeader): TakenEntry | undefined {
    const { name } = header;
    if (Buffer.byteLength(name) > longestName) throw invalidEntry(name, `has a name of more than ${longestName} bytes`);
    if (isGits(name)) return undefined;
    const parts = partsOf(name, name);
    const entry = this.#entryOf(header, parts);
    this.#claim(name, entry);
    return entry;
  }

  /** Whether a path is one of the archive's symbolic links. */
  isLink(path: string): boolean {
    return this.#kinds.get(path) === 'link';
  }

  #entryOf({ name, type, mode, linkname }: EntryHeader, parts: readonly string[]): TakenEntry {
    switch (type) {
      case 'directory':
        return { kind: 'folder', parts };
      case 'file':
      case 'contiguous-file':
        return { kind: 'file', parts, isProgram: isProgram(name, mode) };
      case 'symlink':
        return this.#linkOf({ kind: 'link', parts, target: linkname ?? '' });
      case 'link':
        return { kind: 'copy', parts, of: this.#linked(name, linkname ?? '') };
      default:
        throw invalidEntry(name, `is ${kindNames[type ?? ''] ?? 'of a kind that is not known'}, which is not taken`);
    }
  }

  /** NOTE: before it is kept: links are made when all else is there, and a target may be as long as the archive likes. */
  #linkOf(link: Symlink): Symlink {
    checkTarget(link);
    this.#characters += link.target.length;
    return link;
  }

  /** NOTE: only files of this archive: a second name for a file of git's own folder would open that to everybody. */
  #linked(name: string, target: string): readonly string[] {
    const parts = isGits(target) ? [] : partsOf(target, name);
    const kind = this.#kinds.get(parts.join('/'));
    if (kind === 'file' || kind === 'copy') return parts;
    throw invalidEntry(name, `is a link to ${quote(target)}, which is no file that stands before it in the archive`);
  }

  #claim(name: string, { parts, kind }: TakenEntry): void {
    if (parts.length === 0 && kind !== 'folder') throw invalidEntry(name, 'has the name of the workspace itself');
    for (let length = 1; length < parts.length; length += 1) {
      const path = parts.slice(0, length).join('/');
      if ((this.#kinds.get(path) ?? 'folder') !== 'folder')
        throw invalidEntry(name, `leads through ${quote(path)}, which is no folder of the archive`);
      this.#remember(name, path, 'folder');
    }
    const path = parts.join('/');
    const known = this.#kinds.get(path);
    if (known !== undefined && (known !== 'folder' || kind !== 'folder'))
      throw invalidEntry(name, 'has the same name as an entry before it');
    this.#remember(name, path, kind);
  }

  #remember(name: string, path: string, kind: TakenEntry['kind']): void {
    if (!this.#kinds.has(path)) this.#characters += path.length;
    if (this.#characters > mostCharacters)
      throw invalidEntry(
        name,
        `goes beyond the ${mostCharacters} characters that all names and targets of links may have together`,
      );
    this.#kinds.set(path, kind);
  }
}

function isProgram(name: string, mode: number): boolean {
  if ((mode & setIdBits) !== 0) throw invalidEntry(name, 'would run as another user or group (setuid, setgid)');
  return (mode & 0o100) !== 0;
}

const kindNames: Readonly<Record<string, string>> = {
  'character-device': 'a device',
  'block-device': 'a device',
  fifo: 'a fifo',
};

/** Git's own folder, at any depth and in any spelling: its configuration would make git run programs. */
const isGits = (path: string) => path.split('/').some((part) => part.toLowerCase() === '.git');

function partsOf(path: string, entry: string): readonly string[] {
  try {
    return splitPath(path);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const what = path === entry ? 'cannot be written' : `is a link to ${quote(path)}, which cannot be`;
    throw invalidEntry(entry, `${what}: ${error.message}`);
  }
}

function checkTarget(link: Symlink): void {
  const { target } = link;
  if (target === '' || target.includes('\0')) throw invalidLink(link, 'which is no path');
  if (Buffer.byteLength(target) > longestName) throw invalidLink(link, `which has more than ${longestName} bytes`);
  if (isGits(target)) throw invalidLink(link, "which is git's own folder");
}

const outside = 'which is not inside the workspace';

/** Where a symbolic link leads, as far as names say it. */
export interface LinkWay {
  /** Folders of the workspace that it leads through. */
  readonly through: readonly string[];
  readonly end: string;
}

/** Follows a symbolic link by names alone. @throws WorkspaceError when it leads out */
export function wayOf(link: Symlink): LinkWay {
  const { target } = link;
  // An absolute target may have no parts at all: it is the root.
  if (target.startsWith('/')) throw invalidLink(link, outside);
  const place = link.parts.slice(0, -1);
  const through: string[] = [];
  for (const part of target.split('/').filter((each) => each !== '' && each !== '.')) {
    through.push(place.join('/'));
    if (part !== '..') place.push(part);
    if (part === '..' && place.pop() === undefined) throw invalidLink(link, outside);
  }
  return { through, end: place.join('/') };
}

/** The reason why a symbolic link is not made. */
export const invalidLink = ({ parts, target }: Symlink, why: string): WorkspaceError =>
  invalidEntry(parts.join('/'), `is a link to ${quote(target)}, ${why}`);
