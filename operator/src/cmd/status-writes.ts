import { Waiting } from '../core/reconcile-error.ts';
import { NotFound } from '../kube/api-error.ts';
import type { KubeObject } from '../kube/resource-type.ts';

/** Deleted since it was observed: no failure, and the cache will know in a moment. */
export function restWhenGone(error: unknown): never {
  if (error instanceof NotFound) throw new Waiting('it was deleted meanwhile', 1_000);
  throw error;
}

/** The server takes nothing but the status from such a write: a large spec need not travel, nor a deep one be written. */
export function withoutSpec<T extends KubeObject & { readonly status?: unknown }>(
  { apiVersion, kind, metadata }: T,
  status: T['status'],
): T {
  const { name, namespace, resourceVersion, uid } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, resourceVersion, uid }, status } as unknown as T;
}
