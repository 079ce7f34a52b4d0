import { digestOf } from '../digest.ts';

/** Hexadecimal digits of a hash in a name: 64 bits, so that no two names of a cluster are ever the same by chance. */
const hashDigits = 16;

/** The first 64 bits of a value's digest, as 16 hexadecimal digits. */
export function shortHash(value: unknown): string {
  return digestOf(value).slice('sha256:'.length, 'sha256:'.length + hashDigits);
}

/** The beginning of a text as it may stand in a Kubernetes name: lower-case letters, digits and single dashes. */
export function slug(text: string, length: number): string {
  const words = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return words.slice(0, length).replaceAll(/^-+|-+$/g, '') || 'x';
}

/** Which attempt of which step of which WorkItem. */
export interface AttemptId {
  readonly workItemUid: string;
  readonly path: string;
  readonly attempt: number;
}

const longestSlug = 32;

/**
 * Name of whatever runs an attempt, a Job or another engine's object: the same whoever computes it, and never that of
 * another attempt. It begins with the step's name, for people. At most 55 characters, so that Pods can be named after it.
 */
export function attemptName({ workItemUid, path, attempt }: AttemptId): string {
  const step = path.slice(path.lastIndexOf('.') + 1);
  return `${slug(step, longestSlug)}-${attempt}-${shortHash([workItemUid, path, attempt])}`;
}
