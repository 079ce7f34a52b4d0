import type { JsonObject, JsonValue } from '../../api/json.ts';
import { clip } from '../quote.ts';
import { describeValue } from '../validation/describe-value.ts';
import { isMultipleOf } from './is-multiple-of.ts';
import type { Evaluation } from './evaluation.ts';
import type { Pattern } from './compile-pattern.ts';
import type { Check, Keyword, SchemaBuilder } from './schema-node.ts';
import { textFormats } from './text-formats.ts';

/** Keywords for numbers and for text; values of other types pass them. */
export const keywordsForNumbersAndText: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['minimum', bound('minimum', 'at least', (value, limit) => value >= limit)],
  ['maximum', bound('maximum', 'at most', (value, limit) => value <= limit)],
  ['exclusiveMinimum', bound('exclusiveMinimum', 'greater than', (value, limit) => value > limit)],
  ['exclusiveMaximum', bound('exclusiveMaximum', 'less than', (value, limit) => value < limit)],
  ['multipleOf', multipleOf],
  ['minLength', length('minLength', 'at least', (value, limit) => value >= limit)],
  ['maxLength', length('maxLength', 'at most', (value, limit) => value <= limit)],
  ['pattern', pattern],
  ['format', format],
]);

function bound(name: string, words: string, holds: (value: number, limit: number) => boolean): Keyword {
  return (argument) => {
    const limit = Number(argument);
    return (place, evaluation) => {
      const { value } = place;
      if (typeof value !== 'number' || holds(value, limit)) return true;
      return evaluation.report(place, name, () => ({ message: `must be ${words} ${limit}, found ${value}` }));
    };
  };
}

/** Steps that exact division takes. */
const DIVIDING = 40;

function multipleOf(argument: JsonValue): Check {
  const divisor = Number(argument);
  return (place, evaluation) => {
    const { value } = place;
    if (typeof value !== 'number') return true;
    evaluation.spend(DIVIDING);
    if (isMultipleOf(value, divisor)) return true;
    return evaluation.report(place, 'multipleOf', () => ({
      message: `must be a multiple of ${divisor}, found ${value}`,
    }));
  };
}

function length(name: string, words: string, holds: (value: number, limit: number) => boolean): Keyword {
  return (argument) => {
    const limit = Number(argument);
    return (place, evaluation) => {
      const { value } = place;
      if (typeof value !== 'string') return true;
      const characters = countCharacters(value, evaluation);
      if (holds(characters, limit)) return true;
      return evaluation.report(place, name, () => ({ message: wrongLength(characters, `${words} ${limit}`, limit) }));
    };
  };
}

/** Unicode characters, as JSON Schema counts them: a surrogate pair is one. */
function countCharacters(value: string, evaluation: Evaluation): number {
  evaluation.spend(value.length >> 4);
  return value.length - (value.match(surrogatePair)?.length ?? 0);
}

const surrogatePair = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;

function wrongLength(characters: number, bounds: string, limit: number): string {
  if (characters === 0) return 'must not be empty';
  return `must have ${bounds} character${limit === 1 ? '' : 's'}, has ${characters}`;
}

/** Whether a pattern matches, counted as steps by the most that it can cost. */
export function matches(pattern: Pattern, text: string, evaluation: Evaluation): boolean {
  evaluation.spend(1 + Math.ceil((text.length * pattern.instructions) / 2));
  return pattern.test(text);
}

function pattern(argument: JsonValue, _schema: JsonObject, builder: SchemaBuilder): Check | undefined {
  if (typeof argument !== 'string') return undefined;
  const compiled = builder.pattern(argument);
  return (place, evaluation) => {
    const { value } = place;
    if (typeof value !== 'string' || matches(compiled, value, evaluation)) return true;
    return evaluation.report(place, 'pattern', () => ({
      message: `must match ${clip(compiled.source)}, found ${describeValue(value)}`,
    }));
  };
}

/** Formats that are not known are notes and have no effect, as the standard has it. */
function format(argument: JsonValue): Check | undefined {
  const known = typeof argument === 'string' ? textFormats.get(argument) : undefined;
  if (known === undefined) return undefined;
  return (place, evaluation) => {
    const { value } = place;
    if (typeof value !== 'string') return true;
    evaluation.spend(1 + (value.length >> 3));
    if (known.accepts(value)) return true;
    return evaluation.report(place, 'format', () => ({
      message: `must be ${known.words}, such as ${known.example(0)}, found ${describeValue(value)}`,
    }));
  };
}
