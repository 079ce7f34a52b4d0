import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { ToolFailure } from './tool.ts';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Deepest path, in folders. */
const deepest = 64;

/**
 * The folders and the name of a path inside the workspace; none for the workspace itself. @throws ToolFailure for a path that
 * leads out, or into git's own folder, whose files make git run programs
 */
export function splitPath(path: string): readonly string[] {
  if (path.includes('\0') || path.includes('\\'))
    throw new ToolFailure('a path may have no backslash and no zero byte');
  if (path.startsWith('/')) throw new ToolFailure('a path has to be relative to the workspace');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new ToolFailure('a path may not lead out by ..');
  if (parts.some((part) => part.toLowerCase() === '.git')) throw new ToolFailure("git's own folder is left alone");
  if (parts.length > deepest) throw new ToolFailure(`a path may have at most ${deepest} parts`);
  return parts;
}

/** A folder of the workspace that is held open, so that nobody can put a link in its place. Whoever calls closes it. */
async function openFolder(workspace: string, folders: readonly string[], isMade: boolean): Promise<FileHandle> {
  await mkdir(workspace, { recursive: true });
  let folder = await open(workspace, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  for (const name of folders) {
    await using parent = folder;
    const path = within(parent, name);
    if (isMade) await mkdir(path).catch(() => undefined);
    folder = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  }
  return folder;
}

/** A name in a folder that is open: Linux leads there whatever has been renamed meanwhile. */
const within = ({ fd }: FileHandle, name: string) => `/proc/self/fd/${fd}/${name}`;

/** Opens a file of the workspace, following no link on the way. @throws ToolFailure when that cannot be */
export async function withFile<T>(
  { workspace, path, flags, isMade = false }: { workspace: string; path: string; flags: number; isMade?: boolean },
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const parts = splitPath(path);
  const name = parts.at(-1);
  if (name === undefined) throw new ToolFailure('the path is the workspace itself');
  return await explained(path, async () => {
    await using folder = await openFolder(workspace, parts.slice(0, -1), isMade);
    await using file = await open(within(folder, name), flags | O_NOFOLLOW | O_NONBLOCK, 0o644);
    if (!(await file.stat()).isFile()) throw new ToolFailure(`${path} is no file`);
    return await use(file);
  });
}

/** The same of a folder, by a path that leads to it as long as it is in use. */
export async function withFolder<T>(workspace: string, path: string, use: (path: string) => Promise<T>): Promise<T> {
  const parts = splitPath(path);
  return await explained(path, async () => {
    await using folder = await openFolder(workspace, parts, false);
    return await use(`/proc/self/fd/${folder.fd}/`);
  });
}

const explanations: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'leads through what is no folder, or through a link',
  ELOOP: 'is a link, and links are not followed',
  EISDIR: 'is a folder',
  ENXIO: 'is no file',
  ENAMETOOLONG: 'is too long a name',
};

async function explained<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof ToolFailure) throw error;
    throw new ToolFailure(`${path} ${explanations[code] ?? `cannot be used (${code})`}`);
  }
}
