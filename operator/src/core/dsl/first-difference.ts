import type { IssuePath } from '../issue.ts';

/** Where two JSON values differ first, or undefined when they are equal; the order of keys does not count. */
export function firstDifference(one: unknown, other: unknown): IssuePath | undefined {
  if (Object.is(one, other)) return undefined;
  if (!isContainer(one) || !isContainer(other) || Array.isArray(one) !== Array.isArray(other)) return [];
  const isList = Array.isArray(one);
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  for (const key of keys) {
    const segment = isList ? Number(key) : key;
    if (!Object.hasOwn(one, key) || !Object.hasOwn(other, key)) return [segment];
    const below = firstDifference(Reflect.get(one, key), Reflect.get(other, key));
    if (below !== undefined) return [segment, ...below];
  }
  return undefined;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
