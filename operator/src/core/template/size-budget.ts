import type { JsonValue } from '../../api/json.ts';
import type { ResolutionProblem } from './scope.ts';

/** Most that templates may make: characters of text and keys, single values, levels of lists and objects. */
export const sizeLimits = { characters: 4 * 1024 * 1024, values: 200_000, depth: 100 } as const;

/** How large a value is. */
export interface ValueSize {
  /** About as many as its JSON has. */
  readonly characters: number;
  /** Texts, numbers, lists, objects: itself and all inside. */
  readonly values: number;
  /** Levels of lists and objects. */
  readonly depth: number;
}

/** What one resolution may still make. References may share values, so that a small text could stand for a huge value. */
export class SizeBudget {
  #characters: number = sizeLimits.characters;
  #values: number = sizeLimits.values;

  /** Takes the size of a value that stands at a depth off the budget; the problem when that is too much. */
  spend(size: ValueSize, depth = 0): ResolutionProblem | undefined {
    this.#characters -= size.characters;
    this.#values -= size.values;
    if (this.#characters < 0) return tooLarge(`more than ${sizeLimits.characters} characters`);
    if (this.#values < 0) return tooLarge(`more than ${sizeLimits.values} values`);
    return depth + size.depth > sizeLimits.depth ? tooLarge(`more than ${sizeLimits.depth} levels`) : undefined;
  }
}

const measured = new WeakMap<object, ValueSize>();

/** The size of a value; measured once for each list or object, and no further than what is certainly too large. */
export function measureValue(value: JsonValue): ValueSize {
  if (typeof value !== 'object' || value === null) return { characters: charactersOf(value), values: 1, depth: 0 };
  const known = measured.get(value) ?? measureContainer(value);
  measured.set(value, known);
  return known;
}

/** A loop, not recursion: the value may be nested deeper than is allowed. */
function measureContainer(container: JsonValue): ValueSize {
  const size = { characters: 0, values: 0, depth: 0 };
  const pending: { readonly value: JsonValue; readonly depth: number }[] = [{ value: container, depth: 0 }];
  for (let next = pending.pop(); next !== undefined && fits(size); next = pending.pop()) {
    const { value, depth } = next;
    size.values += 1;
    size.characters += charactersOf(value);
    if (typeof value !== 'object' || value === null) continue;
    size.depth = Math.max(size.depth, depth + 1);
    for (const [key, inner] of Object.entries<JsonValue>(value)) {
      if (!Array.isArray(value)) size.characters += key.length + 4;
      pending.push({ value: inner, depth: depth + 1 });
    }
  }
  return size;
}

const fits = ({ characters, values, depth }: ValueSize) =>
  characters <= sizeLimits.characters && values <= sizeLimits.values && depth <= sizeLimits.depth;

/** Quotes, commas and brackets count as two; a number as ten. */
function charactersOf(value: JsonValue): number {
  if (typeof value === 'string') return value.length + 2;
  return typeof value === 'number' ? 10 : 4;
}

const tooLarge = (what: string): ResolutionProblem => ({
  code: 'ValueTooLarge',
  message: `the resolved value has ${what}`,
  hint: 'pass large values on by themselves, not many times in one text or list',
});
