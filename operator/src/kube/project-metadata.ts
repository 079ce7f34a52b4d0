import { annotationNames, indexLabel } from '../core/manifest/labels.ts';
import type { ObjectMeta } from './resource-type.ts';

const keptPrefix = 'conclave.dev/';
const keptLabels: ReadonlySet<string> = new Set([indexLabel]);

/** Identity, times, our own labels and annotations, and the controlling owner: what a cache of children needs. */
export function projectMetadata(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp } = metadata;
  const { labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  return withoutAbsent({
    name,
    namespace,
    uid,
    resourceVersion,
    creationTimestamp,
    deletionTimestamp,
    labels: ours(labels),
    annotations: ours(annotations),
    ownerReferences: owner && [
      { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: owner.uid, controller: true },
    ],
  });
}

/** The object without the fields that are undefined. */
export function withoutAbsent<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

/** The beginning of a text that takes at most `bytes` in UTF-8, whole characters only. */
export function cutText(text: string | undefined, bytes: number): string | undefined {
  if (text === undefined || Buffer.byteLength(text) <= bytes) return text;
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes), { stream: true });
}

function ours(entries: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const isKept = (key: string) => (key.startsWith(keptPrefix) && !isFile(key)) || keptLabels.has(key);
  const kept = Object.entries(entries).filter(([key]) => isKept(key));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** Files of the Pod's containers, those of each index too: nobody else reads them, and they are large. */
function isFile(key: string): boolean {
  return key.startsWith(annotationNames.task) || key === annotationNames.certificateAuthorities;
}
