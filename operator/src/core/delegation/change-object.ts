import type { ClusterObject } from './cluster-object.ts';

/**
 * An object as it was found, with what it should be now: whole fields of its spec, its marks and owner. What the server
 * and others have added beside them stays (a Service keeps its address). It carries the resourceVersion that it was found
 * with, so that it is replaced only as it was seen. Server-side apply would not do: it keeps what the creation set, and a
 * changed port would stand beside the earlier one.
 */
export function changeObject(found: ClusterObject, wanted: ClusterObject): ClusterObject {
  const { labels, annotations, ownerReferences } = wanted.metadata;
  return {
    ...found,
    metadata: {
      ...found.metadata,
      labels: { ...found.metadata.labels, ...labels },
      annotations: { ...found.metadata.annotations, ...annotations },
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
    },
    spec: { ...found.spec, ...wanted.spec },
  };
}
