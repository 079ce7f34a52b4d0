import { group } from '../../api/kind.ts';
import { shortHash, slug } from './names.ts';

/** Labels of everything that the operator makes for a WorkItem. Values are made by `labelValue`. */
export const labelNames = {
  workItem: `${group}/work-item`,
  workItemUid: `${group}/work-item-uid`,
  step: `${group}/step`,
  attempt: `${group}/attempt`,
  role: `${group}/role`,
  project: `${group}/project`,
} as const;

/** Annotations of Jobs and Pods. */
export const annotationNames = {
  /** Path of the step, whole: labels cannot hold every path. */
  path: `${group}/path`,
  /** Digest of what the attempt was made from, as its record has it. */
  specDigest: `${group}/spec-digest`,
  /** The task document, which the Pod's containers see as a file. */
  task: `${group}/task`,
  /** Certificate authorities of the server, as PEM, which the Pod's containers see as a file. */
  certificateAuthorities: `${group}/ca`,
} as const;

const longestValue = 63;
const allowedValue = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?$/;

/** A label's value for any text: the text itself where labels can hold it, else its beginning and a hash of all of it. */
export function labelValue(text: string): string {
  if (text.length <= longestValue && allowedValue.test(text)) return text;
  return `${slug(text, longestValue - 17)}-${shortHash(text)}`;
}
