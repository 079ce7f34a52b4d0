import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';

const reasons = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of the path is no folder'],
  ['ELOOP', 'the link leads in a circle'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['EMFILE', 'too many files are open'],
]);

/** The failure for a path that the system does not let us read. Errors that are none of the system's are thrown on. */
export function unreadable(path: string, error: unknown): Failure {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === undefined) throw error;
  const isDenied = code === 'EACCES' || code === 'EPERM';
  return new Failure({
    exitCode: exitCodes.usage,
    code: isDenied ? failureCodes.permissionDenied : failureCodes.invalid,
    reason: isDenied ? 'PermissionDenied' : 'Unreadable',
    message: `cannot read ${path}: ${reasons.get(code) ?? code}`,
    hint: isDenied
      ? 'ask for the right to read it, or name another file'
      : 'check the path; - stands for standard input',
  });
}
