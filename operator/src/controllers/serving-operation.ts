import { type AccessProblem, outcomeOfProblem } from '../core/delegation/access-problem.ts';
import { type ChildIdentity, isMadeFrom, whyForeign } from '../core/delegation/child-identity.ts';
import { changeObject } from '../core/delegation/change-object.ts';
import { type ClusterObject, describeReference, referenceTo } from '../core/delegation/cluster-object.ts';
import { explainDeployment, isDeploymentReady, type ServingPod } from '../core/delegation/judge-deployment.ts';
import { renderServing, type ServingObjects, type ServingRequest } from '../core/delegation/render-serving.ts';
import type { AttemptOutcome } from '../core/work-item/observed.ts';
import type { FollowedOperation, LastSeen } from './followed-operation.ts';
import type { ObjectCluster } from './object-cluster.ts';
import { invalidTemplate, nameTaken } from './object-operation.ts';
import { type Pause, poll } from './poll.ts';
import { removeObject } from './remove-object.ts';

/** What serving needs from the cluster. */
export interface ServingCluster extends ObjectCluster {
  /** Pods that carry all of some labels; a part of them is enough where there are many. */
  podsOf(
    namespace: string,
    labels: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<{ readonly pods: readonly ServingPod[] } | { readonly problem: AccessProblem }>;
}

/** What operations that serve models are made of. */
export interface ServingOperationParts {
  readonly cluster: ServingCluster;
  readonly pause: Pause;
}

interface Progress {
  readonly request: ServingRequest;
  readonly objects: ServingObjects;
  readonly cluster: ServingCluster;
  readonly signal: AbortSignal;
  readonly tell: (seen: LastSeen) => void;
}

/**
 * Serves a model: a Service and a Deployment under the step's `serviceName`, until all Pods are ready. It may be run
 * again at any moment, and another attempt of the same step takes them over; what is another's is not touched. When it
 * is aborted they stay; `removeServing` takes them away.
 */
export function servingOperation(
  request: ServingRequest,
  { cluster, pause }: ServingOperationParts,
): FollowedOperation {
  let seen: LastSeen | undefined;
  const run = async (signal: AbortSignal): Promise<AttemptOutcome> => {
    const objects = renderServing(request);
    if ('issues' in objects) return invalidTemplate(objects.issues);
    const progress: Progress = { request, objects, cluster, signal, tell: (now) => (seen = now) };
    return poll(() => look(progress), { pause, signal, firstMs: 1000, longestMs: 5000 });
  };
  return { run, lastSeen: () => seen };
}

/** Takes away the Deployment and the Service of a step; a problem when one of them may still be there. */
export async function removeServing(
  identity: ChildIdentity,
  cluster: ObjectCluster,
  signal: AbortSignal,
): Promise<AccessProblem | undefined> {
  const deployment = await removeObject({ apiVersion: 'apps/v1', kind: 'Deployment', identity }, cluster, signal);
  const service = await removeObject({ apiVersion: 'v1', kind: 'Service', identity }, cluster, signal);
  return deployment ?? service;
}

/** Both are looked at every time: what is deleted meanwhile, by a person or a crash of ours, is made again. */
async function look(progress: Progress): Promise<AttemptOutcome | undefined> {
  const { service, deployment } = progress.objects;
  const standing = await stand(progress, service);
  if (!('object' in standing)) return standing.outcome;
  const running = await stand(progress, deployment);
  return 'object' in running ? judge(progress, running.object) : running.outcome;
}

/** An object that is as it should be; or how the attempt ends, if it does. */
type Standing = { readonly object: ClusterObject } | { readonly outcome: AttemptOutcome | undefined };

async function stand(progress: Progress, wanted: ClusterObject): Promise<Standing> {
  const { cluster, request, signal } = progress;
  const { identity } = request;
  const found = await cluster.get(referenceTo(wanted, identity.namespace), signal);
  if ('problem' in found && found.problem.kind !== 'absent') return stopped(progress, found.problem);
  if ('problem' in found) return written(progress, await cluster.create(wanted, signal));
  const why = whyForeign(found.object, identity);
  if (why !== undefined) return { outcome: nameTaken(found.object, why) };
  if (found.object.metadata.deletionTimestamp !== undefined) return goingAway(progress, found.object);
  if (isMadeFrom(found.object, identity)) return found;
  return written(progress, await cluster.replace(changeObject(found.object, wanted), signal));
}

function written(progress: Progress, answer: Awaited<ReturnType<ObjectCluster['get']>>): Standing {
  return 'object' in answer ? answer : stopped(progress, answer.problem);
}

/** What passes is told, and looked at again. */
function stopped({ tell }: Progress, problem: AccessProblem): Standing {
  tell({ message: problem.message });
  return { outcome: outcomeOfProblem(problem) };
}

function goingAway({ tell }: Progress, { kind, metadata }: ClusterObject): Standing {
  tell({ message: `${describeReference({ kind, name: metadata.name })} is being deleted; it is made again then` });
  return { outcome: undefined };
}

async function judge(progress: Progress, deployment: ClusterObject): Promise<AttemptOutcome | undefined> {
  const { objects, request, cluster, signal, tell } = progress;
  if (isDeploymentReady(deployment)) return { result: 'Succeeded', outputs: { service_url: objects.url } };
  const answer = await cluster.podsOf(request.identity.namespace, objects.selector, signal);
  const pods = 'pods' in answer ? answer.pods : [];
  tell(explainDeployment(deployment, pods, request.serving.image));
  return undefined;
}
