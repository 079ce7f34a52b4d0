import type { OwnerReference } from '../../api/object-meta.ts';
import { apiVersion } from '../../api/kind.ts';
import type { Placement, Resources } from '../../api/placement.ts';
import type { RunnerTask } from '../../api/runner-task.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { StartAttempt } from '../work-item/work-item-plan.ts';
import { annotationNames, labelNames, labelValue } from './labels.ts';
import { attemptName } from './names.ts';
import { programNetwork } from './network-policy.ts';
import { tokenAudience } from './pod-files.ts';
import { podSecurityContext, renderClaims, renderPlacement } from './pod-parts.ts';
import { readStoredTask, type StoredTask } from './read-stored-task.ts';
import type { Container } from './render-containers.ts';
import {
  indexedRun,
  indexedTasks,
  memberAnnotations,
  type SharedJob,
  sharedPath,
  withIndexedTask,
} from './share-job.ts';

/** What a Job is made of. */
export interface JobParts {
  readonly workItem: WorkItem;
  readonly start: StartAttempt;
  readonly task: RunnerTask;
  /** Where the task is when it is too large for an annotation. */
  readonly storedTask?: StoredTask | undefined;
  /** The attempts that share the Job, this one among them; it is theirs that count then. */
  readonly shared?: SharedJob | undefined;
  /** Certificate authorities of the server, as PEM. */
  readonly certificateAuthorities: string;
  /** Run before the last one, one after the other. */
  readonly initContainers: readonly Container[];
  /** Its end is the end of the attempt. */
  readonly container: Container;
  readonly resources?: Resources | undefined;
  readonly placement?: Placement | undefined;
  /** Volumes and claims of Models whose servers run beside the agent. */
  readonly volumes?: readonly object[] | undefined;
  readonly claims?: readonly object[] | undefined;
  /** Names of the Models with servers of their own that it asks. */
  readonly asked?: readonly string[] | undefined;
  /** LocalQueue of Kueue that the Job is put into. */
  readonly queueName?: string | undefined;
}

/** The Job of an attempt, with the names of everything that it is known by. */
export interface JobManifest {
  readonly apiVersion: 'batch/v1';
  readonly kind: 'Job';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly OwnerReference[];
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The operator ends attempts by itself; this ends those whose operator is away, in seconds after their timeout. */
const deadlineGraceSeconds = 60;
/** The token is renewed by the kubelet long before. */
const tokenSeconds = 3600;

/**
 * A Job that runs one attempt, once: retries are the operator's, and a disruption fails it without counting as one. Or an
 * Indexed Job that does so for each of several.
 */
export function renderJob(parts: JobParts): JobManifest {
  const { workItem, start, shared, queueName } = parts;
  const { name: workItemName, namespace = '', uid: workItemUid = '' } = workItem.metadata;
  const { attempt, specDigest, timeoutSeconds } = start;
  const path = shared === undefined ? start.path : sharedPath(shared);
  const name = shared?.name ?? attemptName({ workItemUid, path, attempt });
  const labels = { ...childLabels(workItem, { ...start, path }), ...networkLabel(start) };
  return {
    ...{ apiVersion: 'batch/v1', kind: 'Job' },
    metadata: {
      ...{ name, namespace },
      labels: { ...labels, ...(queueName === undefined ? {} : { 'kueue.x-k8s.io/queue-name': queueName }) },
      annotations: {
        [annotationNames.path]: path,
        ...(shared === undefined ? { [annotationNames.specDigest]: specDigest } : memberAnnotations(shared)),
        ...askedModels(parts),
      },
      ownerReferences: [ownedBy(workItemName, workItemUid)],
    },
    spec: {
      ...(shared === undefined ? singleRun : indexedRun(shared)),
      // Else a Pod that is being evicted is replaced while it still runs: one attempt would be paid twice.
      podReplacementPolicy: 'Failed',
      activeDeadlineSeconds: timeoutSeconds + deadlineGraceSeconds,
      template: { metadata: { labels, annotations: podAnnotations(parts, path) }, spec: podSpec(parts) },
    },
  };
}

/** Whether its Pod is one of those that reach nothing but the server. */
export const isProgram = ({ step }: Pick<StartAttempt, 'step'>): boolean => step.type === 'custom_code';

const networkLabel = (start: StartAttempt): Readonly<Record<string, string>> =>
  isProgram(start) ? { [labelNames.network]: programNetwork } : {};

/** By this it shows which Models are in use. */
const askedModels = ({ asked = [] }: JobParts): Readonly<Record<string, string>> =>
  asked.length === 0 ? {} : { [annotationNames.models]: asked.join() };

const singleRun = {
  ...{ completions: 1, parallelism: 1, backoffLimit: 0 },
  podFailurePolicy: { rules: [{ action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
};

/** Whose child it is: deleted with the WorkItem. */
export function ownedBy(name: string, uid: string): OwnerReference {
  return { apiVersion, kind: 'WorkItem', name, uid, controller: true, blockOwnerDeletion: true };
}

/** Labels of whatever runs an attempt. */
export function childLabels(
  { metadata, spec }: WorkItem,
  { path, attempt, role }: Pick<StartAttempt, 'path' | 'attempt' | 'role'>,
): Record<string, string> {
  const { project } = spec;
  return {
    [labelNames.workItem]: labelValue(metadata.name),
    [labelNames.workItemUid]: metadata.uid ?? '',
    [labelNames.step]: labelValue(path),
    [labelNames.attempt]: String(attempt),
    ...(role === undefined ? {} : { [labelNames.role]: labelValue(role) }),
    ...(project === undefined ? {} : { [labelNames.project]: labelValue(project) }),
  };
}

function podAnnotations({ task, storedTask, shared, certificateAuthorities }: JobParts, path: string) {
  const tasks =
    shared === undefined
      ? { [annotationNames.task]: JSON.stringify(task) }
      : { ...memberAnnotations(shared), ...indexedTasks(shared).annotations };
  return {
    [annotationNames.path]: path,
    ...(storedTask === undefined ? tasks : {}),
    [annotationNames.certificateAuthorities]: certificateAuthorities,
  };
}

/** The containers, as they find their task. */
function containersOf(parts: JobParts): Pick<JobParts, 'initContainers' | 'container'> {
  const { storedTask, shared, initContainers, container } = parts;
  if (storedTask !== undefined) return readStoredTask(parts, storedTask);
  if (shared === undefined) return { initContainers, container };
  return { initContainers: initContainers.map(withIndexedTask), container: withIndexedTask(container) };
}

/** The task's file, or one of each index. */
function taskFiles({ storedTask, shared }: JobParts) {
  if (storedTask !== undefined) return [];
  return shared === undefined ? [{ file: 'task.json', annotation: annotationNames.task }] : indexedTasks(shared).files;
}

function podSpec(parts: JobParts) {
  const { resources, placement, volumes = [], claims = [] } = parts;
  const { initContainers, container } = containersOf(parts);
  const field = (path: string, name: string) => ({
    path,
    fieldRef: { fieldPath: `metadata.annotations['${name}']` },
  });
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 10,
    securityContext: podSecurityContext,
    ...renderPlacement(placement),
    ...renderClaims(resources, claims),
    ...(initContainers.length === 0 ? {} : { initContainers }),
    containers: [container],
    volumes: [
      { name: 'shared', emptyDir: { sizeLimit: '2Gi' } },
      { name: 'scratch', emptyDir: { sizeLimit: '2Gi' } },
      {
        name: 'task',
        downwardAPI: {
          items: [
            ...taskFiles(parts).map(({ file, annotation }) => field(file, annotation)),
            field('ca.pem', annotationNames.certificateAuthorities),
          ],
        },
      },
      {
        name: 'token',
        projected: {
          sources: [
            { serviceAccountToken: { audience: tokenAudience, expirationSeconds: tokenSeconds, path: 'token' } },
          ],
        },
      },
      ...volumes,
    ],
  };
}
