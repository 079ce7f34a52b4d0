import { attemptName } from '../src/core/manifest/names.ts';
import { annotationNames, labelNames } from '../src/core/manifest/labels.ts';
import type { KubeObject, ObjectMeta, ResourceType } from '../src/kube/resource-type.ts';

/** A Pod as far as the tests look at it. */
export interface Pod extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly { readonly state?: { readonly waiting?: { readonly reason?: string } } }[];
  };
}
/** A Job as far as the tests look at it. */
export interface Job extends KubeObject {
  readonly status?: { readonly succeeded?: number };
}

export const pods: ResourceType<Pod> = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
export const jobs: ResourceType<Job> = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
const ours = { group: 'conclave.dev', version: 'v1alpha1', namespaced: true };
export const workItems: ResourceType = { ...ours, kind: 'WorkItem', plural: 'workitems' };
export const pipelines: ResourceType = { ...ours, kind: 'Pipeline', plural: 'pipelines' };

/** A pipeline of one step that asks nothing of the cluster. */
const pipelineSpec = {
  steps: [{ name: 'hello', type: 'custom_code', runtime: 'python3', code: { source: 'inline', content: 'pass' } }],
};

/** A WorkItem that runs an inline pipeline. */
export function aWorkItem(metadata: ObjectMeta): KubeObject {
  return { apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', metadata, spec: { pipelineSpec } } as KubeObject;
}

/** The labels of an attempt's Job and Pod. */
export function attemptLabels({ metadata }: KubeObject): Record<string, string> {
  return {
    [labelNames.workItem]: metadata.name,
    [labelNames.workItemUid]: metadata.uid ?? '',
    [labelNames.step]: 'hello',
    [labelNames.attempt]: '1',
  };
}

const projectedToken = {
  name: 'token',
  projected: { sources: [{ serviceAccountToken: { audience: 'conclave', path: 'token', expirationSeconds: 3600 } }] },
};

/** A Pod whose image is nowhere, with a token for the server; `schedulerName` keeps it off every node. */
export function podSpec(schedulerName?: string): object {
  const volumeMounts = [{ name: 'token', mountPath: '/var/run/secrets/conclave' }];
  return {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'collect', image: 'localhost/none:1', imagePullPolicy: 'Never', volumeMounts }],
    volumes: [projectedToken],
    ...(schedulerName === undefined ? {} : { schedulerName }),
  };
}

/** The Job of a WorkItem's first attempt, as the operator makes it. */
export function aJob(workItem: KubeObject, spec: object = podSpec('nobody')): KubeObject {
  const { name, namespace = '', uid = '' } = workItem.metadata;
  const labels = attemptLabels(workItem);
  const owner = {
    apiVersion: workItem.apiVersion,
    kind: 'WorkItem',
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  const jobName = attemptName({ workItemUid: uid, path: 'hello', attempt: 1 });
  const template = { metadata: { labels, annotations: { [annotationNames.task]: '{}' } }, spec };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace, name: jobName, labels, ownerReferences: [owner] },
    spec: { backoffLimit: 0, podReplacementPolicy: 'Failed', template },
  } as KubeObject;
}
