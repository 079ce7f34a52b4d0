import { type ClusterObject, describeReference } from './cluster-object.ts';
import { conditionsOf } from './describe-object.ts';

/** A Pod of a Deployment, as far as it tells what it waits for. */
export interface ServingPod {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly {
      readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
    }[];
  };
}

/** Why a Deployment is not ready yet. */
export interface ServingWait {
  readonly message: string;
  readonly waitingFor?: { readonly kind: 'gpu' | 'image'; readonly name: string };
}

/** Whether all Pods that a Deployment asks for now are ready, and none of an earlier spec is left. */
export function isDeploymentReady(deployment: ClusterObject): boolean {
  const { metadata, spec = {}, status = {} } = deployment;
  const replicas = countOf(spec['replicas'] ?? 1);
  const isObserved = countOf(status['observedGeneration']) >= (metadata.generation ?? 1);
  const counts = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'] as const;
  const isAvailable = conditionsOf(deployment).some(({ type, status }) => type === 'Available' && status === 'True');
  return isObserved && isAvailable && counts.every((field) => countOf(status[field]) === replicas);
}

/** What a Deployment that is not ready waits for: the first of its Pods that says why, else how far it is. */
export function explainDeployment(deployment: ClusterObject, pods: readonly ServingPod[], image: string): ServingWait {
  const failure = conditionsOf(deployment).find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  if (failure !== undefined) return { message: failure.message ?? 'its Pods cannot be made' };
  for (const pod of pods) {
    const wait = explainPod(pod, image);
    if (wait !== undefined) return wait;
  }
  const { spec = {}, status = {} } = deployment;
  const subject = describeReference({ kind: deployment.kind, name: deployment.metadata.name });
  return {
    message: `${subject}: ${countOf(status['readyReplicas'])} of ${countOf(spec['replicas'] ?? 1)} Pods are ready`,
  };
}

function explainPod({ metadata, status = {} }: ServingPod, image: string): ServingWait | undefined {
  const unscheduled = status.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  if (unscheduled !== undefined) return explainUnscheduled(metadata.name, unscheduled.message);
  const waiting = status.containerStatuses?.map(({ state }) => state?.waiting).find((each) => each !== undefined);
  if (waiting?.reason === undefined || usualWaits.has(waiting.reason)) return undefined;
  const message = [`Pod ${metadata.name}: ${waiting.reason}`, waiting.message].filter(Boolean).join(': ');
  return imageWaits.has(waiting.reason) ? { message, waitingFor: { kind: 'image', name: image } } : { message };
}

const usualWaits: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);
const imageWaits: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
]);

/** The scheduler names the resource that is short: `0/3 nodes are available: 3 Insufficient nvidia.com/gpu.` */
function explainUnscheduled(pod: string, said = 'no node takes it'): ServingWait {
  const message = `Pod ${pod} waits for a node: ${said}`;
  const gpu = /Insufficient (\S*gpu\S*?)[.,]?(?:\s|$)/i.exec(said)?.[1];
  return gpu === undefined ? { message } : { message, waitingFor: { kind: 'gpu', name: gpu } };
}

const countOf = (value: unknown) => (typeof value === 'number' ? value : 0);
