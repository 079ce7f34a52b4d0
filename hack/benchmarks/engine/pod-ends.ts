import { labelNames } from '../../../operator/src/core/manifest/labels.ts';
import { memberOfPod } from '../../../operator/src/core/manifest/members.ts';
import type { KubeClient } from '../../../operator/src/kube/client.ts';
import { type Pod, pods } from '../../../operator/src/kube/pod.ts';

/** A Pod of an attempt that has ended. */
export interface PodEnd {
  readonly workItemUid: string;
  readonly path: string;
  readonly succeeded: boolean;
  /** When it was heard of, in milliseconds of `performance.now()`. */
  readonly atMs: number;
}

/** Reads a line of a watch of Pods; tells of each Pod once, when it has ended. Answers with the line's resourceVersion. */
export function podEndReader(tell: (end: PodEnd) => void, nowMs: () => number): (line: string) => string {
  const seen = new Set<string>();
  return (line) => {
    const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: Pod };
    if (type === 'ERROR') throw new Error(`the watch of Pods failed: ${line}`);
    const { uid = '', resourceVersion = '' } = object.metadata;
    const phase = object.status?.phase;
    if ((phase === 'Succeeded' || phase === 'Failed') && !seen.has(uid)) {
      seen.add(uid);
      tell({ ...attemptOf(object), succeeded: phase === 'Succeeded', atMs: nowMs() });
    }
    return resourceVersion;
  };
}

const attemptOf = ({ metadata }: Pod) => ({
  workItemUid: metadata.labels?.[labelNames.workItemUid] ?? '',
  path: memberOfPod(metadata)?.path ?? '',
});

/** A watch lasts so long at most, in seconds; then it is begun anew. */
const timeoutSeconds = 600;

/** Where Pods are watched. */
interface WatchedPlace {
  readonly client: KubeClient;
  readonly namespace: string;
}

/** Watches the Pods of attempts in a namespace while `work` goes on; fails when the watch does. */
export async function whileWatchingPods<T>(
  { client, namespace }: WatchedPlace,
  tell: (end: PodEnd) => void,
  work: () => Promise<T>,
): Promise<T> {
  const selection = { namespace, labelSelector: labelNames.workItemUid };
  const { resourceVersion } = await client.listPage(pods, { ...selection, limit: 1 });
  const read = podEndReader(tell, () => performance.now());
  const over = new AbortController();
  const watching = watchAgainAndAgain({ client, ...selection, resourceVersion, signal: over.signal }, read);
  try {
    return await Promise.race([work(), watching]);
  } finally {
    over.abort();
    await watching.catch(() => undefined);
  }
}

interface PodWatch extends WatchedPlace {
  readonly labelSelector: string;
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
}

/** The server ends a watch that cannot keep up, or that is old: the next one goes on where it stood. */
async function watchAgainAndAgain({ client, ...watch }: PodWatch, read: (line: string) => string): Promise<never> {
  for (let { resourceVersion } = watch; ;) {
    const stream = await client.watch(pods, { ...watch, resourceVersion, timeoutSeconds });
    for await (const line of stream.lines) resourceVersion = read(line);
    watch.signal.throwIfAborted();
  }
}
