import type { KubeObject } from '../kube/resource-type.ts';
import { keyOf, type StoreReader } from '../kube/store.ts';

/**
 * The keys that an object leads to, but only when it came, went or got another spec: a status that changes every second
 * leads nowhere.
 */
export function whenSpecChanges<T extends KubeObject>(
  cache: Pick<StoreReader<T>, 'get'>,
  keysOf: (object: T) => readonly string[],
): (object: T) => readonly string[] {
  const seen = new Map<string, string>();
  return (object) => {
    const key = keyOf(object);
    const { uid = '', generation = 0 } = object.metadata;
    const version = `${uid} ${generation}`;
    const isHere = cache.get(key) !== undefined;
    if (isHere && seen.get(key) === version) return [];
    if (isHere) seen.set(key, version);
    else seen.delete(key);
    return keysOf(object);
  };
}
