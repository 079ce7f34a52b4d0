import type { StartAttempt } from '../work-item/work-item-plan.ts';
import { annotationNames, indexLabel, labelNames, mostMembers } from './labels.ts';

/** One attempt that a Job runs: of those that share a Job, the one of an index. */
export interface Member {
  readonly path: string;
  readonly attempt: number;
  /** The beginning of the digest of what it was made from; not told of an attempt that has a Job to itself. */
  readonly digest?: string;
}

/** What is looked at of a Job or a Pod. */
export interface LabelledObject {
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

const digestLength = 'sha256:'.length + 16;

/** As an attempt is written into the Job that it shares. */
export function memberOf({ path, attempt, specDigest }: Pick<StartAttempt, 'path' | 'attempt' | 'specDigest'>): Member {
  return { path, attempt, digest: specDigest.slice(0, digestLength) };
}

/** Members as an annotation holds them. */
export function writeMembers(members: readonly Member[]): string {
  return JSON.stringify(members.map(({ path, attempt, digest = '' }) => [path, attempt, digest]));
}

/** The attempts that a Job runs, in the order of its indexes; none when it does not say which. */
export function membersOf({ annotations = {}, labels = {} }: LabelledObject): readonly Member[] {
  const shared = annotations[annotationNames.members];
  if (shared !== undefined) return parseMembers(shared);
  const path = annotations[annotationNames.path];
  const attempt = Number(labels[labelNames.attempt]);
  return path === undefined || !isNumber(attempt) ? [] : [{ path, attempt }];
}

/** The attempt that a Pod runs. */
export function memberOfPod(metadata: LabelledObject): Member | undefined {
  const members = membersOf(metadata);
  return metadata.annotations?.[annotationNames.members] === undefined
    ? members[0]
    : members[Number(metadata.labels?.[indexLabel])];
}

/** Whoever may write a Job may write anything into it: what is no list of members has none. */
function parseMembers(text: string): readonly Member[] {
  const list = parseJson(text);
  if (!Array.isArray(list) || list.length > mostMembers || !list.every(isWritten)) return [];
  return list.map(([path, attempt, digest]) => ({ path, attempt, digest }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isWritten(value: unknown): value is readonly [string, number, string] {
  if (!Array.isArray(value)) return false;
  const [path, attempt, digest] = value as readonly unknown[];
  return typeof path === 'string' && isNumber(attempt) && typeof digest === 'string';
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);
