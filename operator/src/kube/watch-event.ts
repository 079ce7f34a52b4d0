import type { KubeObject } from './resource-type.ts';
import type { ObjectEvent } from './store.ts';

/** One event of a watch. `OTHER` is a type that this version does not know. */
export type WatchEvent<T> =
  | ObjectEvent<T>
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  | { readonly type: 'ERROR'; readonly status: unknown }
  | { readonly type: 'OTHER' };

/** Reads one line of a watch; undefined when it is cut off, or anything else than a watch event. */
export function parseWatchLine<T extends KubeObject>(line: string): WatchEvent<T> | undefined {
  const event = parseJson(line);
  if (!isRecord(event) || typeof event['type'] !== 'string') return undefined;
  const { type, object } = event;
  if (type === 'ERROR') return { type, status: object };
  if (type === 'BOOKMARK') return readBookmark(object);
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return { type: 'OTHER' };
  return isIdentified(object) ? { type, object: object as unknown as T } : undefined;
}

function readBookmark(object: unknown): WatchEvent<never> | undefined {
  const resourceVersion = metadataOf(object)?.['resourceVersion'];
  return isText(resourceVersion) ? { type: 'BOOKMARK', resourceVersion } : undefined;
}

function isIdentified(object: unknown): object is Record<string, unknown> {
  const metadata = metadataOf(object);
  return metadata !== undefined && ['name', 'uid', 'resourceVersion'].every((field) => isText(metadata[field]));
}

function metadataOf(object: unknown): Record<string, unknown> | undefined {
  return isRecord(object) && isRecord(object['metadata']) ? object['metadata'] : undefined;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
