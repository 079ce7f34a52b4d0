import { invalid } from './workspace-error.ts';

/** Bytes at the beginning of a file that tell what it is. */
export const headBytes = 512;

/** What files of other forms begin with. */
const others: readonly (readonly [what: string, beginning: string])[] = [
  ['a zip archive', '504b'],
  ['compressed by zstd', '28b52ffd'],
  ['compressed by xz', 'fd377a585a'],
  ['compressed by bzip2', '425a68'],
  ['a 7z archive', '377abcaf'],
  ['a git bundle', Buffer.from('# v').toString('hex')],
];

/** Whether an archive is a tar or a gzipped one, by its first bytes. @throws WorkspaceError for anything else */
export function formOfArchive(head: Buffer): 'tar' | 'gzip' {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.toString('latin1', 257, 262) === 'ustar' || isEmptyTar(head)) return 'tar';
  throw invalid(`the artifact is ${describe(head)}; a workspace is filled from a tar archive, gzipped or not`);
}

/** An archive without entries has but the zeros that end one. */
const isEmptyTar = (head: Buffer) => head.length === headBytes && head.every((byte) => byte === 0);

function describe(head: Buffer): string {
  if (head.length === 0) return 'empty';
  const written = head.toString('hex');
  const known = others.find(([, beginning]) => written.startsWith(beginning))?.[0];
  return known ?? `of a form that is not known (it begins with the bytes ${head.toString('hex', 0, 8)})`;
}
