import type { JsonObject } from '../../api/json.ts';
import type { ObjectMeta } from '../../api/object-meta.ts';

/** Any object of the cluster, as far as delegation looks into it. */
export interface ClusterObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
}

/** One object of one namespace. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Names an object. Objects of other namespaces than the WorkItem's are never made. */
export function referenceTo({ apiVersion, kind, metadata }: ClusterObject, namespace: string): ObjectReference {
  return { apiVersion, kind, namespace, name: metadata.name };
}

/** An object as messages name it: `RayJob train-1-0a1b2c3d4e5f6071`. */
export function describeReference({ kind, name }: Pick<ObjectReference, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}
