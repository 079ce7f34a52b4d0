import type { WorkItem } from '../api/work-item.ts';
import { annotationNames } from '../core/manifest/labels.ts';
import type { Job } from '../kube/job.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import { keyOf, type StoreReader } from '../kube/store.ts';

/** Keys of the Models that steps of a WorkItem wait for, one for each. */
export function awaitedModels({ metadata, status }: WorkItem): string[] {
  const names = (status?.waitingFor ?? []).filter(({ kind }) => kind === 'model').map(({ name }) => name);
  return names.map((name) => `${metadata.namespace ?? ''}/${name}`);
}

/** Keys of the Models that a Job asks, as long as it runs. */
export function askedModels({ metadata, status }: Job): string[] {
  const names = metadata.annotations?.[annotationNames.models];
  const isOver = status?.conditions?.some(({ type }) => endings.has(type)) ?? false;
  if (names === undefined || isOver || metadata.deletionTimestamp !== undefined) return [];
  return names.split(',').map((name) => `${metadata.namespace ?? ''}/${name}`);
}

/** Conditions of a Job that has ended, or is about to. */
const endings: ReadonlySet<string> = new Set(['Complete', 'Failed', 'SuccessCriteriaMet', 'FailureTarget']);

/** The keys of the Models that an object needs or needs no more, but only when that changes: most changes lead nowhere. */
export function whenNeedsChange<T extends KubeObject>(
  cache: Pick<StoreReader<T>, 'get'>,
  modelsOf: (object: T) => readonly string[],
): (object: T) => readonly string[] {
  const seen = new Map<string, readonly string[]>();
  return (object) => {
    const key = keyOf(object);
    const current = cache.get(key);
    const models = current === undefined ? [] : modelsOf(current);
    const before = seen.get(key) ?? [];
    if (models.join() === before.join()) return [];
    if (models.length === 0) seen.delete(key);
    else seen.set(key, models);
    return [...new Set([...before, ...models])];
  };
}
