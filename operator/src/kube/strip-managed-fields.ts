import type { KubeObject } from './resource-type.ts';

/** The object without `metadata.managedFields`, often half of its size and of no use to a cache. */
export function stripManagedFields<T extends KubeObject>(object: T): T {
  const metadata = { ...object.metadata };
  delete metadata.managedFields;
  return { ...object, metadata };
}
