import type { Model } from '../api/model.ts';
import type { ClusterObject } from '../core/delegation/cluster-object.ts';
import { explainDeployment } from '../core/delegation/judge-deployment.ts';
import { isElastic, planLastRequest, planReplicas, recordEveryMs } from '../core/model/plan-replicas.ts';
import { lookPauses } from '../core/model/plan-next-look.ts';
import { type Dedicated, deployment, leaderWorkerSet, renderDedicated } from '../core/model/render-dedicated.ts';
import { apiKeyName, podLabels, serverName, serverUrl } from '../core/model/server-names.ts';
import { asleep, nameTaken, type ServerProblem } from '../core/model/server-problem.ts';
import { readyReasons } from '../core/reasons.ts';
import { ModelChildren, type ModelChildrenParts, problemOf } from './model-children.ts';
import { ensureModelKey, type ModelKey } from './model-key.ts';
import type { LookQuestion } from './model-looks.ts';
import type { ServingCluster } from './serving-operation.ts';

/** What servers are run with. */
export interface ModelServersParts extends ModelChildrenParts {
  readonly cluster: ServingCluster;
  /** Attempts that ask a Model now, or wait for it. */
  readonly usersOf: (namespace: string, name: string) => number;
  /** LocalQueue of Kueue that a namespace's work is put into. */
  readonly queueName: (namespace: string) => string | undefined;
  /** Draws an API key that nobody can guess. */
  readonly drawKey: () => string;
  readonly clock: () => Date;
}

/** How the server of a Model stands. */
export interface ServerState {
  /** Pods that are ready, and that it is to have. */
  readonly replicas: number;
  readonly wanted: number;
  readonly lastRequestTime?: string | undefined;
  /** When to look again at the latest, in milliseconds. */
  readonly dueInMs: number;
  /** Why it cannot answer, where there is nothing to ask. */
  readonly problem: ServerProblem;
  /** Where to ask whether it answers; undefined while it cannot. */
  readonly question?: LookQuestion | undefined;
  /** Changes whenever what answers may be another. */
  readonly version?: string;
}

const usualConcurrency = 64;
/** What is read of an API key is believed so long, in milliseconds: runs that come and go ask for it often. */
const keyLifeMs = 30_000;
const secret = { apiVersion: 'v1', kind: 'Secret' };
const service = { apiVersion: 'v1', kind: 'Service' };

/** What one turn knows. */
interface Turn {
  readonly model: Model;
  readonly dedicated: Dedicated;
  readonly signal: AbortSignal;
  readonly namespace: string;
  readonly key: string;
}

/** How many pods there are to be, and since when nobody needs them. */
type Plan = Pick<ServerState, 'lastRequestTime' | 'dueInMs'> & { readonly replicas: number };

/** Runs the servers of `dedicated` Models: what each turn finds missing is made, what is another's is not touched. */
export class ModelServers {
  readonly #parts: ModelServersParts;
  readonly #children: ModelChildren;
  readonly #uses = new Map<string, { readonly isOn: boolean; readonly at: Date }>();
  readonly #keys = new Map<string, { readonly key: ModelKey; readonly uid: string; readonly readAtMs: number }>();

  constructor(parts: ModelServersParts) {
    this.#parts = parts;
    this.#children = new ModelChildren(parts);
  }

  /** Makes or changes what serves a Model, and says how it stands. @throws Waiting when the cluster has to be asked again */
  async stand(model: Model, dedicated: Dedicated, signal: AbortSignal): Promise<ServerState> {
    const { name, namespace = '' } = model.metadata;
    const turn: Turn = { model, dedicated, signal, namespace, key: `${namespace}/${name}` };
    const key = await this.#ensureKey(turn);
    if ('foreign' in key) return stopped(nameTaken(key.foreign), model);
    if ('problem' in key) return stopped(problemOf(key.problem, secret.kind), model);
    return this.#standAs(turn, key.digest);
  }

  async #standAs(turn: Turn, keyDigest: string): Promise<ServerState> {
    const { model, dedicated, signal, namespace } = turn;
    const found = await this.#children.find(spansNodes(dedicated) ? leaderWorkerSet : deployment, model, signal);
    if (found !== undefined && 'problem' in found) return stopped(found.problem, model);
    const plan = this.#plan(turn, found?.object);
    const queueName = this.#parts.queueName(namespace);
    const wanted = renderDedicated({ model, dedicated, replicas: plan.replicas, keyDigest, queueName });
    const front = await this.#children.find(service, model, signal);
    const reached = await this.#children.keep(front, { wanted: wanted.service, model }, signal);
    if ('problem' in reached) return stopped(reached.problem, model);
    // First: whatever ends here is gone through again as long as the new one is not there.
    await this.#removeOther(turn, found === undefined);
    const running = await this.#children.keep(found, { wanted: wanted.workload, model }, signal);
    if ('problem' in running) return stopped(running.problem, model);
    return this.#judge(turn, running.object, { ...plan, version: `${model.metadata.generation ?? 0} ${keyDigest}` });
  }

  /** Takes away what served a Model before it was changed. */
  async remove(model: Model, signal: AbortSignal): Promise<void> {
    const isThere = (['Deployment', 'Service'] as const).some((kind) => this.#children.cachedOf(model, kind));
    if (!isThere) return;
    // The Secret goes with the Model: nothing else would need the right to delete one.
    // NOTE: the Service goes last: as long as it is there, a turn that failed half way is gone through again.
    for (const kind of [leaderWorkerSet, deployment, service]) await this.#children.remove(kind, model, signal);
    this.forget(`${model.metadata.namespace ?? ''}/${model.metadata.name}`);
  }

  /** Whatever is remembered of the Model of a key counts no more. */
  forget(key: string): void {
    this.#uses.delete(key);
    this.#keys.delete(key);
  }

  #plan({ model, dedicated, namespace, key }: Turn, found: ClusterObject | undefined): Plan {
    const users = this.#parts.usersOf(namespace, model.metadata.name);
    const now = this.#parts.clock();
    const lastRequestTime = isElastic(dedicated) ? this.#lastRequest(key, model, { users, now }) : undefined;
    const current = Number(found?.spec?.['replicas'] ?? 0);
    const requestsEach = model.spec.maxConcurrentRequests ?? usualConcurrency;
    const plan = planReplicas({ dedicated, requestsEach, use: { users, lastRequestTime }, current, now });
    const recordInMs = users > 0 && isElastic(dedicated) ? recordEveryMs : lookPauses.readyMs;
    return { replicas: plan.replicas, lastRequestTime, dueInMs: Math.min(plan.idleInMs ?? recordInMs, recordInMs) };
  }

  #lastRequest(
    key: string,
    { status }: Model,
    use: { readonly users: number; readonly now: Date },
  ): string | undefined {
    const { users, now } = use;
    // Until it is recorded, however often that fails.
    if (users > 0 || this.#uses.get(key)?.isOn === true) this.#uses.set(key, { isOn: users > 0, at: now });
    return planLastRequest({ users, lastUse: this.#uses.get(key)?.at, recorded: status?.lastRequestTime });
  }

  async #judge(turn: Turn, workload: ClusterObject, plan: Plan & { readonly version: string }): Promise<ServerState> {
    const { name } = turn.model.metadata;
    const { replicas: wanted, lastRequestTime, dueInMs, version } = plan;
    const replicas = Number(workload.status?.['readyReplicas'] ?? 0);
    const state = { replicas, wanted, lastRequestTime, dueInMs, problem: asleep };
    if (wanted === 0) return state;
    if (replicas === 0) {
      const problem = { reason: readyReasons.starting, message: await this.#explain(turn, workload) };
      return { ...state, problem, dueInMs: Math.min(dueInMs, lookPauses.notReadyMs) };
    }
    const { namespace, model } = turn;
    const apiKeySecretRef = { name: serverName(name), key: apiKeyName };
    const question = { modelName: model.spec.modelName, namespace, isOurs: true, apiKeySecretRef };
    return { ...state, question: { ...question, url: serverUrl(name, namespace) }, version };
  }

  async #explain({ model, dedicated, namespace, signal }: Turn, workload: ClusterObject): Promise<string> {
    const answer = await this.#parts.cluster.podsOf(namespace, podLabels(model.metadata.name, 'server'), signal);
    return explainDeployment(workload, 'pods' in answer ? answer.pods : [], dedicated.image).message;
  }

  async #ensureKey({ model, key, signal }: Turn): Promise<ModelKey> {
    const nowMs = this.#parts.clock().getTime();
    const { uid = '' } = model.metadata;
    const known = this.#keys.get(key);
    if (known?.uid === uid && nowMs - known.readAtMs < keyLifeMs) return known.key;
    const found = await ensureModelKey(model, this.#parts, signal);
    if ('digest' in found) this.#keys.set(key, { key: found, uid, readAtMs: nowMs });
    return found;
  }

  /** A Model that came to span nodes, or does no more, leaves nothing behind of what ran it before. */
  async #removeOther({ model, dedicated, signal }: Turn, isNew: boolean): Promise<void> {
    const isThere = spansNodes(dedicated) ? this.#children.cachedOf(model, 'Deployment') !== undefined : isNew;
    if (isThere) await this.#children.remove(spansNodes(dedicated) ? deployment : leaderWorkerSet, model, signal);
  }
}

const spansNodes = ({ nodes = 1 }: Dedicated) => nodes > 1;

/** When it was last needed stays known, whatever is wrong now. */
function stopped(problem: ServerProblem, { status }: Model): ServerState {
  const lastRequestTime = status?.lastRequestTime;
  return { replicas: 0, wanted: 0, lastRequestTime, problem, dueInMs: lookPauses.notReadyMs };
}
