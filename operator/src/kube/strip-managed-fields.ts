import { withoutAbsent } from './project-metadata.ts';
import type { KubeObject, ObjectMeta } from './resource-type.ts';

/** The object without `metadata.managedFields`, often half of its size and of no use to a cache. */
export function stripManagedFields<T extends KubeObject>(object: T): T {
  // Not by `delete`: it would make a hash table of each object's metadata, twice as large.
  const metadata = withoutAbsent<ObjectMeta>({ ...object.metadata, managedFields: undefined });
  return { ...object, metadata };
}
