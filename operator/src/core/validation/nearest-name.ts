import { closestMatch } from 'leven';

const LONGEST_NAME = 64;

/**
 * The known name that was probably meant: spelt the same but for case, `_` and `-`, or at most a third of its letters
 * away. Undefined when none is near.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length === 0 || name.length > LONGEST_NAME) return undefined;
  const same = known.find((candidate) => fold(candidate) === fold(name));
  return same ?? closestMatch(name, known, { maxDistance: Math.max(1, Math.floor(name.length / 3)) });
}

const fold = (name: string) => name.replaceAll(/[-_]/g, '').toLowerCase();

/** More names than this help nobody. */
const MOST_NAMES = 40;

/** `did you mean x?`, else all known names while they are few, else undefined. */
export function suggestName(name: string, known: readonly string[], what: string): string | undefined {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  return known.length > 0 && known.length <= MOST_NAMES ? `${what}: ${known.join(', ')}` : undefined;
}
