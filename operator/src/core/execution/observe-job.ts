import type { AttemptOutcome, ObservedAttempt } from '../work-item/observed.ts';
import { annotationNames, labelNames } from '../manifest/labels.ts';
import {
  type ConditionView,
  type ContainerView,
  findTrue,
  type JobView,
  type PodView,
  type TerminatedView,
} from './child-views.ts';
import { observeWaiting } from './observe-waiting.ts';
import { outcomeOf } from './read-termination.ts';

/** A Job of an attempt with the Pods that it controls. */
export interface JobAndPods {
  readonly job: JobView;
  readonly pods: readonly PodView[];
}

/** An attempt as its Job and Pod show it; undefined for a Job that does not say which attempt it is. */
export function observeJob({ job, pods }: JobAndPods): ObservedAttempt | undefined {
  const { uid, annotations = {}, labels = {} } = job.metadata;
  const path = annotations[annotationNames.path];
  const number = Number(labels[labelNames.attempt]);
  if (path === undefined || !Number.isInteger(number)) return undefined;
  const seen = { path, number, ...(uid === undefined ? {} : { jobUid: uid }) };
  const outcome = observeOutcome(job, pods);
  if (outcome !== undefined) return { ...seen, outcome };
  const waitingFor = observeWaiting(pods);
  return { ...seen, ...(waitingFor === undefined ? {} : { waitingFor }) };
}

/**
 * How the attempt ended; the first rule that can tell does. The Pod is believed before its Job, which learns of it a
 * second later, but only where nothing of the Pod's end came from outside: then the Job's own verdict decides.
 */
function observeOutcome(job: JobView, pods: readonly PodView[]): AttemptOutcome | undefined {
  return (
    whenAPodSucceeded(pods) ?? whenTheJobIsGoing(job) ?? whenAPodFailedByItself(job, pods) ?? whenTheJobEnded(job, pods)
  );
}

function whenAPodSucceeded(pods: readonly PodView[]): AttemptOutcome | undefined {
  for (const pod of pods) {
    const last = lastContainer(pod);
    if (last?.ended.exitCode === 0) return { ...outcomeOf(last.name, last.ended), ...podUid(pod) };
  }
  return undefined;
}

/** A Job that is being deleted is lost, whatever its Pod would have said: its name is never used again. */
function whenTheJobIsGoing({ metadata }: JobView): AttemptOutcome | undefined {
  if (metadata.deletionTimestamp === undefined) return undefined;
  return disrupted('JobDeleted', `the Job ${metadata.name} was deleted`);
}

function whenAPodFailedByItself(job: JobView, pods: readonly PodView[]): AttemptOutcome | undefined {
  if (job.spec?.suspend === true) return undefined;
  const failed = pods.find((pod) => pod.metadata.deletionTimestamp === undefined && !isDisrupted(pod) && failure(pod));
  const ended = failed && failure(failed);
  return ended && { ...outcomeOf(ended.name, ended.ended), ...podUid(failed) };
}

function whenTheJobEnded({ metadata, status = {} }: JobView, pods: readonly PodView[]): AttemptOutcome | undefined {
  if (findTrue(status.conditions, 'Complete') !== undefined)
    return disrupted('ResultLost', `the Job ${metadata.name} is complete, but its Pod is gone and with it the result`);
  const failed = findTrue(status.conditions, 'Failed');
  return failed && judgeFailedJob(failed, pods);
}

function judgeFailedJob(failed: ConditionView, pods: readonly PodView[]): AttemptOutcome {
  const { reason = 'Failed', message = '' } = failed;
  if (reason === 'DeadlineExceeded') return { result: 'Failed', reason, message, retryable: true };
  const why = findTrue(pods.find(isDisrupted)?.status?.conditions, 'DisruptionTarget');
  return disrupted(why?.reason ?? reason, why?.message ?? message);
}

const disrupted = (reason: string, message: string): AttemptOutcome => ({ result: 'Disrupted', reason, message });

const isDisrupted = ({ status }: PodView) => findTrue(status?.conditions, 'DisruptionTarget') !== undefined;

const podUid = ({ metadata: { uid } }: PodView) => (uid === undefined ? {} : { podUid: uid });

interface EndedContainer {
  readonly name: string;
  readonly ended: TerminatedView;
}

/** The container whose end is the end of the attempt: the first that is no init container. Others may go on. */
function lastContainer({ status = {} }: PodView): EndedContainer | undefined {
  const [first] = status.containerStatuses ?? [];
  return first && endOf(first);
}

/** The first container that failed: an init container ends its Pod, and so does the deciding one. */
function failure(pod: PodView): EndedContainer | undefined {
  const { phase, reason = 'PodFailed', message = '', initContainerStatuses = [] } = pod.status ?? {};
  const last = lastContainer(pod);
  if (phase !== 'Failed' && last === undefined) return undefined;
  const ended = [...initContainerStatuses.map(endOf), last].find(
    (each) => each !== undefined && each.ended.exitCode !== 0,
  );
  // The kubelet itself refused or ended the Pod: no container has anything to say.
  return ended ?? (phase === 'Failed' ? { name: 'Pod', ended: { exitCode: 1, reason, message } } : undefined);
}

function endOf({ name, state }: ContainerView): EndedContainer | undefined {
  return state?.terminated && { name, ended: state.terminated };
}
