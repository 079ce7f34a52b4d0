import type { WorkItem, WorkItemSpec } from '../../api/work-item.ts';
import { exitCodes } from '../exit-codes.ts';
import { type FailureDetails, failureCodes } from '../failure.ts';

/** What can be done to a run under way, or to one that has failed. */
export type Change = 'pause' | 'resume' | 'cancel' | 'retry';

/** The fields of a WorkItem's spec that make a change, or why it makes no sense. */
export type PlannedChange =
  { readonly spec: Pick<WorkItemSpec, 'suspend' | 'cancel' | 'retryCount'> } | { readonly refusal: FailureDetails };

/** Says how a run is changed as it stands now. */
export function planChange(change: Change, workItem: WorkItem): PlannedChange {
  return plans[change](workItem);
}

const plans: Readonly<Record<Change, (workItem: WorkItem) => PlannedChange>> = {
  pause: (workItem) => {
    if (isOver(workItem)) return refuse('AlreadyEnded', `${described(workItem)}: there is nothing to pause`);
    if (workItem.spec.suspend === true)
      return refuse('AlreadyPaused', `${workItem.metadata.name} is paused already`, resumeHint(workItem));
    return { spec: { suspend: true } };
  },
  resume: (workItem) => {
    if (isOver(workItem)) return refuse('AlreadyEnded', `${described(workItem)}: there is nothing to resume`);
    if (workItem.spec.suspend !== true)
      return refuse('NotPaused', `${workItem.metadata.name} is not paused`, statusHint(workItem));
    return { spec: { suspend: false } };
  },
  cancel: (workItem) => {
    if (isOver(workItem)) return refuse('AlreadyEnded', `${described(workItem)}: there is nothing to cancel`);
    if (workItem.spec.cancel === true)
      return refuse('AlreadyCancelled', `${workItem.metadata.name} is being cancelled already`, statusHint(workItem));
    return { spec: { cancel: true } };
  },
  retry: (workItem) => {
    const refusal = whyNoRetry(workItem);
    if (refusal !== undefined) return refusal;
    return { spec: { retryCount: Math.max(askedRetries(workItem), doneRetries(workItem)) + 1 } };
  },
};

const mostRetries = 1000;

function whyNoRetry(workItem: WorkItem): PlannedChange | undefined {
  const { metadata, spec } = workItem;
  const { name } = metadata;
  if (spec.cancel === true)
    return refuse(
      'Cancelled',
      `${name} was cancelled, and stays so`,
      `run it again: conclave replay ${name} --from <step>`,
    );
  if (askedRetries(workItem) > doneRetries(workItem))
    return refuse('AlreadyAsked', `a retry of ${name} is asked for already`, statusHint(workItem));
  if (!hasFailed(workItem))
    return refuse('NotFailed', `${described(workItem)}: only what has failed is tried again`, statusHint(workItem));
  if (workItem.status?.startedAt === undefined)
    return refuse('NeverBegan', `${name} failed before it began${why(workItem)}`, 'make a new WorkItem: conclave run');
  if (askedRetries(workItem) >= mostRetries)
    return refuse('TooManyRetries', `${name} was tried again ${mostRetries} times already`, 'make a new WorkItem');
  return undefined;
}

const why = ({ status = {} }: WorkItem) => (status.message === undefined ? '' : `: ${status.message}`);
/** It has also where it still cleans up. */
const hasFailed = ({ status = {} }: WorkItem) => status.ending?.phase === 'Failed' || status.phase === 'Failed';
const askedRetries = ({ spec }: WorkItem) => spec.retryCount ?? 0;
const doneRetries = ({ status }: WorkItem) => status?.retryCount ?? 0;
const isOver = ({ status }: WorkItem) => status?.finishedAt !== undefined;

function described({ metadata, status = {} }: WorkItem): string {
  const { finishedAt, phase = 'Pending' } = status;
  return finishedAt === undefined ? `${metadata.name} is ${phase}` : `${metadata.name} has ended as ${phase}`;
}

const statusHint = ({ metadata }: WorkItem) => `see conclave status ${metadata.name}`;
const resumeHint = ({ metadata }: WorkItem) => `let it go on: conclave resume ${metadata.name}`;

function refuse(reason: string, message: string, hint?: string): PlannedChange {
  const failure = { exitCode: exitCodes.invalid, code: failureCodes.invalid, reason, message };
  return { refusal: hint === undefined ? failure : { ...failure, hint } };
}
