import type { Issue, IssuePath } from '../issue.ts';

interface Place {
  readonly value: unknown;
  readonly depth: number;
  readonly key: string | number;
  readonly parent: Place | undefined;
}

/**
 * The first place where lists and objects are nested deeper than `limit`, as an issue. A loop, not recursion: what it
 * guards is every recursion that comes after it.
 */
export function findExcessDepth(value: unknown, limit: number): Issue | undefined {
  const pending: Place[] = [{ value, depth: 0, key: '', parent: undefined }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    if (typeof place.value !== 'object' || place.value === null) continue;
    if (place.depth >= limit) return describeExcess(place, limit);
    const isList = Array.isArray(place.value);
    for (const [key, inner] of Object.entries(place.value)) {
      pending.push({ value: inner, depth: place.depth + 1, key: isList ? Number(key) : key, parent: place });
    }
  }
  return undefined;
}

function describeExcess(place: Place, limit: number): Issue {
  return {
    code: 'NestedTooDeep',
    path: pathOf(place).slice(0, 8),
    message: `lists and objects are nested deeper than ${limit} levels`,
    hint: 'nest fewer steps in each other',
  };
}

function pathOf(place: Place): IssuePath {
  const path: (string | number)[] = [];
  for (let at = place; at.parent !== undefined; at = at.parent) path.unshift(at.key);
  return path;
}
