import type { Model, ModelSpec, ModelStatus } from '../api/model.ts';
import {
  describeReadiness,
  type ModelFindings,
  type ModelNotice,
  planModelStatus,
} from '../core/model/plan-model-status.ts';
import { readyReasons } from '../core/reasons.ts';
import { isSameJson } from './is-same-json.ts';
import type { DatedLook, ModelLooks } from './model-looks.ts';
import type { ModelServers } from './model-servers.ts';

/** What this controller needs from the cluster. */
export interface ModelCluster {
  /** The Model as the cache has it; undefined when it is gone. */
  observe(key: string): Model | undefined;
  /** Fails with a conflict when the Model changed since it was observed. */
  replaceStatus(model: Model, status: ModelStatus): Promise<void>;
  /** Tells people; never fails and never waits. */
  tell(model: Model, notice: ModelNotice): void;
}

/** What it is made of. */
export interface ModelControllerParts {
  readonly cluster: ModelCluster;
  readonly looks: ModelLooks;
  readonly servers: ModelServers;
  readonly clock: () => Date;
}

/** What was found of a Model, and when to look again. */
interface Found {
  readonly findings: ModelFindings;
  readonly requeueAfterMs?: number | undefined;
}

/** Keeps what serves each Model as its spec says, and the condition `Ready` true. */
export function reconcileModel(parts: ModelControllerParts) {
  return async (key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs: number } | undefined> => {
    const { cluster, looks, servers, clock } = parts;
    const model = cluster.observe(key);
    if (model === undefined || model.metadata.deletionTimestamp !== undefined) {
      looks.forget(key);
      servers.forget(key);
      return undefined;
    }
    const { findings, requeueAfterMs } = await find(parts, { key, model, signal });
    const status = planModelStatus({ model, findings, now: clock() });
    if (!isSameJson(status, model.status)) {
      await cluster.replaceStatus(model, status);
      const notice = describeReadiness(model.status, status);
      if (notice !== undefined) cluster.tell(model, notice);
    }
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  };
}

interface Turn {
  readonly key: string;
  readonly model: Model;
  readonly signal: AbortSignal;
}

async function find(parts: ModelControllerParts, turn: Turn): Promise<Found> {
  const { endpoint, dedicated } = turn.model.spec;
  if (dedicated !== undefined) return findServer(parts, turn, dedicated);
  // It may have had a server of its own before its spec was changed.
  await parts.servers.remove(turn.model, turn.signal);
  if (endpoint !== undefined) return findEndpoint(parts, turn, endpoint);
  const message = 'it has no server of its own: each Job that asks it brings one beside the agent';
  return { findings: { isReady: true, reason: readyReasons.onDemand, message } };
}

async function findEndpoint(
  { looks }: ModelControllerParts,
  { key, model, signal }: Turn,
  endpoint: NonNullable<ModelSpec['endpoint']>,
): Promise<Found> {
  const { namespace = '', generation = 0 } = model.metadata;
  const question = { ...endpoint, modelName: model.spec.modelName, namespace, isOurs: false };
  const seen = await looks.at(key, question, String(generation), signal);
  const message = `${endpoint.url} serves ${model.spec.modelName}`;
  return { findings: { ...describeLook(seen, message), url: endpoint.url }, requeueAfterMs: seen.dueInMs };
}

async function findServer(
  { looks, servers }: ModelControllerParts,
  { key, model, signal }: Turn,
  dedicated: NonNullable<ModelSpec['dedicated']>,
): Promise<Found> {
  const {
    problem,
    question,
    version = '',
    replicas,
    wanted,
    lastRequestTime,
    dueInMs,
  } = await servers.stand(model, dedicated, signal);
  const known = { replicas, lastRequestTime };
  if (question === undefined) {
    looks.forget(key);
    return { findings: { isReady: false, ...problem, ...known }, requeueAfterMs: dueInMs };
  }
  const seen = await looks.at(key, question, version, signal);
  const findings = describeLook(seen, `${replicas} of ${wanted} pods ${replicas === 1 ? 'is' : 'are'} ready`);
  const { revision = findings.revision } = dedicated;
  return {
    // Steps begin while it has an address: they had better wait for one that does not answer.
    findings: { ...findings, ...known, ...(findings.isReady ? { url: question.url, revision } : {}) },
    requeueAfterMs: Math.min(seen.dueInMs, dueInMs),
  };
}

function describeLook({ look }: DatedLook, whenReady: string): ModelFindings {
  if (look.result === 'unavailable') return { isReady: false, reason: look.reason, message: look.message };
  const { contextLength, revision } = look;
  return { isReady: true, reason: readyReasons.available, message: whenReady, contextLength, revision };
}
