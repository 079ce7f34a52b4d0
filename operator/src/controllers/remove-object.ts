import type { AccessProblem } from '../core/delegation/access-problem.ts';
import { type ChildIdentity, whyForeign } from '../core/delegation/child-identity.ts';
import type { ObjectReference } from '../core/delegation/cluster-object.ts';
import type { ObjectCluster } from './object-cluster.ts';

/** What to take away: only when it was made for this step of this WorkItem. */
export interface Removable {
  readonly apiVersion: string;
  readonly kind: string;
  readonly identity: ChildIdentity;
}

/**
 * Takes away what a step has made, with all that belongs to it. What is gone already, or is not this step's, counts as
 * done; a problem comes back when the object may still be there, so that the caller tries again.
 */
export async function removeObject(
  { apiVersion, kind, identity }: Removable,
  cluster: ObjectCluster,
  signal: AbortSignal,
): Promise<AccessProblem | undefined> {
  const reference: ObjectReference = { apiVersion, kind, namespace: identity.namespace, name: identity.name };
  const answer = await cluster.get(reference, signal);
  if ('problem' in answer) return isGone(answer.problem) ? undefined : answer.problem;
  const { uid, deletionTimestamp } = answer.object.metadata;
  if (uid === undefined || deletionTimestamp !== undefined) return undefined;
  if (whyForeign(answer.object, identity) !== undefined) return undefined;
  const problem = await cluster.remove(reference, uid, signal);
  return problem === undefined || isGone(problem) ? undefined : problem;
}

/** Without its kind there is no object either. A changed one has another UID: ours is gone. */
const isGone = ({ kind }: AccessProblem) => kind === 'absent' || kind === 'changed' || kind === 'not-served';
