import Big from 'big.js';
import type { JsonObject } from '../../api/json.ts';
import { exampleOfPattern } from './example-of-pattern.ts';
import { textFormats } from './text-formats.ts';

/** Characters of an example at most. */
const MOST_CHARACTERS = 10_000;
const plainText = 'text';

/**
 * Texts that may fit some schemas, the likeliest first: by format, by pattern, plain. A `variant` above 0 makes them
 * differ from those of other variants.
 */
export function* exampleTexts(parts: readonly JsonObject[], variant: number): Generator<string> {
  const least = Math.min(Math.max(0, ...numbersAt(parts, 'minLength')), MOST_CHARACTERS);
  const most = Math.min(...numbersAt(parts, 'maxLength'), MOST_CHARACTERS);
  for (const { format } of parts) {
    const known = typeof format === 'string' ? textFormats.get(format) : undefined;
    if (known !== undefined) yield known.example(variant);
  }
  for (const { pattern } of parts)
    if (typeof pattern === 'string')
      for (const repeats of [variant, 1 + variant, least, most, 2, 3])
        yield exampleOfPattern(pattern, Math.min(repeats, MOST_CHARACTERS));
  const text = variant === 0 ? plainText : `${plainText}${variant + 1}`;
  const padded = text.padEnd(least, plainText);
  yield padded.length > most ? padded.slice(padded.length - most) : padded;
}

/** Numbers that may fit some schemas: 0 and 1, then those at their bounds, and multiples next to these. */
export function* exampleNumbers(parts: readonly JsonObject[], variant: number): Generator<number> {
  const steps = numbersAt(parts, 'multipleOf');
  const bounds = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].flatMap((name) =>
    numbersAt(parts, name),
  );
  const step = Math.max(1, ...steps);
  yield* [variant, variant * step];
  for (const bound of bounds) {
    yield* [bound, bound + variant, bound - variant, bound + 1 + variant, bound - 1 - variant];
    for (const size of steps) {
      const near = Math.round(bound / size);
      yield* [0, 1, -1, variant + 1, -variant - 1].map((away) => exactMultiple(near + away, size));
    }
  }
  yield* between(bounds, variant);
}

/** Numbers that are not whole, for bounds with no whole number between them. */
function* between(bounds: readonly number[], variant: number): Generator<number> {
  const [low, high] = [Math.min(...bounds), Math.max(...bounds)];
  if (bounds.length > 1) yield* [(low + high) / 2, low + ((high - low) * (variant + 1)) / (variant + 2)];
}

/** A multiple without the noise of binary fractions: three times 0.1 is 0.3. */
const exactMultiple = (times: number, size: number) => Number(new Big(size).times(times));

/** The numbers that stand under a keyword in some schemas. */
export function numbersAt(parts: readonly JsonObject[], keyword: string): readonly number[] {
  return parts.map((part) => part[keyword]).filter((value) => typeof value === 'number');
}
