import type { KubeObject } from './resource-type.ts';

/** When an object was last written, by the newest time in its metadata: milliseconds since 1970; undefined without any. */
export function changedAtMs({ metadata }: KubeObject): number | undefined {
  const { creationTimestamp, managedFields = [] } = metadata;
  const times = [creationTimestamp, ...managedFields.map(timeOf)].map((time) => Date.parse(time ?? ''));
  const newest = Math.max(...times.filter((time) => !Number.isNaN(time)));
  return Number.isFinite(newest) ? newest : undefined;
}

function timeOf(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null || !('time' in entry)) return undefined;
  return typeof entry.time === 'string' ? entry.time : undefined;
}
