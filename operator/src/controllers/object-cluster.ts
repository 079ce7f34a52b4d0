import type { AccessProblem } from '../core/delegation/access-problem.ts';
import type { ClusterObject, ObjectReference } from '../core/delegation/cluster-object.ts';

/** An object as the cluster has it now, or what stood in the way. */
export type ObjectAnswer = { readonly object: ClusterObject } | { readonly problem: AccessProblem };

/** Objects of any kind, as the operations need them. Every call throws only the reason of its aborted signal. */
export interface ObjectCluster {
  get(reference: ObjectReference, signal: AbortSignal): Promise<ObjectAnswer>;
  /** Makes an object whose name is free; `taken` otherwise. */
  create(object: ClusterObject, signal: AbortSignal): Promise<ObjectAnswer>;
  /** Replaces the object with this UID and resourceVersion; `changed` when it is another one by now. */
  replace(object: ClusterObject, signal: AbortSignal): Promise<ObjectAnswer>;
  /** Takes the object of this UID away, with what belongs to it. Undefined when it goes or has gone. */
  remove(reference: ObjectReference, uid: string, signal: AbortSignal): Promise<AccessProblem | undefined>;
}
