import type { IssuePath } from '../issue.ts';
import { ownValue } from '../validation/schema-view.ts';

/** Where what stands below an object or a list of a manifest came from: a path below what the object came from. */
export type Trail = (segment: string | number) => IssuePath;

/** The trails of a manifest, by the objects that were made anew; everything else stands where it stood. */
export type Trails = ReadonlyMap<object, Trail>;

/** The path in the document of origin for a path in the manifest that was made from it. */
export function followTrails(trails: Trails, manifest: unknown, path: IssuePath): IssuePath {
  const origin: (string | number)[] = [];
  let value = manifest;
  for (const segment of path) {
    const trail = typeof value === 'object' && value !== null ? trails.get(value) : undefined;
    origin.push(...(trail === undefined ? [segment] : trail(segment)));
    value = ownValue(value, segment);
  }
  return origin;
}
