import type { JsonObject } from '../../api/json.ts';
import { apiVersion } from '../../api/kind.ts';
import type { Model, ModelSpec } from '../../api/model.ts';
import type { ObjectMeta } from '../../api/object-meta.ts';
import type { ClusterObject } from '../delegation/cluster-object.ts';
import { digestOf } from '../digest.ts';
import { annotationNames } from '../manifest/labels.ts';
import { podSecurityContext, renderPlacement } from '../manifest/pod-parts.ts';
import { renderServerClaims, renderServerContainer, renderServerVolumes } from './render-server.ts';
import {
  apiKeyName,
  keyDigestName,
  modelLabel,
  podLabels,
  serverName,
  serverPort,
  type ServerPart,
} from './server-names.ts';

/** How a server is run that stands alone. */
export type Dedicated = NonNullable<ModelSpec['dedicated']>;

/** What the objects of a Model are made from. */
export interface DedicatedRequest {
  readonly model: Model;
  readonly dedicated: Dedicated;
  readonly replicas: number;
  /** Digest of the API key: pods that hold another one are replaced. */
  readonly keyDigest: string;
  /** LocalQueue of Kueue that it is put into. */
  readonly queueName?: string | undefined;
}

/** What serves a Model: the Service first, then its Deployment or, over several nodes, its LeaderWorkerSet. */
export interface DedicatedObjects {
  readonly service: ClusterObject;
  readonly workload: ClusterObject;
}

/** What runs replicas that span nodes, of https://lws.sigs.k8s.io. */
export const leaderWorkerSet = { apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet' } as const;
export const deployment = { apiVersion: 'apps/v1', kind: 'Deployment' } as const;

const container = 'vllm';
/** Until traffic has ended before the server is told to, and until it is gone, in seconds. */
const drainSeconds = 5;
const graceSeconds = 60;
/** On top of the time that loading may take, in seconds: pulling the image. */
const pullSeconds = 600;

/** The objects that serve a Model. */
export function renderDedicated(request: DedicatedRequest): DedicatedObjects {
  const { name } = request.model.metadata;
  const ports = [{ name: 'http', port: serverPort, targetPort: serverPort, protocol: 'TCP' }];
  const service = object(request, 'v1', 'Service', { selector: podLabels(name, 'server'), ports });
  const spansNodes = (request.dedicated.nodes ?? 1) > 1;
  return { service, workload: spansNodes ? renderGroups(request) : renderDeployment(request) };
}

/** NOTE: GPUs are rarely to spare for a second copy, so that an old pod goes before its successor comes. */
function renderDeployment(request: DedicatedRequest): ClusterObject {
  const { replicas, dedicated, model } = request;
  return object(request, deployment.apiVersion, deployment.kind, {
    replicas,
    revisionHistoryLimit: 2,
    progressDeadlineSeconds: (dedicated.startupSeconds ?? 1800) + pullSeconds,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    selector: { matchLabels: podLabels(model.metadata.name, 'server') },
    template: renderPod(request, 'server'),
  });
}

function renderGroups(request: DedicatedRequest): ClusterObject {
  const { replicas, dedicated } = request;
  return object(request, leaderWorkerSet.apiVersion, leaderWorkerSet.kind, {
    replicas,
    leaderWorkerTemplate: {
      size: dedicated.nodes ?? 1,
      restartPolicy: 'RecreateGroupOnPodRestart',
      leaderTemplate: renderPod(request, 'server', groupArguments(dedicated, '0')),
      workerTemplate: renderPod(request, 'worker', [...groupArguments(dedicated, '$(LWS_WORKER_INDEX)'), '--headless']),
    },
  });
}

/** The kubelet puts in what the LeaderWorkerSet tells each of its pods; vLLM does the rest without Ray. */
const groupArguments = ({ nodes = 1 }: Dedicated, rank: string): readonly string[] => [
  ...['--pipeline-parallel-size', String(nodes), '--distributed-executor-backend', 'mp', '--nnodes', String(nodes)],
  ...['--node-rank', rank, '--master-addr', '$(LWS_LEADER_ADDRESS)'],
];

function renderPod(request: DedicatedRequest, part: ServerPart, moreArgs?: readonly string[]) {
  const { model, dedicated, keyDigest } = request;
  const claims = renderServerClaims(dedicated, container);
  return {
    metadata: {
      labels: { ...podLabels(model.metadata.name, part), 'app.kubernetes.io/managed-by': 'conclave' },
      annotations: { [keyDigestName]: keyDigest },
    },
    spec: {
      ...{ automountServiceAccountToken: false, enableServiceLinks: false, securityContext: podSecurityContext },
      terminationGracePeriodSeconds: graceSeconds,
      ...renderPlacement(dedicated.placement),
      ...(claims.length === 0 ? {} : { resourceClaims: claims }),
      containers: [renderContainer(request, part, moreArgs)],
      volumes: renderServerVolumes(dedicated, container),
    },
  };
}

/** Workers answer nobody: only the leader is asked how it is. */
function renderContainer({ model, dedicated }: DedicatedRequest, part: ServerPart, moreArgs?: readonly string[]) {
  const apiKey = { secretKeyRef: { name: serverName(model.metadata.name), key: apiKeyName } };
  const request = { spec: model.spec, server: dedicated, name: container, port: serverPort, apiKey, moreArgs };
  const { ports, startupProbe, livenessProbe, ...rest } = renderServerContainer(request);
  if (part === 'worker') return rest;
  return {
    ...{ ...rest, ports, startupProbe, livenessProbe },
    readinessProbe: { httpGet: { path: '/health', port: serverPort }, periodSeconds: 5, timeoutSeconds: 3 },
    lifecycle: { preStop: { sleep: { seconds: drainSeconds } } },
  };
}

/** Metadata of what is made for a Model, by which it is known again. */
export function ownedByModel({ metadata }: Model, name = serverName(metadata.name)): ObjectMeta {
  const { namespace = '', uid = '' } = metadata;
  const labels = { ...modelLabel(metadata.name), 'app.kubernetes.io/managed-by': 'conclave' };
  const owner = { apiVersion, kind: 'Model', name: metadata.name, uid, controller: true };
  return { name, namespace, labels, ownerReferences: [owner] };
}

function object(request: DedicatedRequest, version: string, kind: string, spec: object): ClusterObject {
  const { model, queueName } = request;
  const metadata = ownedByModel(model);
  const isQueued = queueName !== undefined && kind !== 'Service';
  const labels = { ...metadata.labels, ...(isQueued ? { 'kueue.x-k8s.io/queue-name': queueName } : {}) };
  const annotations = { [annotationNames.specDigest]: digestOf({ labels, spec }) };
  return { apiVersion: version, kind, metadata: { ...metadata, labels, annotations }, spec: spec as JsonObject };
}

/** Why an object is not the one that was made for this Model; undefined when it is. */
export function whyNotOfModel({ metadata }: ClusterObject, model: Model): string | undefined {
  const controller = metadata.ownerReferences?.find((owner) => owner.controller === true);
  if (controller === undefined) return 'it has no owner';
  return controller.uid === model.metadata.uid ? undefined : `it belongs to ${controller.kind} ${controller.name}`;
}

/** Whether an object is as it should be, the number of its pods included, which others may have changed. */
export function isAsWanted(found: ClusterObject, wanted: ClusterObject): boolean {
  const digest = ({ metadata }: ClusterObject) => metadata.annotations?.[annotationNames.specDigest];
  return digest(found) === digest(wanted) && found.spec?.['replicas'] === wanted.spec?.['replicas'];
}
