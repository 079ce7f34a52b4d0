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
  /** What a Pod may reach: `server` for those that run users' programs; any other is left to the namespace. */
  network: `${group}/network`,
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
  /** The attempts that share the Job, in the order of its indexes. */
  members: `${group}/members`,
  /** Models with servers of their own that the attempt of a Job asks, as a list with commas. */
  models: `${group}/models`,
} as const;

/** Index of a Pod in an Indexed Job, as the Job controller says it. */
export const indexLabel = 'batch.kubernetes.io/job-completion-index';

/** Attempts that share one Job at most: the task of each is an annotation of every one of its Pods. */
export const mostMembers = 32;

/** The annotation with the task document of one index of an Indexed Job. */
export function indexedTaskName(index: number): string {
  return `${annotationNames.task}-${index}`;
}

const longestValue = 63;
const allowedValue = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?$/;

/** A label's value for any text: the text itself where labels can hold it, else its beginning and a hash of all of it. */
export function labelValue(text: string): string {
  if (text.length <= longestValue && allowedValue.test(text)) return text;
  return `${slug(text, longestValue - 17)}-${shortHash(text)}`;
}
