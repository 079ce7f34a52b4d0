import { constants } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';

/** Bytes of a file, or why they cannot be had, in words that follow the file's name. */
export type SharedFile = { readonly bytes: Buffer } | { readonly problem: string } | 'absent';

/**
 * Reads a file of a folder that a hostile container could write to. It may be anything: a link to a token, a pipe that
 * never ends, a folder, larger than the memory. Nothing else runs in the pod meanwhile.
 */
export async function readSharedFile(path: string, maxBytes: number): Promise<SharedFile> {
  const opened = await openSharedFile(path);
  if (opened === 'absent' || 'problem' in opened) return opened;
  await using file = opened.file;
  const { size } = await file.stat();
  if (size > maxBytes) return { problem: `has ${size} bytes, and at most ${maxBytes} are read` };
  return { bytes: await file.readFile() };
}

/** Opens a regular file without following a link. Whoever calls closes it. */
export async function openSharedFile(
  path: string,
): Promise<{ readonly file: FileHandle } | { readonly problem: string } | 'absent'> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let file;
  try {
    file = await open(path, flags);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'absent';
    return { problem: code === 'ELOOP' ? 'is a link' : `cannot be opened (${code ?? String(error)})` };
  }
  if ((await file.stat()).isFile()) return { file };
  await file.close();
  return { problem: 'is not a file' };
}

/** Whether it is a folder itself, and no link to one. */
export async function isRealFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch {
    return false;
  }
}
