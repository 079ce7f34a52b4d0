import type { Attempt } from '../../operator/src/api/step-status.ts';
import type { WorkItem } from '../../operator/src/api/work-item.ts';

/** A Job, as far as it is counted. */
export interface CountedJob {
  readonly workItemUid: string;
  readonly path: string;
  readonly attempt: number;
}

/** What a soak has come to. */
export interface SoakVerdict {
  readonly succeeded: number;
  readonly steps: number;
  /** Steps without an accepted result though their run is over, and runs that are not over. */
  readonly lost: readonly string[];
  /** Steps with more than one accepted result. */
  readonly acceptedTwice: readonly string[];
  /** Jobs that no record knows of: they were paid for, and nobody remembers. */
  readonly unrecorded: readonly string[];
  /** Attempts beyond the first: disruptions, not failures. */
  readonly repeated: number;
}

/** Counts what status and Jobs say of all runs. */
export function judgeSoak(workItems: readonly WorkItem[], jobs: readonly CountedJob[], stepsEach: number): SoakVerdict {
  const records = workItems.flatMap(({ metadata, status }) =>
    (status?.steps ?? []).map(({ path, attempts = [] }) => ({
      uid: metadata.uid ?? '',
      run: metadata.name,
      path,
      attempts,
    })),
  );
  const acceptedOf = (record: { readonly attempts: readonly Attempt[] }) =>
    record.attempts.filter(({ result }) => result === 'Succeeded').length;
  const recorded = new Set(
    records.flatMap(({ uid, path, attempts }) => attempts.map(({ number }) => `${uid} ${path} ${number}`)),
  );
  const named = ({ run, path }: { readonly run: string; readonly path: string }) => `${run}: ${path}`;
  return {
    succeeded: workItems.filter(({ status }) => status?.phase === 'Succeeded').length,
    steps: records.filter((record) => acceptedOf(record) > 0).length,
    lost: [
      ...workItems.flatMap((workItem) => describeLoss(workItem, stepsEach)),
      ...records.filter((record) => acceptedOf(record) === 0).map((record) => `${named(record)} has no result`),
    ],
    acceptedTwice: records.filter((record) => acceptedOf(record) > 1).map(named),
    unrecorded: jobs
      .map(({ workItemUid, path, attempt }) => `${workItemUid} ${path} ${attempt}`)
      .filter((job) => !recorded.has(job)),
    repeated: records.reduce((sum, { attempts }) => sum + Math.max(0, attempts.length - 1), 0),
  };
}

/** What a run as a whole lacks. */
function describeLoss({ metadata: { name }, status = {} }: WorkItem, stepsEach: number): readonly string[] {
  const { phase = 'not begun', reason = '', steps = [] } = status;
  if (phase !== 'Succeeded') return [`${name}: ${phase} ${reason}`];
  return steps.length === stepsEach ? [] : [`${name}: ${steps.length} of ${stepsEach} steps`];
}
