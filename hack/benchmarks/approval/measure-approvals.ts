import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkItem } from '../../../operator/src/api/work-item.ts';
import type { WorkItemStatus } from '../../../operator/src/api/work-item-status.ts';
import { parseEngineOptions } from '../../../operator/src/cmd/engine-options.ts';
import { formatDecisionKey } from '../../../operator/src/core/decision/decision-key.ts';
import { shortDigest } from '../../../operator/src/core/decision/may-decide.ts';
import { labelNames } from '../../../operator/src/core/manifest/labels.ts';
import type { KubeClient } from '../../../operator/src/kube/client.ts';
import { systemClock as clock } from '../../../operator/src/kube/clock.ts';
import { Cluster } from '../../../operator/src/kube/cluster.ts';
import { jobs } from '../../../operator/src/kube/job.ts';
import { sampleJob } from '../engine/bare-loop.ts';
import { createWorkItems, workItems } from '../engine/create-work-items.ts';
import type { EnginePlace } from '../engine/engine-place.ts';
import { ApprovalSights, type Sight } from './approval-sights.ts';

/** One approval, in milliseconds from when it was sent: to its answer, and to when a watch showed what came of it. */
export interface ApprovalTimes {
  readonly answeredMs: number;
  readonly approvedMs: number;
  readonly startedMs: number;
}

/** How many, and which time it is. */
interface Order {
  readonly count: number;
  readonly round: number;
}

const timeoutMs = 120_000;
const key = formatDecisionKey({ kind: 'approval', name: 'sign-off', role: 'review', index: 1 });
const { image, runtimeImage, serverUrl } = parseEngineOptions(() => undefined, 'conclave-system');

/** Approvals one after another, which the operator takes. */
export function measureApprovals(place: EnginePlace, { count, round }: Order): Promise<readonly ApprovalTimes[]> {
  const { client, namespace } = place;
  return whileWatching(client, namespace, async (sights) => {
    const items = await createWorkItems(client, namespace, { prefix: `asks-${round}`, count });
    return approveAll(client, items, sights);
  });
}

/**
 * The same with nothing in between: a watcher that sees the annotation writes that the gate is approved, and then makes the
 * Job. It looks neither at the policies nor at what the annotation says.
 */
export async function measureCeiling(place: EnginePlace, { count, round }: Order): Promise<readonly ApprovalTimes[]> {
  const { client, asOperator, bareNamespace: namespace } = place;
  const items = await createWorkItems(client, namespace, { prefix: `bare-${round}`, count, suspend: true });
  const watcher = new Cluster({ client: asOperator, clock, random: Math.random });
  const failure = Promise.withResolvers<never>();
  watcher.cache(workItems, { namespaces: [namespace] }).subscribe(({ type, object }) => {
    const isDecided = type === 'updated' && object.metadata.annotations?.[key] !== undefined;
    if (isDecided && object.status?.gates?.[0]?.state === 'Open') carryOut(asOperator, object).catch(failure.reject);
  });
  watcher.start();
  await watcher.whenSynced();
  try {
    const measuring = whileWatching(client, namespace, async (sights) => {
      for (const item of items) await asOperator.updateStatus(workItems, { ...item, status: askingStatus(item) });
      return approveAll(client, items, sights);
    });
    return await Promise.race([measuring, failure.promise]);
  } finally {
    await watcher.stop();
  }
}

async function carryOut(asOperator: KubeClient, item: WorkItem): Promise<void> {
  const { status = {} } = item;
  const gates = status.gates?.map((gate) => ({ ...gate, state: 'Approved' as const }));
  const written = await asOperator.updateStatus(workItems, { ...item, status: { ...status, gates } });
  const images = { conclave: image, runtime: runtimeImage };
  await asOperator.create(jobs, sampleJob(written, 0, { images, serverUrl }));
}

/** As the operator writes it of a gate that asks. */
function askingStatus({ metadata }: WorkItem): WorkItemStatus {
  const openedAt = new Date().toISOString();
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
  const approvals = [{ role: 'review', count: 1 }];
  return {
    ...{ phase: 'Waiting', observedGeneration: metadata.generation ?? 0 },
    waitingFor: [{ kind: 'decision', name: 'sign-off', since: openedAt, message: 'waits for 1 approval', digest }],
    gates: [
      {
        ...{ name: 'sign-off', state: 'Open', round: 1, production: false, allowRequester: true },
        ...{ digest, approvals, openedAt },
      },
    ],
  };
}

async function approveAll(
  client: KubeClient,
  items: readonly WorkItem[],
  sights: ApprovalSights,
): Promise<readonly ApprovalTimes[]> {
  for (const { metadata } of items) await seen(sights, metadata.name, 'asks');
  const times: ApprovalTimes[] = [];
  for (const { metadata } of items) times.push(await approve(client, metadata, sights));
  return times;
}

async function approve(
  client: KubeClient,
  { namespace = '', name }: WorkItem['metadata'],
  sights: ApprovalSights,
): Promise<ApprovalTimes> {
  const digest = sights.latest(name)?.status?.gates?.[0]?.digest ?? '';
  const annotations = { [key]: `approved ${shortDigest(digest)}` };
  const sentMs = performance.now();
  await client.patch(workItems, { namespace, name }, { merge: { metadata: { annotations } } });
  const answeredMs = performance.now() - sentMs;
  const approvedMs = (await seen(sights, name, 'approved')) - sentMs;
  return { answeredMs, approvedMs, startedMs: (await seen(sights, name, 'started')) - sentMs };
}

async function seen(sights: ApprovalSights, name: string, sight: Sight): Promise<number> {
  const late = new AbortController();
  const tooLate = sleep(timeoutMs, undefined, { signal: late.signal }).then(() => {
    throw new Error(`${name}: '${sight}' was not seen in ${timeoutMs / 1000} s`);
  });
  return Promise.race([sights.when(name, sight), tooLate]).finally(() => {
    late.abort();
    tooLate.catch(() => undefined);
  });
}

/** Watches WorkItems and Jobs of a namespace while `work` goes on. */
async function whileWatching<T>(
  client: KubeClient,
  namespace: string,
  work: (sights: ApprovalSights) => Promise<T>,
): Promise<T> {
  const sights = new ApprovalSights();
  const cluster = new Cluster({ client, clock, random: Math.random });
  cluster.cache(workItems, { namespaces: [namespace] }).subscribe(({ object }) => {
    sights.seeWorkItem(object, performance.now());
  });
  const labelSelector = labelNames.workItemUid;
  cluster.cache(jobs, { namespaces: [namespace], selection: { labelSelector } }).subscribe(({ object }) => {
    sights.seeJob(object, performance.now());
  });
  cluster.start();
  try {
    await cluster.whenSynced();
    return await work(sights);
  } finally {
    await cluster.stop();
  }
}
