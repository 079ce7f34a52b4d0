import type { ObservedAttempt } from '../work-item/observed.ts';
import type { ContainerView, PodView } from './child-views.ts';

type WaitingFor = NonNullable<ObservedAttempt['waitingFor']>;

/** Why containers wait that will not begin before somebody mends something. */
const imageTroubles: ReadonlySet<string> = new Set([
  ...['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'RegistryUnavailable'],
  ...['ImageInspectError', 'CreateContainerConfigError', 'CreateContainerError'],
]);

/** What the Pods of an attempt wait for, in the words of the scheduler or the kubelet. */
export function observeWaiting(pods: readonly PodView[]): WaitingFor | undefined {
  for (const pod of pods) {
    const waiting = whenNoNodeTakesIt(pod) ?? whenAnImageDoesNotCome(pod);
    if (waiting !== undefined) return waiting;
  }
  return undefined;
}

function whenNoNodeTakesIt({ metadata, status = {} }: PodView): WaitingFor | undefined {
  const unscheduled = status.conditions?.find(
    ({ type, status: holds }) => type === 'PodScheduled' && holds === 'False',
  );
  if (unscheduled === undefined) return undefined;
  const { reason = '', message = '' } = unscheduled;
  const isGpu = /gpu|resourceclaim/i.test(message);
  return { kind: isGpu ? 'gpu' : 'quota', name: metadata.name, message: message === '' ? reason : message };
}

function whenAnImageDoesNotCome({ metadata, status = {} }: PodView): WaitingFor | undefined {
  const containers: readonly ContainerView[] = [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
  ];
  for (const { name, state } of containers) {
    const { reason = '', message = '' } = state?.waiting ?? {};
    if (imageTroubles.has(reason))
      return { kind: 'image', name: metadata.name, message: `${reason} of the container ${name}: ${message}` };
  }
  return undefined;
}
