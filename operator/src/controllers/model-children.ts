import type { Model } from '../api/model.ts';
import type { AccessProblem } from '../core/delegation/access-problem.ts';
import { changeObject } from '../core/delegation/change-object.ts';
import {
  type ClusterObject,
  describeReference,
  type ObjectReference,
  referenceTo,
} from '../core/delegation/cluster-object.ts';
import { isAsWanted, whyNotOfModel } from '../core/model/render-dedicated.ts';
import { explainRefusal, nameTaken, type ServerProblem } from '../core/model/server-problem.ts';
import { serverName } from '../core/model/server-names.ts';
import { Waiting } from '../core/reconcile-error.ts';
import type { ObjectCluster } from './object-cluster.ts';

/** What objects of Models are kept with. */
export interface ModelChildrenParts {
  readonly cluster: ObjectCluster;
  /** A Deployment or Service of a Model as the cache has it. */
  readonly cached: (kind: 'Deployment' | 'Service', namespace: string, name: string) => ClusterObject | undefined;
}

/** An object, or why there is none. */
export type Child = { readonly object: ClusterObject } | { readonly problem: ServerProblem };

type Kind = Pick<ClusterObject, 'apiVersion' | 'kind'>;

/** The objects that serve Models: made, changed and taken away, but only those that a Model owns. */
export class ModelChildren {
  readonly #parts: ModelChildrenParts;

  constructor(parts: ModelChildrenParts) {
    this.#parts = parts;
  }

  /** The cached object of a kind that is this Model's. */
  cachedOf(model: Model, kind: 'Deployment' | 'Service'): ClusterObject | undefined {
    const { name, namespace = '' } = model.metadata;
    const found = this.#parts.cached(kind, namespace, serverName(name));
    return found !== undefined && whyNotOfModel(found, model) === undefined ? found : undefined;
  }

  /** As the cache has it, else as the server does: what is another's is in no cache of ours. Undefined when there is none. */
  async find(kind: Kind, model: Model, signal: AbortSignal): Promise<Child | undefined> {
    const cached = kind.kind === 'Deployment' || kind.kind === 'Service' ? this.cachedOf(model, kind.kind) : undefined;
    if (cached !== undefined) return { object: cached };
    const answer = await this.#parts.cluster.get(referenceOf(kind, model), signal);
    if ('object' in answer) return answer;
    return answer.problem.kind === 'absent' ? undefined : { problem: problemOf(answer.problem, kind.kind) };
  }

  /** Makes an object, or changes the one that was found to what it should be. @throws Waiting when that has to be tried again */
  async keep(
    found: Child | undefined,
    { wanted, model }: { readonly wanted: ClusterObject; readonly model: Model },
    signal: AbortSignal,
  ): Promise<Child> {
    const { cluster } = this.#parts;
    if (found === undefined) return written(await cluster.create(wanted, signal), wanted.kind);
    if ('problem' in found) return found;
    const { object } = found;
    const subject = describeReference({ kind: wanted.kind, name: wanted.metadata.name });
    const why = whyNotOfModel(object, model);
    if (why !== undefined) return { problem: nameTaken(`${subject} is there already and is not touched: ${why}`) };
    if (object.metadata.deletionTimestamp !== undefined) throw new Waiting(`${subject} is being deleted`, 1_000);
    if (isAsWanted(object, wanted)) return found;
    return written(await cluster.replace(changeObject(object, wanted), signal), wanted.kind);
  }

  /** Takes away what is this Model's. @throws Waiting when that has to be tried again */
  async remove(kind: Kind, model: Model, signal: AbortSignal): Promise<void> {
    const { cluster } = this.#parts;
    const answer = await cluster.get(referenceOf(kind, model), signal);
    if ('problem' in answer) {
      demandPassed(answer.problem);
      return;
    }
    if (whyNotOfModel(answer.object, model) !== undefined) return;
    const { uid, deletionTimestamp } = answer.object.metadata;
    if (uid === undefined || deletionTimestamp !== undefined) return;
    const problem = await cluster.remove(referenceTo(answer.object, model.metadata.namespace ?? ''), uid, signal);
    if (problem !== undefined) demandPassed(problem);
  }
}

/** A kind that the cluster does not know, or that may not be read, was never made. @throws Waiting for what passes by itself */
function demandPassed({ kind, message }: AccessProblem): void {
  if (kind === 'unavailable') throw new Waiting(message, 5_000);
}

function referenceOf({ apiVersion, kind }: Kind, { metadata: { name, namespace = '' } }: Model): ObjectReference {
  return { apiVersion, kind, namespace, name: serverName(name) };
}

function written(answer: Awaited<ReturnType<ObjectCluster['create']>>, kind: string): Child {
  return 'object' in answer ? answer : { problem: problemOf(answer.problem, kind) };
}

/** @throws Waiting for what passes by itself */
export function problemOf(problem: AccessProblem, kind: string): ServerProblem {
  const refusal = explainRefusal(problem, kind);
  if ('retryAfterMs' in refusal) throw new Waiting(problem.message, refusal.retryAfterMs);
  return refusal;
}
