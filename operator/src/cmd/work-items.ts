import type { KindDefinition } from '../api/kind.ts';
import { modelKind, type Model } from '../api/model.ts';
import { pipelineKind, type Pipeline } from '../api/pipeline.ts';
import { tenantDefaults, tenantKind, type Tenant, type TenantSpec } from '../api/tenant.ts';
import { workItemKind, type WorkItem } from '../api/work-item.ts';
import { Admission } from '../controllers/admission.ts';
import { Attempts } from '../controllers/attempts.ts';
import { JobAttempts } from '../controllers/job-attempts.ts';
import type { JobPort } from '../controllers/job-port.ts';
import { Operations } from '../controllers/operations.ts';
import { PolicyAnswers } from '../controllers/policy-answers.ts';
import { PinnedPipelines } from '../controllers/pinned-pipelines.ts';
import { SparseWakes } from '../controllers/sparse-wakes.ts';
import { reconcileWorkItem } from '../controllers/work-item-controller.ts';
import { type SweepPort, UnusedSweep } from '../controllers/sweep-unused.ts';
import { tellingWhatIsUnavailable } from '../controllers/tell-unavailable.ts';
import { labelNames } from '../core/manifest/labels.ts';
import { renderNetworkPolicy } from '../core/manifest/network-policy.ts';
import { judge } from '../core/validation/judge.ts';
import { askPolicyEngine } from '../executors/http/ask-policy-engine.ts';
import { systemClock } from '../kube/clock.ts';
import { Isolation } from '../kube/isolation.ts';
import { byController, JobAccess } from '../kube/job-access.ts';
import { type Job, jobs } from '../kube/job.ts';
import { relatedTo, type RelatedWatch } from '../kube/operator-shell.ts';
import { type Pod, pods } from '../kube/pod.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import { RevisionAccess } from '../kube/revision-access.ts';
import { keyOf } from '../kube/store.ts';
import { chooseDeed } from './deeds/choose-deed.ts';
import { cleanUp } from './deeds/clean-up.ts';
import type { Engine } from './engine.ts';
import { objectsIn, worldKinds, worldOf } from './namespace-world.ts';
import { observeTurns } from './observers.ts';
import { resourceTypeOf } from './resource-types.ts';
import { whenAttemptChanges } from './when-attempt-changes.ts';
import { whenSpecChanges } from './when-spec-changes.ts';
import { decidableNow, jobIndexes, workItemIndexes } from './work-item-caches.ts';
import { joinWorkItems } from './work-item-cluster.ts';

const workItemType = resourceTypeOf<WorkItem>(workItemKind);
const modelType = resourceTypeOf<Model>(modelKind);
const pipelineType = resourceTypeOf<Pipeline>(pipelineKind);
/** Operations under way at the same time; they wait for others most of the time. */
const mostOperations = 512;
/** A plan that looks at progress costs as much as any other, and records it once a minute. */
const progressPauseMs = 60_000;

/** What of them only the leader keeps going. */
export interface RunningWorkItems {
  readonly operations: Operations;
  readonly sweep: UnusedSweep;
}

/** Joins the controller of WorkItems to the cluster. Their caches must be there. */
export function registerWorkItems(engine: Engine): RunningWorkItems {
  const { shell, cluster, client, deeds, feed, telemetry } = engine;
  const store = cluster.cached(workItemType);
  const wake = (key: string) => shell.wake(workItemKind.plural, key);
  const tenantOf = (namespace: string) => deeds.tenant(namespace)?.spec ?? tenantDefaults;
  const operations = new Operations({ wake, limit: mostOperations });
  const admission = new Admission((namespace) => ({ ...tenantOf(namespace).queue, ...tenantOf(namespace) }), wake);
  const attempts = joinAttempts(engine, { operations, tenantOf });
  const revisions = new RevisionAccess(client);
  const pipelines = new PinnedPipelines({
    revisions,
    pipeline: (namespace, name) => cluster.cached(pipelineType).get(`${namespace}/${name}`),
    world: (namespace) => ({ world: worldOf(cluster, namespace), stamp: stampOf(engine, namespace) }),
    judge: (object, world) => judge([{ documents: [{ value: object }] }], world),
  });
  store.subscribe(({ type, object }) => {
    if (type === 'deleted') {
      admission.remove(object);
      attempts.forget(object.metadata.uid ?? '');
    } else admission.follow(object);
  });
  const parts = {
    ...joinWorkItems(engine, tenantOf),
    ...{ attempts, admission, pipelines, artifacts: engine.artifacts, cache: engine.cache },
    engines: joinPolicyEngines(engine, tenantOf),
    policies: engine.policies,
    clock: () => new Date(),
  };
  shell.register<WorkItem>({
    name: workItemKind.plural,
    type: workItemType,
    related: [...childWatches(engine), ...pendingWatches(engine), ...tenantWatches(engine, admission)],
    reads: [],
    concurrency: engine.workers,
    observer: observeTurns(telemetry, workItemKind.plural),
    reconcile: tellingWhatIsUnavailable(parts, reconcileWorkItem(parts)),
  });
  feed.onArrival((namespace) => {
    for (const workItem of store.byIndex(workItemIndexes.running, namespace)) wake(keyOf(workItem));
  });
  const wakeUid = (uid: string) => store.byIndex(workItemIndexes.uid, uid).forEach((found) => wake(keyOf(found)));
  const progressWakes = new SparseWakes(wakeUid, progressPauseMs);
  engine.progress.onArrival((uid) => progressWakes.ask(uid));
  return { operations, sweep: joinSweep(engine, revisions, pipelines) };
}

/** The policy engines that Tenants name. */
function joinPolicyEngines({ deeds, telemetry }: Engine, tenantOf: (namespace: string) => TenantSpec): PolicyAnswers {
  const unlimited = new AbortController().signal;
  return new PolicyAnswers({
    engineOf: (namespace) => tenantOf(namespace).safety.policyEngine,
    ask: (question) => askPolicyEngine(deeds.caller, question, unlimited),
    clock: () => new Date(),
    asked: (result, durationMs) => telemetry.metrics.policyEvaluation.observe({ result }, durationMs / 1000),
  });
}

/** What no WorkItem needs any more. */
function joinSweep(
  { cluster, deeds, namespaces }: Engine,
  revisions: RevisionAccess,
  pipelines: PinnedPipelines,
): UnusedSweep {
  const store = cluster.cached(workItemType);
  const port: SweepPort = {
    revisions: () => revisions.list(namespaces),
    removeRevision: (revision) => revisions.remove(revision),
    scopes: () => deeds.server.listScopes(),
    isWatched: (namespace) => cluster.isWatched(namespace),
    removeScope: (scope) => deeds.server.removeWorkItem(scope),
    revisionsInUse: (namespace) =>
      new Set(store.byIndex('namespace', namespace).map(({ status }) => status?.pipeline?.revision ?? '')),
    hasWorkItem: (uid) => store.byIndex(workItemIndexes.uid, uid).length > 0,
    forget: (namespace, name) => pipelines.forget(namespace, name),
  };
  return new UnusedSweep(port, () => new Date());
}

interface AttemptSettings {
  readonly operations: Operations;
  readonly tenantOf: (namespace: string) => TenantSpec;
}

/** Attempts by Jobs of the cluster, and by what the operator does itself. */
function joinAttempts(
  { cluster, client, deeds, ...engine }: Engine,
  { operations, tenantOf }: AttemptSettings,
): Attempts {
  const access = new JobAccess(cluster, client);
  const isolation = new Isolation({
    ...{ client, clock: systemClock },
    render: (namespace) => renderNetworkPolicy(namespace, engine.serverNamespace),
  });
  const jobPort: JobPort = {
    jobsOf: (uid) => access.jobsOf(uid),
    podsOf: (job) => access.podsOf(job as Job),
    removePod: (namespace, pod) => access.removePod(namespace, pod as Pod),
    isolatePrograms: (namespace) => isolation.ensure(namespace),
    create: (manifest) => access.create(manifest),
    remove: (namespace, job) => access.remove(namespace, job as Job),
    removeAll: (namespace, uid) => access.removeAll(namespace, `${labelNames.workItemUid}=${uid}`),
  };
  const settings = {
    ...engine.podSettings,
    queueName: (namespace: string) => tenantOf(namespace).queue.kueueQueueName,
  };
  return new Attempts({
    ...{ jobs: new JobAttempts(jobPort, engine.programs, settings), operations },
    deedFor: (executor, context) => chooseDeed(executor, context, deeds),
    progressOf: engine.progress.of,
    cleanUp: (run) => cleanUp(run, deeds),
    statusOfModel: (namespace, name) => cluster.cached(modelType).get(`${namespace}/${name}`)?.status,
    allowedHosts: (namespace) => tenantOf(namespace).allowed?.hosts,
    pause: deeds.pause,
    wake: (key) => engine.shell.wake(workItemKind.plural, key),
  });
}

/** A Job or Pod that shows something new of its attempt concerns the WorkItem that its label names. */
function childWatches({ cluster }: Engine): RelatedWatch[] {
  const store = cluster.cached(workItemType);
  const keysOf = ({ metadata }: KubeObject) =>
    store.byIndex(workItemIndexes.uid, metadata.labels?.[labelNames.workItemUid] ?? '').map(keyOf);
  const caches = {
    jobOf: (uid: string) => cluster.cached(jobs).byIndex(jobIndexes.uid, uid)[0],
    podsOf: (uid: string) => cluster.cached(pods).byIndex(byController, uid),
  };
  const changedKeys = whenAttemptChanges(caches, keysOf);
  return [relatedTo<Job>(jobs, changedKeys), relatedTo<Pod>(pods, changedKeys)];
}

/** A Pipeline, or what one names, may let WorkItems of its namespace begin that could not. */
function pendingWatches({ cluster }: Engine): RelatedWatch[] {
  const store = cluster.cached(workItemType);
  const pendingOf = ({ metadata }: KubeObject) =>
    store.byIndex(workItemIndexes.pending, metadata.namespace ?? '').map(keyOf);
  const kinds: readonly KindDefinition[] = [pipelineKind, ...worldKinds.filter(({ kind }) => kind !== tenantKind.kind)];
  return kinds.map((kind) => {
    const type = resourceTypeOf<KubeObject>(kind);
    return relatedTo(type, whenSpecChanges(cluster.cached(type), pendingOf));
  });
}

/** A Tenant that lets more run gives a turn to those that wait, and another one may let into production what it did not. */
function tenantWatches({ cluster }: Engine, admission: Admission): RelatedWatch[] {
  const type = resourceTypeOf<Tenant>(tenantKind);
  const decidableIn = ({ metadata: { namespace = '' } }: Tenant) =>
    cluster
      .cached(workItemType)
      .byIndex(workItemIndexes.decidable, decidableNow)
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(keyOf);
  const turns = relatedTo(type, ({ metadata }) => {
    admission.wakeNext(metadata.namespace ?? '');
    return [];
  });
  return [turns, relatedTo(type, whenSpecChanges(cluster.cached(type), decidableIn))];
}

/** Changes whenever anything of the namespace does that a verdict depends on. */
function stampOf({ cluster }: Engine, namespace: string): string {
  return worldKinds
    .flatMap((kind) => objectsIn(cluster, resourceTypeOf<KubeObject>(kind), namespace))
    .map(({ metadata }) => `${metadata.uid ?? ''}@${metadata.generation ?? metadata.resourceVersion ?? ''}`)
    .join();
}
