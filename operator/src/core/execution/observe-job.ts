import type { AttemptOutcome, ObservedAttempt } from '../work-item/observed.ts';
import { annotationNames } from '../manifest/labels.ts';
import { without } from '../defined.ts';
import { type Member, membersOf } from '../manifest/members.ts';
import { containerNames } from '../manifest/render-containers.ts';
import {
  type ConditionView,
  type ContainerView,
  findTrue,
  type JobAndPods,
  type JobView,
  type PodView,
  type TerminatedView,
} from './child-views.ts';
import { observeWaiting } from './observe-waiting.ts';
import { partsByIndex } from './parts-by-index.ts';
import { outcomeOf } from './read-termination.ts';

/** The attempts of a Job as it and its Pods show them; none for a Job that does not say which attempts it runs. */
export function observeJob(observed: JobAndPods): readonly ObservedAttempt[] {
  const { annotations } = observed.job.metadata;
  const members = membersOf(observed.job.metadata);
  if (annotations?.[annotationNames.members] === undefined)
    return members.map((member) => observeAttempt(member, observed));
  return partsByIndex(observed, members).map(([member, part]) => observeAttempt(member, part));
}

function observeAttempt({ path, attempt }: Member, { job, pods, arePodsCurrent }: JobAndPods): ObservedAttempt {
  const { uid } = job.metadata;
  const seen = { path, number: attempt, ...(uid === undefined ? {} : { jobUid: uid }) };
  const outcome = observeOutcome(job, pods);
  const isBehind = outcome?.isFromJob === true && !arePodsCurrent;
  if (isBehind) return { ...seen, isBehind };
  if (outcome !== undefined) return { ...seen, outcome: without(outcome, 'isFromJob') };
  const waitingFor = observeWaiting(pods);
  return { ...seen, ...(waitingFor === undefined ? {} : { waitingFor }) };
}

/** How an attempt ended, and whether only its Job says so. */
type SeenOutcome = AttemptOutcome & { readonly isFromJob?: boolean };

/**
 * How the attempt ended; the first rule that can tell does. The Pod is believed before its Job, which learns of it a
 * second later, but only where nothing of the Pod's end came from outside: then the Job's own verdict decides.
 */
function observeOutcome(job: JobView, pods: readonly PodView[]): SeenOutcome | undefined {
  return (
    whenAPodSucceeded(pods) ??
    whenAnAnswerWasLost(pods) ??
    whenTheJobIsGoing(job) ??
    whenAPodFailedByItself(job, pods) ??
    whenTheJobEnded(job, pods)
  );
}

function whenAPodSucceeded(pods: readonly PodView[]): AttemptOutcome | undefined {
  for (const pod of pods) {
    const last = decidingEnd(pod);
    if (last?.ended.exitCode === 0) return { ...outcomeOf(last.name, last.ended), ...podUid(pod) };
  }
  return undefined;
}

/** A call that may have been made stays one, whoever ended its Pod: another attempt would make it again unasked. */
function whenAnAnswerWasLost(pods: readonly PodView[]): AttemptOutcome | undefined {
  for (const pod of pods) {
    const failure = observeFailure(pod);
    if (failure?.result === 'Unknown') return { ...failure, ...podUid(pod) };
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
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined || isDisrupted(pod)) continue;
    const failure = observeFailure(pod);
    if (failure !== undefined) return { ...failure, ...podUid(pod) };
  }
  return undefined;
}

function whenTheJobEnded({ metadata, status = {} }: JobView, pods: readonly PodView[]): SeenOutcome | undefined {
  const failed = findTrue(status.conditions, 'Failed');
  if (failed?.reason === 'DeadlineExceeded') return timedOut(failed);
  // A Job ends after its Pods: one that still seems to run is only seen late, and will tell more than its Job can.
  if (pods.some(isGoing)) return undefined;
  const ended =
    findTrue(status.conditions, 'Complete') === undefined ? failed && judgeFailedJob(failed, pods) : lost(metadata);
  // A Pod that ended, but was not heard of yet, knows better.
  return ended && { ...ended, isFromJob: !pods.some(({ status }) => status?.phase !== undefined) };
}

const lost = ({ name }: JobView['metadata']) =>
  disrupted('ResultLost', `the Job ${name} is complete, but its Pod is gone and with it the result`);

const timedOut = ({ message = '' }: ConditionView): AttemptOutcome => ({
  ...{ result: 'Failed', reason: 'DeadlineExceeded', message, retryable: true },
});

function judgeFailedJob(failed: ConditionView, pods: readonly PodView[]): AttemptOutcome {
  const { reason = 'Failed', message = '' } = failed;
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

/** Containers whose end is the end of the attempt, by name: the kubelet sorts them, sidecars among them. */
const deciding: ReadonlySet<string> = new Set([containerNames.collect, containerNames.agent]);

/** How the container ended that decides; others may go on. */
function decidingEnd({ status = {} }: PodView): EndedContainer | undefined {
  const found = status.containerStatuses?.find(({ name }) => deciding.has(name));
  return found && endOf(found);
}

/** Of a Pod that failed: the container that decides, else the init container because of which it never began. */
function observeFailure(pod: PodView): AttemptOutcome | undefined {
  const { phase, reason = 'PodFailed', message = '', initContainerStatuses = [] } = pod.status ?? {};
  const last = decidingEnd(pod);
  if (phase !== 'Failed' && last === undefined) return undefined;
  const ended =
    last ?? initContainerStatuses.map(endOf).find((each) => each !== undefined && each.ended.exitCode !== 0);
  if (ended !== undefined) return outcomeOf(ended.name, ended.ended);
  // The kubelet itself refused or ended the Pod: no container has anything to say.
  return { result: 'Failed', reason, message: `the Pod ${pod.metadata.name} failed: ${message}`, retryable: true };
}

function isGoing(pod: PodView): boolean {
  const { phase } = pod.status ?? {};
  return phase !== 'Succeeded' && phase !== 'Failed' && decidingEnd(pod) === undefined;
}

function endOf({ name, state }: ContainerView): EndedContainer | undefined {
  return state?.terminated && { name, ended: state.terminated };
}
