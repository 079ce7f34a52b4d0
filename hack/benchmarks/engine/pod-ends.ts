import { annotationNames, labelNames } from '../../../operator/src/core/manifest/labels.ts';
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

/** Reads the lines of a watch of Pods; tells of each Pod once, when it has ended. */
export function podEndReader(tell: (end: PodEnd) => void, nowMs: () => number): (line: string) => void {
  const seen = new Set<string>();
  return (line) => {
    const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: Pod };
    if (type === 'ERROR') throw new Error(`the watch of Pods failed: ${line}`);
    const { uid = '' } = object.metadata;
    const phase = object.status?.phase;
    if ((phase !== 'Succeeded' && phase !== 'Failed') || seen.has(uid)) return;
    seen.add(uid);
    tell({ ...attemptOf(object), succeeded: phase === 'Succeeded', atMs: nowMs() });
  };
}

const attemptOf = ({ metadata: { labels = {}, annotations = {} } }: Pod) => ({
  workItemUid: labels[labelNames.workItemUid] ?? '',
  path: annotations[annotationNames.path] ?? '',
});

/** Longest that a scenario watches, in seconds. */
const timeoutSeconds = 3600;

/** Watches the Pods of attempts in a namespace while `work` goes on; fails when the watch does. */
export async function whileWatchingPods<T>(
  { client, namespace }: { readonly client: KubeClient; readonly namespace: string },
  tell: (end: PodEnd) => void,
  work: () => Promise<T>,
): Promise<T> {
  const selection = { namespace, labelSelector: labelNames.workItemUid };
  const { resourceVersion } = await client.listPage(pods, { ...selection, limit: 1 });
  const stream = await client.watch(pods, { ...selection, resourceVersion, timeoutSeconds });
  const read = podEndReader(tell, () => performance.now());
  const watching = (async (): Promise<never> => {
    for await (const line of stream.lines) read(line);
    throw new Error('the watch of Pods has ended');
  })();
  try {
    return await Promise.race([work(), watching]);
  } finally {
    stream.close();
    await watching.catch(() => undefined);
  }
}
