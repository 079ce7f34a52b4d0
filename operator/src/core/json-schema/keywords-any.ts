import type { JsonValue } from '../../api/json.ts';
import { quote } from '../quote.ts';
import { describeValue } from '../validation/describe-value.ts';
import { suggestName } from '../validation/nearest-name.ts';
import { identityOf, identityWithin } from './compare-values.ts';
import { isJsonList, isJsonObject, typeWords } from './keyword-shapes.ts';
import type { Check, Keyword } from './schema-node.ts';
import { listOf, textsOf } from './keyword-arguments.ts';

/** More values than this are not listed in a message. */
const MOST_VALUES = 12;

/** Keywords for values of any type. */
export const keywordsForAny: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['type', type],
  ['enum', enumeration],
  ['const', constant],
]);

/** JSON Schema's name of a value's type; whole numbers are `integer`. */
export function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return isJsonList(value) ? 'array' : typeof value;
}

/** Types in words: `text or a number`. */
export function describeTypes(types: readonly string[]): string {
  const words = [...new Set(types)].map((name) => typeWords.get(name) ?? name);
  const last = words.pop() ?? 'nothing at all';
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
}

function type(argument: JsonValue): Check {
  const types = isJsonList(argument) ? textsOf(argument) : textsOf([argument]);
  const accepted = new Set(types);
  if (accepted.has('number')) accepted.add('integer');
  return (place, evaluation) =>
    accepted.has(typeOf(place.value)) ||
    evaluation.report(place, 'type', () => ({
      message: `must be ${describeTypes(types)}, found ${describeValue(place.value)}`,
      types,
    }));
}

function enumeration(argument: JsonValue): Check {
  const values = listOf(argument);
  const identities = new Set(values.map(identityOf));
  const hasParts = values.some((value) => isJsonList(value) || isJsonObject(value));
  return ({ value, ...place }, evaluation) => {
    const isComparable = hasParts || !(isJsonList(value) || isJsonObject(value));
    if (isComparable && identities.has(identityWithin(value, evaluation))) return true;
    return evaluation.report({ value, ...place }, 'enum', () => ({
      message: `must be ${listValues(values)}, found ${describeValue(value)}`,
      hint: typeof value === 'string' ? suggestion(value, values) : undefined,
    }));
  };
}

function constant(argument: JsonValue): Check {
  const identity = identityOf(argument);
  return (place, evaluation) =>
    identityWithin(place.value, evaluation) === identity ||
    evaluation.report(place, 'const', () => ({
      message: `must be ${inWords(argument)}, found ${describeValue(place.value)}`,
    }));
}

function listValues(values: readonly JsonValue[]): string {
  if (values.length === 0) return 'left out: no value is allowed';
  if (values.length === 1) return inWords(values[0] ?? null);
  const shown = values.slice(0, MOST_VALUES).map(inWords).join(', ');
  return `one of ${shown}${values.length > MOST_VALUES ? ', …' : ''}`;
}

const inWords = (value: JsonValue): string =>
  typeof value === 'string'
    ? quote(value)
    : isJsonList(value) || isJsonObject(value)
      ? quote(identityOf(value))
      : String(value);

function suggestion(value: string, values: readonly JsonValue[]): string | undefined {
  const texts = values.filter((each) => typeof each === 'string').slice(0, 1000);
  const hint = suggestName(value, texts, '');
  return hint?.startsWith('did you mean') === true ? hint : undefined;
}
